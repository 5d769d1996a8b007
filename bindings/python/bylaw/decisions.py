"""What the hold rules say of the orders of a DataFrame."""
from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Mapping, Optional

import numpy as np
import pandas as pd

from .columns import Column
from .documents import row_document
from .errors import FactError
from .names import labels_of_orders

if TYPE_CHECKING:
    from .policy import Policy

states = np.array(["placed", "waiting", "failed"], dtype=object)


class Decisions:
    """Decisions of many orders, in the order of the frame. A row that could not be read is in `errors`, and has no holds."""

    def __init__(self, policy: Policy, frame: pd.DataFrame, collections: Mapping[str, pd.DataFrame], key: Optional[str], columns: Mapping[str, Column],
                 now_ms: int, at_ms: Optional[np.ndarray[Any, Any]], raw: dict[str, Any]) -> None:
        self.policy = policy
        self.index = frame.index
        self.labels = labels_of_orders(frame, key)
        self._frame, self._collections, self._key, self._columns = frame, collections, key, columns
        self._now_ms, self._at_ms = now_ms, at_ms
        self._ends, self._rule, self._line, self._state, self._errors = raw["ends"], raw["rule"], raw["line"], raw["state"], raw["errors"]
        self._names = np.array([hold["name"] for hold in policy._compiled.holds()], dtype=object)

    def __len__(self) -> int:
        return len(self.index)

    @property
    def _counts(self) -> np.ndarray[Any, Any]:
        return np.diff(self._ends, prepend=0)

    @property
    def held(self) -> pd.Series:
        """True for every order that at least one rule holds, by the index of the frame."""
        return pd.Series(self._counts > 0, index=self.index, name="held")

    @property
    def errors(self) -> pd.DataFrame:
        """Orders whose facts could not be read where a rule in force needed them: `order`, `fact`, `message`."""
        rows = [(self.labels[row], place, message) for row, place, message in self._errors]
        return pd.DataFrame(rows, columns=["order", "fact", "message"])

    def to_frame(self) -> pd.DataFrame:
        """One row per order and rule: `order` (its `key`, or without one its label in the frame), `rule`, `line` (number from 0 within the order, -1 for the
        whole order), `state` (placed, waiting for a fact, or failed), `reason`, `queue`, `priority`."""
        rules = self.policy.holds
        out = pd.DataFrame({"order": self.labels.to_numpy().repeat(self._counts), "rule": pd.Categorical.from_codes(self._rule.astype(np.int64), self._names.tolist())
                            if len(self._names) else pd.Categorical([]), "line": self._line, "state": states[self._state]})
        for name in ("reason", "queue", "priority"):
            out[name] = rules[name].to_numpy()[self._rule] if len(rules) else []
        return out

    def counts(self) -> pd.DataFrame:
        """Per rule: `orders` that it holds, and of how many it could not be evaluated (`failed`)."""
        rows = np.arange(len(self.index)).repeat(self._counts)
        # The hits of an order stand by rule: the first of each rule counts the order.
        first = np.ones(len(rows), dtype=bool)
        first[1:] = (rows[1:] != rows[:-1]) | (self._rule[1:] != self._rule[:-1])
        orders = np.bincount(self._rule[first], minlength=len(self._names))
        failed = np.bincount(self._rule[self._state == 2], minlength=len(self._names))
        return pd.DataFrame({"orders": orders, "failed": failed}, index=pd.Index(self._names, name="rule"))

    def rules_of(self, order: Any) -> list[str]:
        """Names of the rules that hold one order, by its label."""
        place = self._place(order)
        begin = self._ends[place - 1] if place > 0 else 0
        return list(dict.fromkeys(self._names[self._rule[begin:self._ends[place]]]))

    def facts_of(self, order: Any) -> dict[str, Any]:
        """The facts of one order as a document for `Policy.decide`."""
        return row_document(self.policy._compiled, self._frame, self._collections, self._key, self._columns, self._place(order))

    def explain(self, order: Any) -> str:
        """Why each rule holds one order, or why not, as `bylaw decide --explain` prints it."""
        place = self._place(order)
        now = self._now_ms if self._at_ms is None else int(self._at_ms[place])
        decided = self.policy._compiled.decide_json([json.dumps(self.facts_of(order))], now, 1)[0]
        return decided.partition("\n")[2]  # the first line is the decision itself

    def _place(self, order: Any) -> int:
        try:
            place = self.labels.get_loc(order)
        except (KeyError, TypeError):
            raise FactError("unknown_order", f"there is no order {order!r}", "", f"orders are called by {self.labels.name or 'the index of the frame'!r}, such as "
                            f"{self.labels[0]!r}" if len(self.labels) else "there are none") from None
        if not isinstance(place, (int, np.integer)):
            raise FactError("unknown_order", f"{order!r} is the label of several orders", "", "give key= a column that tells them apart")
        return int(place)

    def __repr__(self) -> str:
        held = int((self._counts > 0).sum())
        return f"<bylaw.Decisions: {held} of {len(self)} orders held, {len(self._errors)} could not be read>"

    def _repr_html_(self) -> str:
        counts = self.counts()
        table = counts[counts["orders"] > 0].sort_values("orders", ascending=False)
        return f"<p>{int((self._counts > 0).sum()):,} of {len(self):,} orders held</p>{table.to_html()}"
