"""Which column is meant: names of facts, of columns and of orders, and what was perhaps meant by a wrong one."""
from __future__ import annotations

import difflib
from typing import Any, Mapping, Optional

import numpy as np
import pandas as pd

from . import _bylaw
from .columns import Column
from .errors import FactError
from .texts import Fact


def resolve(name: str, paths: Mapping[str, Fact], owner: str, record: str = "order") -> Optional[str]:
    """The fact that a column name stands for: `total`, `order.total` and, of a collection of the record `line`, `quantity`,
    `line.quantity`, `lines.quantity`."""
    head, _, tail = name.partition(".")
    candidates = [name, f"{owner}.{name}"] + ([f"{owner}.{tail}"] if owner != "order" and head in (record, owner.rsplit(".", 1)[-1]) else [])
    return next((path for path in candidates if path in paths), None)


def canonical(name: str, facts: Mapping[str, Fact], columns: Mapping[str, Column]) -> str:
    """The path that a name means, whether it is a column, a short name or a path: `customer.trusted` is `order.customer.trusted`."""
    spec = columns.get(name)
    wanted = spec.path if spec is not None and spec.path else name
    plain = {path: fact for path, fact in facts.items() if not fact["list"]}
    found = resolve(wanted, plain, "order")
    if found is not None:
        return found
    for list_path, fact in facts.items():
        if fact["kind"] == "list":
            inside = {path: one for path, one in facts.items() if one["list"] == list_path}
            if wanted in inside or ("." in wanted and wanted.partition(".")[0] == fact["detail"]):
                return resolve(wanted, inside, list_path, fact["detail"]) or wanted
    return wanted if wanted.startswith(("order.", "measures.")) else f"order.{wanted}"


def first_row(mask: Any, series: pd.Series) -> Any:
    return series.index[int(np.flatnonzero(np.asarray(mask))[0])]


def column_of(frame: pd.DataFrame, name: Any, argument: str) -> pd.Series:
    """A column by its name; `argument` is what asked for it."""
    if not isinstance(name, str) or name not in frame.columns:
        near = difflib.get_close_matches(str(name), [str(column) for column in frame.columns], 1)
        raise FactError("no_column", f"{argument}: there is no column {name!r}" + (f", did you mean {near[0]!r}?" if near else ""), argument,
                        "one of " + ", ".join(str(column) for column in frame.columns[:12]))
    column = frame[name]
    if not isinstance(column, pd.Series):
        raise FactError("columns_mismatch", f"{argument}: there are several columns {name!r}", argument, "give each a name of its own")
    return column


def key_of(frame: pd.DataFrame, key: Optional[str], what: str) -> pd.Series:
    """The column `key`, or the index when that is its name."""
    if key is None:
        raise FactError("columns_mismatch", f"`key` names the column that joins orders and {what}, and there is none", what, "give key='order_id', say")
    if key not in frame.columns and frame.index.name == key:
        return frame.index.to_series()
    return column_of(frame, key, "key")


def labels_of_orders(frame: pd.DataFrame, key: Optional[str]) -> pd.Index:
    """What an order is called: by the column `key`, or by the index of the frame."""
    return pd.Index(frame[key]) if key is not None and key in frame.columns else frame.index


def check_arguments(frame: pd.DataFrame, collections: Mapping[str, pd.DataFrame], columns: Mapping[str, Column], facts: Mapping[str, Fact], threads: int) -> None:
    """What would be passed over in silence: explanations of columns that are not there, frames that are none."""
    for owner, part in collections.items():
        if not isinstance(part, pd.DataFrame):
            raise FactError("wrong_type", f"{owner}: a DataFrame is expected, and it is {type(part).__name__}", owner, "make one of it")
    names = {str(name) for part in (frame, *collections.values()) for name in part.columns}
    for name, spec in columns.items():
        if not isinstance(spec, Column):
            raise FactError("wrong_type", f"columns: {name!r} is explained by {spec!r}", name, "write bylaw.minor(), bylaw.whole(), bylaw.rounded(...) or bylaw.named(...)")
        if name not in names and name not in facts:
            near = difflib.get_close_matches(name, sorted(names), 1)
            raise FactError("columns_mismatch", f"columns: there is no column {name!r}" + (f", did you mean {near[0]!r}?" if near else ""), name, "correct its name")
    if not isinstance(threads, int) or not 1 <= threads <= 256:
        raise FactError("wrong_type", f"threads: {threads} is no number of threads", "threads", "1 to 256")
    if not any(fact["holds"] for fact in facts.values()):
        raise FactError("no_holds", "the policy has no holds, and a DataFrame is decided by holds", "", "returns and other questions are dicts: policy.decide(frame.to_dict('records'))")


def with_hint(error: FactError, frame: pd.DataFrame, collections: Mapping[str, pd.DataFrame]) -> FactError:
    """Names of columns that were perhaps meant, where rules need some that are not there."""
    hints = []
    for part in error.message.split("; "):
        path = part.split("`")[1] if part.count("`") >= 2 else ""
        if "look through it and it is not there" in part:
            hints.append(f"{path}: give lines= and key=" if path == "order.lines" else f"{path}: give collections={{'{path}': frame}} and key=")
        elif "it is not there" in part:
            names = [str(name) for owner, frames in {"order": frame, **collections}.items() if path.startswith(owner + ".") for name in frames.columns]
            near = difflib.get_close_matches(path.rsplit(".", 1)[-1], names, 1) or difflib.get_close_matches(path, names, 1)
            if near:
                hints.append(f"columns={{'{near[0]}': bylaw.named('{path}')}}, if that is it")
    return FactError(error.code, error.message, error.place, "; ".join(hints)) if hints else error


def misspelt(policy: _bylaw.Policy, path: str, meant: bool) -> str:
    """What is wrong with a name that no rule reads: nothing, when the schema has it. Names that are nobody's facts, such as `utm.source`,
    are left alone, unless `columns` says that they are one."""
    if path.startswith(("order.", "measures.")):
        return policy.problem_of(path)
    record, dot, _ = path.partition(".")
    return policy.problem_of(f"order.{path}") if meant or (dot and not policy.problem_of(f"order.{record}")) else ""
