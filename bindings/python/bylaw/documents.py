"""Rows of DataFrames as the nested documents that `bylaw decide` reads: how one order of many is explained."""
from __future__ import annotations

import decimal
from typing import Any, Mapping, Optional

import numpy as np
import pandas as pd

from . import _bylaw
from .columns import Column
from .names import key_of, resolve
from .texts import Fact, is_missing, text_of, utc_text


def _amount(policy: _bylaw.Policy, fact: Fact, value: Any, spec: Column, row: Any) -> str:
    if isinstance(value, (float, np.floating)):
        values, _, scale = _bylaw.round_floats(policy, fact["path"], np.array([value], dtype=np.float32 if isinstance(value, np.float32) else np.float64), spec.scale or 0, spec.rounding or "half_even")
        places = _bylaw.exponent_of(fact["detail"]) if fact["kind"] == "money" else scale
        return format(decimal.Decimal(int(values[0])).scaleb(-places), "f")
    return value if isinstance(value, str) else text_of(fact, value, spec, row)


def json_value(policy: _bylaw.Policy, fact: Fact, series: pd.Series, place: int, spec: Column) -> Any:
    """One value of a column as JSON has it; None when it is missing."""
    value, row = series.iloc[place], series.index[place]
    if is_missing(value):
        return None
    kind = fact["kind"]
    if kind in ("text", "enum"):
        return str(value)
    if kind == "bool":
        return bool(value)
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat() if kind == "date" else utc_text(value)
    if isinstance(value, pd.Timedelta):
        return f"{value.days} days" if kind == "days" else format(decimal.Decimal(value.value // 1_000_000).scaleb(-3).normalize(), "f")
    return _amount(policy, fact, value, spec, row)


def _put(root: dict[str, Any], path: str, value: Any) -> None:
    *records, field = path.split(".")
    for record in records:
        root = root.setdefault(record, {})
    root[field] = value


def row_document(policy: _bylaw.Policy, frame: pd.DataFrame, collections: Mapping[str, pd.DataFrame], key: Optional[str], columns: Mapping[str, Column],
                 place: int) -> dict[str, Any]:
    """The order in row number `place` with everything that rules read of it."""
    facts = {fact["path"]: fact for fact in policy.facts()}
    root: dict[str, Any] = {}

    def fill(part: pd.DataFrame, owner: str, at: int, into: dict[str, Any]) -> None:
        own = {path: fact for path, fact in facts.items() if fact["list"] == ("" if owner == "order" else owner)}
        for name in part.columns:
            spec = columns.get(name, Column())
            path = resolve(spec.path or str(name), own, owner, facts[owner]["detail"] if owner in facts else "order")
            if path is None or own[path]["kind"] == "list":
                continue
            value = json_value(policy, own[path], part[name], at, spec if spec != Column() else columns.get(path, Column()))
            if value is not None:
                _put(into, path if owner == "order" else path.removeprefix(owner + "."), value)

    fill(frame, "order", place, root)
    for owner, part in collections.items():
        if owner not in facts or key is None:
            continue
        elements: list[dict[str, Any]] = []
        for at in np.flatnonzero((key_of(part, key, owner) == key_of(frame, key, owner).iloc[place]).to_numpy()):
            elements.append({})
            fill(part, owner, int(at), elements[-1])
        _put(root, owner, elements)
    return root
