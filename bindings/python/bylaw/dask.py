"""The same decisions over Dask's partitions, for histories that do not fit into memory. Needs dask and, for several processes or
machines, distributed; the policy travels to the workers as its texts."""
from __future__ import annotations

from typing import Any, Mapping, Optional

import pandas as pd
from dask.dataframe import DataFrame as DaskFrame

from .columns import Column
from .errors import FactError
from .policy import Moment, Policy


def _decide(frame: pd.DataFrame, lines: Optional[pd.DataFrame], policy: Policy, options: Mapping[str, Any]) -> pd.DataFrame:
    decided = policy.decide(frame, lines=lines, **options)
    if len(decided.errors):
        first = decided.errors.iloc[0]
        raise FactError("wrong_type", f"order {first['order']}: {first['message']}", str(first["fact"]))
    out = decided.to_frame()
    return out.astype({"rule": str, "state": str, "reason": str, "queue": str})


def decide(policy: Policy, orders: DaskFrame, *, lines: Optional[DaskFrame] = None, key: Optional[str] = None,
           columns: Optional[Mapping[str, Column]] = None, now: Optional[Moment] = None, at: Optional[str] = None) -> DaskFrame:
    """`Policy.decide(...).to_frame()` of every partition, lazily. `lines` has as many partitions as `orders`, and each has the lines of
    the orders of the partition with the same number."""
    if lines is not None and lines.npartitions != orders.npartitions:
        raise FactError("columns_mismatch", f"orders have {orders.npartitions} partitions and lines {lines.npartitions}", "lines", "partition both by the key")
    if now is None and at is None:
        now = pd.Timestamp.now(tz="UTC")  # one time for all partitions
    options = {"key": key, "columns": columns, "now": now, "at": at}
    called = orders[key].dtype if key is not None and key in orders.columns else orders.index.dtype
    meta = pd.DataFrame({"order": pd.Series(dtype=called), "rule": pd.Series(dtype=object), "line": pd.Series(dtype="int32"),
                         "state": pd.Series(dtype=object), "reason": pd.Series(dtype=object), "queue": pd.Series(dtype=object), "priority": pd.Series(dtype="int64")})
    return orders.map_partitions(_decide, lines, policy, options, meta=meta, align_dataframes=False)
