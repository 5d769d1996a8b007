"""Policies: loaded once, asked about dicts, lists and DataFrames."""
from __future__ import annotations

import datetime
import decimal
import json
import os
import warnings
from typing import Any, Callable, Iterable, Mapping, Optional, Union, overload

import numpy as np
import pandas as pd

from . import _bylaw
from .columns import Column
from .decisions import Decisions
from .errors import FactError, UnknownFactWarning
from .frames import table_of
from .names import check_arguments, column_of, labels_of_orders, with_hint
from .series import nanoseconds
from .texts import is_missing, seconds_text, utc_text

Moment = Union[datetime.datetime, pd.Timestamp, str]


def moment_ms(now: Optional[Moment]) -> int:
    """Milliseconds since 1970 UTC. A time without a zone is refused."""
    if now is None:
        return int(datetime.datetime.now(datetime.timezone.utc).timestamp() * 1000)
    try:
        stamp = pd.Timestamp(now)
    except (ValueError, TypeError):
        raise FactError("wrong_type", f"now: {now!r} is no time", "now", "write one, such as 2026-11-01T10:00:00Z") from None
    if stamp is pd.NaT or stamp.tzinfo is None:
        raise FactError("wrong_type", f"now: {now} has no zone", "now", "write one, such as 2026-11-01T10:00:00Z")
    return int(stamp.value // 1_000_000)


def moments_ms(at: pd.Series) -> np.ndarray[Any, Any]:
    """A column of times in a zone as milliseconds UTC."""
    if not isinstance(at.dtype, pd.DatetimeTZDtype):
        raise FactError("wrong_type", f"column {at.name}: times in a zone are expected, and it is {at.dtype}", str(at.name), "use pd.to_datetime(..., utc=True)")
    if at.isna().any():
        raise FactError("wrong_type", f"column {at.name}, row {at.index[at.isna().to_numpy()][0]}: a time is missing", str(at.name), "fill it, or leave the order out")
    return nanoseconds(at) // 1_000_000


def times_of(data: pd.DataFrame, now: Optional[Moment], at: Optional[str]) -> Optional[np.ndarray[Any, Any]]:
    """The time of each order, when they have their own."""
    if now is not None and at is not None:
        raise FactError("wrong_type", "`now` is for all orders, and `at` for each", "at", "give one of them")
    return None if at is None else moments_ms(column_of(data, at, "at"))


def _plain(value: Any) -> Any:
    """A value as JSON has it. Floats are refused: what they mean exactly has to be said."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            raise FactError("wrong_type", f"{value} has no zone", "", "write .replace(tzinfo=datetime.timezone.utc), or another zone")
        return utc_text(value)
    if isinstance(value, datetime.timedelta):
        return seconds_text(value)
    if isinstance(value, datetime.time) and value.tzinfo is None and value.second == value.microsecond == 0:
        return value.strftime("%H:%M")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, float):
        raise FactError("wrong_type", f"{value!r} is a float, which has no exact value", "", "write a text such as '12.50', or a Decimal; money of facts with its currency, '12.50 USD'")
    if isinstance(value, Mapping):
        return document_of(value)
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, (str, bool, int)):
        return value
    raise FactError("wrong_type", f"{value!r} ({type(value).__name__}) is no value of a fact", "", "write a text, a number, true or false, a time, a list or a dict")


def document_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of dotted names as the nested document that rules read; missing values are left out."""
    root: dict[str, Any] = {}
    for name, value in row.items():
        if is_missing(value):
            continue
        *records, field = str(name).split(".")
        at = root
        for record in records:
            at = at.setdefault(record, {})
            if not isinstance(at, dict):
                raise FactError("wrong_type", f"{name}: `{record}` is a value and a record", str(name), "drop one of them")
        try:
            at[field] = _plain(value)
        except FactError as error:
            raise FactError(error.code, f"{name}: {error.message}", str(name), error.remedy) from None
    return root


class Policy:
    """A compiled policy set: immutable, safe to share between threads and, pickled, between processes."""

    def __init__(self, compiled: _bylaw.Policy) -> None:
        self._compiled = compiled

    @staticmethod
    def load(*paths: Union[str, os.PathLike[str]]) -> Policy:
        """Loads policy files, or folders of them. Raises PolicyError with the findings as `bylaw check` prints them, and
        BylawError `cannot_read`."""
        if not paths:
            raise FactError("no_rules", "no path was given", "", "name a file or a folder")
        return Policy(_bylaw.Policy.load([os.fspath(path) for path in paths]))

    @staticmethod
    def from_text(text: str, name: str = "policy.bylaw") -> Policy:
        """Compiles one text; `use` finds the shipped files, and those beside `name`."""
        return Policy(_bylaw.Policy.from_texts([(name, text)]))

    @property
    def version_hash(self) -> str:
        """SHA-256 over names and texts of all files."""
        return self._compiled.version_hash()

    @property
    def holds(self) -> pd.DataFrame:
        """The hold rules, by name: reason, queue, priority, what they block, who releases them."""
        columns = ["name", "file", "comment", "scope", "reason", "text", "queue", "priority", "blocks", "release_by"]
        return pd.DataFrame(self._compiled.holds(), columns=columns).set_index("name")

    @property
    def facts(self) -> pd.DataFrame:
        """The facts of an order that rules read, by path: kind, currency or unit or enumeration, whether they may be missing."""
        columns = ["path", "kind", "detail", "optional", "list", "holds", "values"]
        return pd.DataFrame(self._compiled.facts(), columns=columns).set_index("path")

    @property
    def texts(self) -> dict[str, str]:
        """The files that it was compiled from."""
        return {name: text for name, text, _ in self._compiled.kept()}

    @property
    def currency(self) -> str:
        """The currency of its files. Raises FactError when they have several."""
        found = sorted(set(self._compiled.currencies()) - {""})  # shipped files have none
        if len(found) != 1:
            raise FactError("several_currencies", "the policy has " + (", ".join(found) or "no currency"), "currency", "name one: currency='EUR'")
        return found[0]

    def with_text(self, name: str, text: str) -> Policy:
        """The same set with another text of one file: what a change would do."""
        kept = self._compiled.kept()
        if name not in {file for file, _, _ in kept}:
            raise FactError("unknown_file", f"the policy has no file `{name}`", name, "one of " + ", ".join(file for file, _, _ in kept))
        return Policy(_bylaw.Policy.from_kept([(file, text if file == name else old, root) for file, old, root in kept]))

    def __reduce__(self) -> tuple[Any, ...]:
        return (_from_kept, (self._compiled.kept(),))

    def __repr__(self) -> str:
        return f"<bylaw.Policy {self.version_hash[:12]}: {len(self._compiled.holds())} holds>"

    # Without stubs of pandas a DataFrame is anything to mypy, and anything overlaps.
    @overload
    def decide(self, data: Mapping[str, Any], *, now: Optional[Moment] = None, explain: bool = False) -> dict[str, Any]: ...  # type: ignore[misc]
    @overload
    def decide(self, data: pd.DataFrame, *, lines: Optional[pd.DataFrame] = None,  # type: ignore[misc]
               collections: Optional[Mapping[str, pd.DataFrame]] = None,
               key: Optional[str] = None, columns: Optional[Mapping[str, Column]] = None, now: Optional[Moment] = None, at: Optional[str] = None,
               threads: int = 1) -> Decisions: ...
    @overload
    def decide(self, data: Iterable[Mapping[str, Any]], *, now: Optional[Moment] = None, explain: bool = False) -> list[dict[str, Any]]: ...

    def decide(self, data: Any, *, lines: Optional[pd.DataFrame] = None, collections: Optional[Mapping[str, pd.DataFrame]] = None, key: Optional[str] = None,
               columns: Optional[Mapping[str, Column]] = None, now: Optional[Moment] = None, at: Optional[str] = None, explain: bool = False,
               threads: int = 1) -> Any:
        """Decides one dict, a list of dicts, or a DataFrame.

        A dict or list: everything that `bylaw decide` answers, one dict each; what is asked follows from the facts (a `return`, a
        `request`, `candidates` ...). A DataFrame: its holds, as `Decisions`; one row is an order, and `lines` has its lines, joined
        by the column `key` (other collections in `collections`, by their path). Columns are named by the facts they hold
        (`order.total`, `customer.segment`, or `total`); columns that no rule reads are left alone, and those that rules need must
        be there. Missing values are missing facts. Money is text ('12.50 USD'), Decimal, or whole numbers or floats that `columns`
        explains (`bylaw.minor()`, `bylaw.rounded(2, "half_even")`).

        `now`: when it is decided, a time in a zone; without it, now. `at`: a column with such a time for each order.
        `threads`: how many are used for a DataFrame; the interpreter is free meanwhile.

        `explain` (dicts only): why each rule applies or does not, as a member `explanation`.

        Raises FactError, which names column, row and what is expected. A fact of a dict that the schema does not have is an
        UnknownFactWarning.
        """
        if isinstance(data, pd.DataFrame):
            frames = {**(collections or {}), **({} if lines is None else {"order.lines": lines})}
            now_ms, moments = moment_ms(now), times_of(data, now, at)
            raw = self._over(data, frames, key, columns or {}, threads, lambda table: _bylaw.decide(self._compiled, table, now_ms, moments, threads))
            return Decisions(self, data, frames, key, columns or {}, now_ms, moments, raw)
        if lines is not None or collections is not None or columns is not None or key is not None or at is not None:
            raise FactError("wrong_type", "lines, collections, key, columns and at go with a DataFrame", "", "put lines into the dict: {'order': {'lines': [...]}}")
        rows = [data] if isinstance(data, Mapping) else list(data) if not isinstance(data, (str, bytes, pd.Series)) else [data]
        for row in rows:
            if not isinstance(row, Mapping):
                raise FactError("wrong_type", f"a dict of facts is expected, and it is {type(row).__name__}", "", "give a dict, a list of dicts or a DataFrame")
        texts = []
        for number, row in enumerate(rows):
            try:
                texts.append(json.dumps(document_of(row)))
            except FactError as error:
                raise FactError(error.code, f"row {number}: {error.message}", error.place, error.remedy) from None
        self._warn_of_unknown(texts)
        decided = [json.loads(text) for text in self._compiled.decide_json(texts, moment_ms(now), 2 if explain else 0)]
        return decided[0] if isinstance(data, Mapping) else decided

    def _over(self, data: pd.DataFrame, frames: Mapping[str, pd.DataFrame], key: Optional[str], columns: Mapping[str, Column], threads: int,
              work: Callable[[_bylaw.Table], dict[str, Any]]) -> dict[str, Any]:
        """Makes the table of a DataFrame and has something decided over it."""
        check_arguments(data, frames, columns, {fact["path"]: fact for fact in self._compiled.facts()}, threads)
        try:
            return work(table_of(self._compiled, data, frames, key, columns))
        except FactError as error:
            raise with_hint(error, data, frames) from None

    def _warn_of_unknown(self, documents: list[str]) -> None:
        """As `bylaw decide` says on stderr: a fact that is misspelt is otherwise a fact that is missing. The first thousand are looked at."""
        for message in dict.fromkeys(message for document in documents[:1000] for message in self._compiled.unknown_facts(document)):
            warnings.warn(message, UnknownFactWarning, stacklevel=3)

    def count(self, data: pd.DataFrame, *, lines: Optional[pd.DataFrame] = None, collections: Optional[Mapping[str, pd.DataFrame]] = None,
              key: Optional[str] = None, columns: Optional[Mapping[str, Column]] = None, now: Optional[Moment] = None, at: Optional[str] = None,
              threads: int = 1) -> pd.DataFrame:
        """Per rule: `orders` that it holds, and of how many lines and orders it could not be evaluated (`failed`). The same as
        `decide(...).counts()`, without keeping a hit: for histories of many millions. Raises FactError also when an order cannot be read."""
        frames = {**(collections or {}), **({} if lines is None else {"order.lines": lines})}
        names = [hold["name"] for hold in self._compiled.holds()]
        moments = times_of(data, now, at)

        def tally(table: _bylaw.Table) -> dict[str, Any]:
            side = (self._compiled, table, [0] * len(names), 1, list(range(len(names))))
            return _bylaw.tally([side], moment_ms(now), moments, None, [(None, 1)], threads)

        found = self._over(data, frames, key, columns or {}, threads, tally)
        if found["errors"]:
            _, row, place, message = found["errors"][0]
            raise FactError("wrong_type", f"row {labels_of_orders(data, key)[row]}: {message}", place)
        counts = found["sides"][0][0]
        return pd.DataFrame({"orders": counts["rule_orders"], "failed": counts["failed"]}, index=pd.Index(names, name="rule"))

    def unknown_facts(self, data: Mapping[str, Any]) -> list[str]:
        """Members of a dict of facts that the schema does not have, as sentences with what was probably meant."""
        return self._compiled.unknown_facts(json.dumps(document_of(data)))


def _from_kept(kept: list[tuple[str, str, bool]]) -> Policy:
    return Policy(_bylaw.Policy.from_kept(kept))


def as_policy(policy: Union[Policy, str, os.PathLike[str]]) -> Policy:
    """The policy itself, or the one of a path."""
    return policy if isinstance(policy, Policy) else Policy.load(policy)
