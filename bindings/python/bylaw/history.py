"""Past orders as they were known when they were decided: labels, values, costs, and what must not be known yet."""
from __future__ import annotations

import dataclasses
import decimal
from typing import Any, Iterable, Mapping, Optional, Sequence, Union

import numpy as np
import pandas as pd

from . import _bylaw
from .columns import Column
from .errors import FactError
from .frames import table_of
from .names import canonical, check_arguments, column_of, with_hint
from .policy import Moment, Policy, moment_ms, moments_ms, times_of
from .series import nanoseconds, value_minor

Costs = Union[None, str, decimal.Decimal, Mapping[str, Union[str, decimal.Decimal]]]


def amounts(minor: np.ndarray[Any, Any], places: int) -> np.ndarray[Any, Any]:
    """Sums of minor units as exact Decimals."""
    return np.array([decimal.Decimal(int(value)).scaleb(-places) for value in minor], dtype=object)


@dataclasses.dataclass
class History:
    """Past orders with what is asked of them; `backtest` and `sweep` make one."""

    orders: pd.DataFrame
    collections: Mapping[str, pd.DataFrame]
    key: Optional[str]
    columns: Mapping[str, Column]
    now_ms: int
    at_ms: Optional[np.ndarray[Any, Any]]
    value: Optional[np.ndarray[Any, Any]]
    currency: str
    places: int
    label: Optional[np.ndarray[Any, Any]]  #: 0 good, 1 bad, -1 not known
    threads: int
    table: Optional[tuple[list[Any], _bylaw.Table]] = None  #: of the policy that was asked last: others read the same facts, mostly


def currency_of(policy: Policy, value: Optional[str], columns: Mapping[str, Column]) -> str:
    """The currency of the fact that is summed up, or else of the policy. "" when nothing is summed up."""
    if value is None:
        return ""
    facts = {fact["path"]: fact for fact in policy._compiled.facts()}
    fact = facts.get(canonical(value, facts, columns))
    return str(fact["detail"]) if fact is not None and fact["kind"] == "money" and fact["detail"] else policy.currency


def check_costs(costs: Costs, queues: Iterable[str], currency: str) -> None:
    """Refuses costs of queues that there are not, and what is no amount."""
    for queue in costs if isinstance(costs, Mapping) else ():
        if queue not in queues:
            raise FactError("unknown_queue", f"review_cost: no rule has the queue {queue!r}", "review_cost", "one of " + ", ".join(dict.fromkeys(queues)))
    for queue in costs if isinstance(costs, Mapping) else ("",):
        cost_of(costs, queue, currency)


def check_leakage(policies: Sequence[Policy], history: Mapping[str, Optional[str]], label: Optional[str], columns: Mapping[str, Column], orders: pd.DataFrame,
                  allowed: bool) -> list[str]:
    """Facts that rules read and whose values at decision time nobody kept. Refused, or returned when they are allowed."""
    facts = {fact["path"]: fact for policy in policies for fact in policy._compiled.facts()}
    read = {fact["path"] for policy in policies for fact in policy._compiled.facts() if fact["holds"]}
    leaks = []
    for name, known in history.items():
        path = canonical(name, facts, columns)
        problem = policies[0]._compiled.problem_of(path) if path not in facts and name not in orders.columns else ""
        if problem:
            raise FactError("unknown_fact", f"history: {problem}", name, "correct its name")
        if known is None and path in read:
            leaks.append(path)
    if label is not None and canonical(label, facts, columns) in read:
        raise FactError("leakage", f"rules read `{label}`, which is the label: they would know what they are to find", label, "leave it out of the policy")
    for path, known in history.items():
        if known is not None and known not in orders.columns:
            raise FactError("columns_mismatch", f"`{path}` was known from `{known}` on, and there is no such column", known, "add it")
    if leaks and not allowed:
        raise FactError("leakage", "rules read " + ", ".join(f"`{path}`" for path in leaks) + ", of which only today's values are kept: the past would know the future",
                        leaks[0], "give the column that says when it was known (history={path: column}), or allow_leakage=True to flag it")
    return leaks


def as_known(orders: pd.DataFrame, policies: Sequence[Policy], history: Mapping[str, Optional[str]], columns: Mapping[str, Column], at: Optional[str]) -> pd.DataFrame:
    """The orders with values that came later than the decision taken out."""
    facts = {fact["path"]: fact for policy in policies for fact in policy._compiled.facts()}
    timed = {path: known for path, known in history.items() if known is not None}
    if not timed:
        return orders
    if at is None:
        raise FactError("columns_mismatch", "`history` says when values were known, and `at` must say when each order was decided", "at", "name the column")
    out = orders.copy(deep=False)
    moments = moments_ms(column_of(orders, at, "at"))
    for path, known in timed.items():
        name = next((str(column) for column in orders.columns if canonical(str(column), facts, columns) == canonical(path, facts, columns)), None)
        if name is None:
            raise FactError("columns_mismatch", f"there is no column for `{path}`", path, "add it, or leave it out of `history`")
        stamps = column_of(orders, known, "history")
        if not isinstance(stamps.dtype, pd.DatetimeTZDtype):
            raise FactError("wrong_type", f"column {known}: times in a zone are expected, and it is {stamps.dtype}", known, "use pd.to_datetime(..., utc=True)")
        later = stamps.isna().to_numpy() | (nanoseconds(stamps) // 1_000_000 > moments)
        values = orders[name]
        if later.any():
            nullable = {"b": "boolean", "i": "Int64", "u": "Int64"}.get(getattr(values.dtype, "kind", "O"))
            values = values.astype(nullable) if nullable and not pd.api.types.is_extension_array_dtype(values.dtype) else values
            out[name] = values.mask(pd.Series(later, index=orders.index))
    return out


def labels_of(orders: pd.DataFrame, label: str) -> np.ndarray[Any, Any]:
    """1 bad, 0 good, -1 not known."""
    series = column_of(orders, label, "label")
    known = series.dropna()
    if not known.astype(object).isin([0, 1]).all():
        raise FactError("wrong_type", f"column {label}: true, false or missing is expected", label, "compare it first, such as frame.status == 'chargeback'")
    out = np.full(len(series), -1, dtype=np.int32)
    out[series.notna().to_numpy()] = known.astype(object).astype(np.int32)
    return out


def history_of(orders: pd.DataFrame, policies: Sequence[Policy], *, lines: Optional[pd.DataFrame], collections: Optional[Mapping[str, pd.DataFrame]], key: Optional[str],
               columns: Optional[Mapping[str, Column]], now: Optional[Moment], at: Optional[str], value: Optional[str], label: Optional[str], currency: str,
               threads: int) -> History:
    frames = {**(collections or {}), **({} if lines is None else {"order.lines": lines})}
    check_arguments(orders, frames, columns or {}, {fact["path"]: fact for policy in policies for fact in policy._compiled.facts()}, threads)
    return History(orders, frames, key, columns or {}, moment_ms(now), times_of(orders, now, at),
                   None if value is None else value_minor(orders, value, columns or {}, currency), currency, _bylaw.exponent_of(currency) if currency else 0,
                   None if label is None else labels_of(orders, label), threads)


def side_of(policy: Policy, history: History, names: list[str], queues: list[str]) -> tuple[Any, ...]:
    """A policy for `_bylaw.tally`: rules of one name have one number, and queues are the buckets."""
    holds = policy._compiled.holds()
    facts = policy._compiled.facts()
    if history.table is None or history.table[0] != facts:
        try:
            history.table = (facts, table_of(policy._compiled, history.orders, history.collections, history.key, history.columns))
        except FactError as error:
            raise with_hint(error, history.orders, history.collections) from None
    return (policy._compiled, history.table[1], [queues.index(hold["queue"]) for hold in holds], len(queues), [names.index(hold["name"]) for hold in holds])


def precision_recall(held_bad: int, held_good: int, bad: int) -> dict[str, float]:
    """`precision`: share of held orders that were bad; `recall`: share of bad orders that were held. NaN where there is nothing to divide by."""
    held = held_bad + held_good
    return {"precision": held_bad / held if held else float("nan"), "recall": held_bad / bad if bad else float("nan")}


def cost_of(costs: Costs, queue: str, currency: str = "") -> Optional[decimal.Decimal]:
    """What looking at one order of a queue costs. Refuses floats, and another currency than the orders' where that is known."""
    if costs is None:
        return None
    cost = costs.get(queue) if isinstance(costs, Mapping) else costs
    if isinstance(cost, float):
        raise FactError("wrong_type", f"the review cost {cost!r} is a float", "review_cost", "write a text or a Decimal, such as '4.00'")
    if cost is None:
        return None
    amount, _, unit = str(cost).partition(" ")
    if unit and currency and unit != currency:
        raise FactError("wrong_currency", f"the review cost {cost!r} is not in {currency}", "review_cost", "give it in the currency of the orders")
    try:
        return decimal.Decimal(amount)
    except decimal.InvalidOperation:
        raise FactError("wrong_type", f"the review cost {cost!r} is no amount", "review_cost", "write a text or a Decimal, such as '4.00'") from None
