"""The same policy with one number changed, many times: where should the threshold be?"""
from __future__ import annotations

import decimal
import os
import re
from typing import TYPE_CHECKING, Any, Iterable, Mapping, Optional, Union

import pandas as pd

from . import _bylaw
from .history import Costs, amounts, as_known, check_costs, check_leakage, cost_of, currency_of, history_of, precision_recall, side_of
from .columns import Column
from .errors import FactError
from .names import labels_of_orders
from .policy import Moment, Policy, as_policy

if TYPE_CHECKING:
    import matplotlib.figure


def with_define(policy: Policy, name: str, value: str) -> Policy:
    """The policy with `define NAME = VALUE;` instead of what it says. Raises FactError `unknown_define`, and PolicyError when the value
    does not fit."""
    if not isinstance(value, str) or not value.strip() or any(sign in re.sub(r'"[^"]*"', "", value) for sign in ";#{}"):
        raise FactError("wrong_type", f"{value!r} is no value of a define", name, "write it as policies do: '1200.00 USD', '14 days'")
    # Texts and comments are passed over: they may have the same words, and the signs that end a define.
    pattern = re.compile(rf'"[^"\n]*"|#[^\n]*|\bdefine\s+{re.escape(name)}\s*=(?P<value>(?:"[^"\n]*"|#[^\n]*|[^;"#])*);')
    for file, text in policy.texts.items():
        for found in pattern.finditer(text):
            if found.group("value") is not None:
                return policy.with_text(file, text[:found.start("value")] + f" {value}" + text[found.end("value"):])
    raise FactError("unknown_define", f"no file has `define {name} = ...;`", name, "give the threshold a name with `define`, and use the name in the rule")


class Sweep:
    """One row per value of the threshold: see `bylaw.sweep`."""

    def __init__(self, name: str, frame: pd.DataFrame) -> None:
        self.name = name
        self._frame = frame

    def to_frame(self) -> pd.DataFrame:
        """Per value: `held` orders, `held_share`, and what was asked for: `held_value`, `held_bad`, `held_good`, `precision`, `recall`, `cost`."""
        return self._frame

    def plot(self, path: Optional[Union[str, os.PathLike[str]]] = None) -> matplotlib.figure.Figure:
        """Orders held by threshold and, with a label, precision and recall. Written to `path` when given."""
        from . import plots
        return plots.sweep(self._frame, self.name, path)

    def __repr__(self) -> str:
        return f"<bylaw.Sweep of {self.name}: {len(self._frame)} values>"

    def _repr_html_(self) -> str:
        return str(self._frame.to_html())


def sweep(policy: Union[Policy, str, os.PathLike[str]], define: str, values: Iterable[str], orders: pd.DataFrame, *, lines: Optional[pd.DataFrame] = None,
          collections: Optional[Mapping[str, pd.DataFrame]] = None, key: Optional[str] = None, columns: Optional[Mapping[str, Column]] = None,
          now: Optional[Moment] = None, at: Optional[str] = None, value: Optional[str] = None, currency: Optional[str] = None, label: Optional[str] = None,
          rules: Optional[Iterable[str]] = None, review_cost: Costs = None, history: Optional[Mapping[str, Optional[str]]] = None, allow_leakage: bool = False,
          threads: int = 1) -> Sweep:
    """Decides past orders once for each value of a `define`, written as policies write it (`"1200.00 USD"`, `"14 days"`).

    `rules`: count the orders that these rules hold; without it, those that any rule holds. Everything else as for `bylaw.backtest`.
    """
    base = as_policy(policy)
    if isinstance(values, str):
        raise FactError("wrong_type", f"values: a list is expected, and it is {values!r}", "values", f"write [{values!r}]")
    currency = currency or currency_of(base, value, columns or {})
    check_costs(review_cost, [hold["queue"] for hold in base._compiled.holds()], currency)
    check_leakage((base,), history or {}, label, columns or {}, orders, allow_leakage)
    past = history_of(as_known(orders, (base,), history or {}, columns or {}, at), (base,), lines=lines, collections=collections, key=key, columns=columns, now=now, at=at, value=value, label=label,
                      currency=currency, threads=threads)
    wanted = None if rules is None else set(rules)
    bad = 0 if past.label is None else int((past.label == 1).sum())
    rows = []
    for text in values:
        changed = with_define(base, define, text)
        holds = changed._compiled.holds()
        if wanted is not None and not wanted <= {hold["name"] for hold in holds}:
            raise FactError("unknown_rule", f"the policy has no hold `{sorted(wanted - {hold['name'] for hold in holds})[0]}`", "rules", "see policy.holds")
        queues = list(dict.fromkeys(hold["queue"] for hold in holds))
        side = side_of(changed, past, [hold["name"] for hold in holds], queues)
        # With `rules` the buckets are those that count and the others, without them the queues.
        counted = side if wanted is None else (*side[:2], [0 if hold["name"] in wanted else 1 for hold in holds], 2, side[4])
        groupings: list[tuple[Any, int]] = [(None, 1)] + ([] if past.label is None else [(past.label, 2)])
        found = _bylaw.tally([counted], past.now_ms, past.at_ms, past.value, groupings, threads)
        if found["errors"]:
            _, row, place, message = found["errors"][0]
            raise FactError("wrong_type", f"row {labels_of_orders(orders, key)[row]}: {message}", place)
        tallied = found["sides"][0]
        rows.append(_row(text, tallied, past, wanted is not None, queues, bad, review_cost))
    return Sweep(define, pd.DataFrame(rows, columns=None if rows else ["threshold", "held", "held_share"]).set_index("threshold"))


def _row(text: str, tallied: list[dict[str, Any]], past: Any, by_rules: bool, queues: list[str], bad: int, review_cost: Costs) -> dict[str, Any]:
    orders, worth = ("bucket_orders", "bucket_value") if by_rules else ("held_orders", "held_value")
    held, total = int(tallied[0][orders][0]), len(past.orders)
    row: dict[str, Any] = {"threshold": text, "held": held, "held_share": held / total if total else float("nan")}
    if past.value is not None:
        row["held_value"] = amounts(tallied[0][worth][:1], past.places)[0]
    if past.label is not None:
        good_bad = tallied[1][orders].reshape(2, -1)[:, 0]
        row.update({"held_bad": int(good_bad[1]), "held_good": int(good_bad[0])})
        row.update(precision_recall(int(good_bad[1]), int(good_bad[0]), bad))
    if review_cost is not None and not by_rules:
        each = [(cost_of(review_cost, queue), int(count)) for queue, count in zip(queues, tallied[0]["bucket_orders"])]
        row["cost"] = sum((cost * count for cost, count in each if cost is not None), start=decimal.Decimal(0))
    return row
