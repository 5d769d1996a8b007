"""DataFrames as the columns that rules read: numbers, categories and timestamps as they lie in memory, texts once each."""
from __future__ import annotations

from typing import Any, Mapping, Optional

import numpy as np
import pandas as pd

from . import _bylaw
from .columns import Column
from .errors import FactError
from .names import column_of, first_row, key_of, misspelt, resolve
from .series import SeriesAdder


def _consecutive(keys: pd.Series, elements: pd.Series) -> Optional[np.ndarray[Any, Any]]:
    """Places of elements where orders are numbered one after the other: without a hash table. None where they are not."""
    if len(keys) == 0 or keys.dtype != np.int64 or elements.dtype != np.int64:
        return None
    numbers = keys.to_numpy()
    if not (numbers[1:] == numbers[:-1] + 1).all():
        return None
    places = elements.to_numpy() - numbers[0]
    return np.where((places >= 0) & (places < len(numbers)), places, -1)


def offsets_of(keys: pd.Series, elements: pd.Series, what: str) -> tuple[np.ndarray[Any, Any], Optional[np.ndarray[Any, Any]]]:
    """Where the elements of each order begin, and the order to take them in when they do not lie that way already."""
    for whose, column in (("orders", keys), (what, elements)):
        if pd.api.types.is_float_dtype(column.dtype):
            raise FactError("columns_mismatch", f"key: {whose} are joined by floats, which do not compare exactly", "key", "convert it with .astype('int64')")
        if column.isna().any():
            raise FactError("columns_mismatch", f"key: row {first_row(column.isna(), column)} of {whose} has no key", "key", "leave it out, or give it one")
    place = _consecutive(keys, elements)
    if place is None and keys.duplicated().any():
        raise FactError("columns_mismatch", f"two orders have the key {keys[keys.duplicated()].iloc[0]!r}", "key", "give each order a key of its own")
    if place is None:
        place = pd.Index(keys).get_indexer(pd.Index(elements))
    if (place < 0).any():
        at = int(np.flatnonzero(place < 0)[0])
        raise FactError("columns_mismatch", f"row {elements.index[at]} of {what} belongs to no order: {elements.iloc[at]!r}", what, "leave it out, or add its order")
    order = None
    if (place[1:] < place[:-1]).any():
        order = np.argsort(place, kind="stable")
        place = place[order]
    if len(place) >= 2**32:
        raise FactError("columns_mismatch", f"{what} has more than 2^32 rows", what, "decide it in parts")
    ends = np.cumsum(np.bincount(place, minlength=len(keys)))
    return np.concatenate([[0], ends]).astype(np.uint32), order


def table_of(policy: _bylaw.Policy, frame: pd.DataFrame, collections: Mapping[str, pd.DataFrame], key: Optional[str], columns: Mapping[str, Column]) -> _bylaw.Table:
    """The columns of a DataFrame that hold rules read, and of frames with the elements of collections, joined by `key`."""
    facts = {fact["path"]: fact for fact in policy.facts()}
    if frame.columns.has_duplicates:
        column_of(frame, str(frame.columns[frame.columns.duplicated()][0]), "the frame")
    table = _bylaw.Table(len(frame))
    adder = SeriesAdder(policy, table)
    for owner, part in {"order": frame, **collections}.items():
        if owner != "order":
            fact = facts.get(owner)
            offsets, order = offsets_of(key_of(frame, key, owner), key_of(part, key, owner), owner)
            if fact is None or not fact["holds"]:
                continue
            table.add_list(owner, offsets)
            part = part if order is None else part.iloc[order]
        taken: dict[str, str] = {}
        for name in part.columns:
            spec = columns.get(name, Column())
            own = {p: f for p, f in facts.items() if f["list"] == ("" if owner == "order" else owner)}
            path = resolve(spec.path or str(name), own, owner, facts[owner]["detail"] if owner in facts else "order")
            if path is None:
                problem = misspelt(policy, spec.path or str(name), spec.path is not None) if owner == "order" else ""
                if problem:
                    raise FactError("columns_mismatch", f"column {name}: {problem}", str(name), "correct its name")
                continue  # no rule reads it
            fact = facts[path]
            if not fact["holds"] or fact["kind"] == "list" or (owner == "order" and name == key and fact["kind"] not in ("text", "enum")):
                continue
            if path in taken:
                raise FactError("columns_mismatch", f"columns {taken[path]} and {name} are both `{path}`", str(name), "drop one of them")
            taken[path] = str(name)
            adder.add(fact, part[name], spec if spec != Column() else columns.get(path, Column()))
    return table
