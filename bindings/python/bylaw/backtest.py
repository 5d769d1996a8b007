"""What a change of a policy would have done to past orders."""
from __future__ import annotations

import html
import os
from typing import TYPE_CHECKING, Any, Mapping, Optional, Sequence, Union

import numpy as np
import pandas as pd

from . import _bylaw
from .columns import Column
from .decisions import Decisions
from .errors import FactError
from .frames import table_of
from .history import Costs, History, amounts, as_known, check_costs, check_leakage, cost_of, currency_of, history_of, precision_recall, side_of
from .names import column_of, key_of, labels_of_orders
from .policy import Moment, Policy, as_policy

if TYPE_CHECKING:
    import matplotlib.figure


class Backtest:
    """Both policies over the same orders: see `bylaw.backtest`. Frames have amounts as exact Decimals."""

    def __init__(self, old: Policy, new: Policy, history: History, raw: dict[str, Any], names: list[str], queues: list[str], groups: dict[str, tuple[list[Any], np.ndarray[Any, Any]]],
                 costs: Costs, leakage: list[str]) -> None:
        self.old, self.new = old, new
        self.leakage = leakage
        self._history, self._raw, self._names, self._queues, self._groups, self._costs = history, raw, names, queues, groups, costs
        self._of = {"old": [hold["name"] for hold in old._compiled.holds()], "new": [hold["name"] for hold in new._compiled.holds()]}

    def _side(self, side: str, grouping: int = 0) -> dict[str, Any]:
        counts: dict[str, Any] = self._raw["sides"][0 if side == "old" else 1][grouping]
        return counts

    def _by_rule(self, side: str, what: str) -> np.ndarray[Any, Any]:
        """Counts of one side by all names."""
        out = np.zeros(len(self._names), dtype=np.int64)
        places = [self._names.index(name) for name in self._of[side]]
        np.add.at(out, places, self._side(side)[what])
        return out

    @property
    def holds(self) -> pd.DataFrame:
        """Per rule: orders that each policy holds, the difference, and, with `value`, what they are worth."""
        frame = pd.DataFrame({f"orders_{side}": self._by_rule(side, "rule_orders") for side in ("old", "new")}, index=pd.Index(self._names, name="rule"))
        frame["orders_change"] = frame["orders_new"] - frame["orders_old"]
        if self._history.value is not None:
            for side in ("old", "new"):
                frame[f"value_{side}"] = amounts(self._by_rule(side, "rule_value"), self._history.places)
            frame["value_change"] = frame["value_new"] - frame["value_old"]
        for side in ("old", "new"):
            failed = self._by_rule(side, "failed")
            if failed.any():
                frame[f"failed_{side}"] = failed
        return frame

    @property
    def queues(self) -> pd.DataFrame:
        """Per queue: orders that wait there at least for one rule, their value, and what reviewing them costs."""
        frame = pd.DataFrame({f"orders_{side}": self._side(side)["bucket_orders"] for side in ("old", "new")}, index=pd.Index(self._queues, name="queue"))
        frame["orders_change"] = frame["orders_new"] - frame["orders_old"]
        if self._history.value is not None:
            for side in ("old", "new"):
                frame[f"value_{side}"] = amounts(self._side(side)["bucket_value"], self._history.places)
        if self._costs is not None:
            each = [cost_of(self._costs, queue) for queue in self._queues]
            for side in ("old", "new"):
                frame[f"cost_{side}"] = [None if cost is None else cost * int(count) for cost, count in zip(each, frame[f"orders_{side}"])]
        return frame

    def by(self, column: str) -> pd.DataFrame:
        """Per value of a column named in `by`: all orders, those held by each policy, and their value."""
        if column not in self._groups:
            raise FactError("no_column", f"nothing was counted by {column!r}", "by", "one of " + (", ".join(self._groups) or "none: give by=[...]"))
        number = 1 + list(self._groups).index(column)
        names, codes = self._groups[column]
        frame = pd.DataFrame({"orders": np.bincount(codes, minlength=len(names))}, index=pd.Index(names, name=column))
        for side in ("old", "new"):
            frame[f"held_{side}"] = self._side(side, number)["held_orders"]
        frame["held_change"] = frame["held_new"] - frame["held_old"]
        if self._history.value is not None:
            for side in ("old", "new"):
                frame[f"value_{side}"] = amounts(self._side(side, number)["held_value"], self._history.places)
        return frame

    @property
    def summary(self) -> pd.DataFrame:
        """Per policy: how often a rule could not be evaluated (`failed`, which holds too), orders held, their share and value, and with `label` precision and recall over orders whose label is known."""
        total = len(self._history.orders)
        rows = {}
        for side in ("old", "new"):
            counts = self._side(side)
            row: dict[str, Any] = {"failed": int(counts["failed"].sum()), "orders": total, "held": int(counts["held_orders"][0]), "held_share": counts["held_orders"][0] / total if total else float("nan")}
            if self._history.value is not None:
                row["held_value"] = amounts(counts["held_value"], self._history.places)[0]
            if self._history.label is not None:
                good, bad = self._side(side, self._label_grouping)["held_orders"]
                row.update({"held_bad": int(bad), "held_good": int(good)})
                row.update(precision_recall(int(bad), int(good), int((self._history.label == 1).sum())))
            rows[side] = row
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("policy")

    @property
    def _label_grouping(self) -> int:
        return 1 + len(self._groups)

    @property
    def rules(self) -> pd.DataFrame:
        """With `label`: per rule of each policy held bad and good orders, precision and recall."""
        if self._history.label is None:
            raise FactError("no_label", "there is no label to compare with", "label", "name a column: backtest(..., label='chargeback')")
        bad = int((self._history.label == 1).sum())
        rows = []
        for side in ("old", "new"):
            counts = self._side(side, self._label_grouping)["rule_orders"].reshape(2, -1)
            for name, held_good, held_bad in zip(self._of[side], counts[0], counts[1]):
                rows.append({"policy": side, "rule": name, "held_bad": int(held_bad), "held_good": int(held_good), **precision_recall(int(held_bad), int(held_good), bad)})
        return pd.DataFrame(rows).set_index(["policy", "rule"])

    @property
    def missing_labels(self) -> pd.DataFrame:
        """Orders whose label is not known, by whether the old policy held them: an order that was stopped never showed what it was, so
        that precision and recall speak only of the rest."""
        if self._history.label is None:
            raise FactError("no_label", "there is no label to compare with", "label", "name a column")
        missing = int((self._history.label < 0).sum())
        known_held = int(self._side("old", self._label_grouping)["held_orders"].sum())
        held = int(self._side("old")["held_orders"][0]) - known_held
        return pd.DataFrame({"orders": [held, missing - held]}, index=pd.Index(["held by the old policy", "not held"], name="label missing"))

    @property
    def changed(self) -> pd.DataFrame:
        """The orders that the policies treat differently, by their label: the rules that hold each under both."""
        rows = self._raw["changed"]
        part = self._history.orders.iloc[rows]
        held = {side: self._decide(policy, part, rows) for side, policy in (("old", self.old), ("new", self.new))}
        out = pd.DataFrame({side: _rules_by_place(decided) for side, decided in held.items()}, index=labels_of_orders(part, self._history.key))
        out["effect"] = np.array(["", "freed", "newly held", "held for other reasons"], dtype=object)[self._raw["held"]]
        if self._history.value is not None:
            out["value"] = amounts(self._history.value[rows], self._history.places)
        return out

    @property
    def errors(self) -> pd.DataFrame:
        """Orders that a policy could not read; nothing was decided about them."""
        labels = labels_of_orders(self._history.orders, self._history.key)
        rows = [(("old", "new")[side], labels[row], place, message) for side, row, place, message in self._raw["errors"]]
        return pd.DataFrame(rows, columns=["policy", "order", "fact", "message"])

    def explain(self, order: Any) -> str:
        """Why each policy holds one order, or does not, one after the other."""
        rows = np.flatnonzero(labels_of_orders(self._history.orders, self._history.key) == order)
        if len(rows) != 1:
            raise FactError("unknown_order", f"there {'is no' if len(rows) == 0 else 'are several'} {order!r} among the orders", "", "call them by `key`, or by the index of the frame")
        part = self._history.orders.iloc[rows]
        texts = [f"{title}:\n{self._decide(policy, part, rows).explain(order)}" for title, policy in (("old policy", self.old), ("new policy", self.new))]
        return "\n".join(texts)

    def _decide(self, policy: Policy, part: pd.DataFrame, rows: np.ndarray[Any, Any]) -> Decisions:
        h = self._history
        frames = {owner: frame[key_of(frame, h.key, owner).isin(key_of(part, h.key, owner)).to_numpy()] for owner, frame in h.collections.items()}
        table = table_of(policy._compiled, part, frames, h.key, h.columns)
        at = None if h.at_ms is None else h.at_ms[rows]
        return Decisions(policy, part, frames, h.key, h.columns, h.now_ms, at, _bylaw.decide(policy._compiled, table, h.now_ms, at, 1))

    def to_frame(self) -> pd.DataFrame:
        """The same as `holds`."""
        return self.holds

    def plot(self, kind: str = "holds", path: Optional[Union[str, os.PathLike[str]]] = None) -> matplotlib.figure.Figure:
        """A figure for a slide: `holds` (orders per rule under both policies), `queues`, or a column of `by`. Written to `path` when given."""
        from . import plots
        frame = self.holds if kind == "holds" else self.queues if kind == "queues" else self.by(kind)
        return plots.pairs(frame, f"Orders held per {frame.index.name}", path)

    def __repr__(self) -> str:
        counts = [int(self._side(side)["held_orders"][0]) for side in ("old", "new")]
        return f"<bylaw.Backtest: {len(self._history.orders):,} orders, held {counts[0]:,} before and {counts[1]:,} after, {len(self._raw['changed']):,} treated differently>"

    def _repr_html_(self) -> str:
        notes = [html.escape(repr(self)[1:-1])]
        if self.leakage:
            notes.append("Leakage: only today's values are kept of " + ", ".join(f"<code>{html.escape(path)}</code>" for path in self.leakage))
        if len(self._raw["errors"]):
            notes.append(f"{len(self._raw['errors']):,} decisions could not be made: see <code>.errors</code>")
        holds = self.holds
        active = holds[(holds["orders_old"] > 0) | (holds["orders_new"] > 0)]
        return "".join(f"<p>{note}</p>" for note in notes) + f"{self.summary.to_html()}{active.to_html()}"


def _rules_by_place(decided: Decisions) -> list[list[str]]:
    begins = np.concatenate([[0], decided._ends[:-1]])
    return [list(dict.fromkeys(decided._names[decided._rule[begin:end]])) for begin, end in zip(begins, decided._ends)]


def backtest(old: Union[Policy, str, os.PathLike[str]], new: Union[Policy, str, os.PathLike[str]], orders: pd.DataFrame, *, lines: Optional[pd.DataFrame] = None,
             collections: Optional[Mapping[str, pd.DataFrame]] = None, key: Optional[str] = None, columns: Optional[Mapping[str, Column]] = None,
             now: Optional[Moment] = None, at: Optional[str] = None, value: Optional[str] = None, currency: Optional[str] = None, label: Optional[str] = None,
             by: Union[str, Sequence[str]] = (), review_cost: Costs = None, history: Optional[Mapping[str, Optional[str]]] = None, allow_leakage: bool = False,
             threads: int = 1) -> Backtest:
    """Decides past orders under two policies and compares.

    `orders`, `lines`, `collections`, `key`, `columns`, `now`, `threads`: as for `Policy.decide`. `at`: the column with the time at which
    each order was decided; rules that look at the time then see that one. `value`: a column of money, in `currency` (that of the fact, or of the policy). `label`: a column that
    says which orders were bad (true, false or missing). `by`: columns to count by, such as a channel or a segment. `review_cost`: what
    looking at one order costs, for all queues or by queue, as a text or Decimal.

    `history` says which facts were not known from the start: the name of a column with the time at which each value was known (values
    that came after the decision are taken out), or None for a fact of which only today's value is kept. A policy that reads such a fact
    is refused, since the past would know the future; `allow_leakage` lets it pass and flags it in the result.

    Raises FactError for data that do not fit, with column, row and what is expected, and `leakage`.
    """
    old, new = as_policy(old), as_policy(new)
    holds = [*old._compiled.holds(), *new._compiled.holds()]
    queues = list(dict.fromkeys(hold["queue"] for hold in holds))
    currency = currency or currency_of(old, value, columns or {})
    check_costs(review_cost, queues, currency)
    leakage = check_leakage((old, new), history or {}, label, columns or {}, orders, allow_leakage)
    past = history_of(as_known(orders, (old, new), history or {}, columns or {}, at), (old, new), lines=lines, collections=collections, key=key, columns=columns, now=now, at=at, value=value, label=label,
                      currency=currency, threads=threads)
    names = list(dict.fromkeys(hold["name"] for hold in holds))
    groups: dict[str, tuple[list[Any], np.ndarray[Any, Any]]] = {}
    groupings: list[tuple[Any, int]] = [(None, 1)]
    for column in [by] if isinstance(by, str) else by:
        values = pd.Categorical(column_of(orders, column, "by"))
        codes, names_of = values.codes.astype(np.int32), list(values.categories)
        if (codes < 0).any():
            codes, names_of = np.where(codes < 0, len(names_of), codes).astype(np.int32), [*names_of, "(missing)"]
        groups[column] = (names_of, codes)
        groupings.append((codes, len(names_of)))
    if past.label is not None:
        groupings.append((past.label, 2))
    raw = _bylaw.tally([side_of(policy, past, names, queues) for policy in (old, new)], past.now_ms, past.at_ms, past.value, groupings, threads)
    return Backtest(old, new, past, raw, names, queues, groups, review_cost, leakage)
