"""DataFrames as the columns that rules read: numbers, categories and timestamps as they lie in memory, texts once each."""
from __future__ import annotations

import datetime
import decimal
import difflib
from typing import Any, Mapping, Optional

import numpy as np
import pandas as pd

from . import _bylaw
from .columns import Column
from .errors import FactError

Fact = dict[str, Any]
ms_ns = 1_000_000
day_ns = 86_400 * 1_000_000_000


def _wrong(path: str, message: str, remedy: str = "", row: Optional[Any] = None) -> FactError:
    where = f"column {path}: " if row is None else f"column {path}, row {row}: "
    return FactError("wrong_type", where + message, path, remedy)


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


def _bits(missing: np.ndarray[Any, Any]) -> Optional[np.ndarray[Any, Any]]:
    return np.packbits(~missing, bitorder="little") if missing.any() else None


def _first(mask: Any, series: pd.Series) -> Any:
    return series.index[int(np.flatnonzero(np.asarray(mask))[0])]


class _Adder:
    """Adds one Series after the other to a table, each by the kind of its fact."""

    def __init__(self, policy: _bylaw.Policy, table: _bylaw.Table) -> None:
        self.policy = policy
        self.table = table

    def add(self, fact: Fact, series: pd.Series, spec: Column) -> None:
        path, kind = fact["path"], fact["kind"]
        if isinstance(series.dtype, pd.SparseDtype):
            series = series.sparse.to_dense()
        if series.isna().all():  # of whatever type: nothing is known of it
            self._put(path, np.zeros(len(series), dtype=np.int64), np.ones(len(series), dtype=bool), 0, [""] if kind in ("text", "enum") else None)
        elif kind in ("text", "enum"):
            self._texts(fact, series)
        elif kind == "bool":
            self._booleans(path, series)
        elif kind == "timestamp" and pd.api.types.is_datetime64_any_dtype(series.dtype):
            self._timestamps(path, series)
        elif kind == "date" and pd.api.types.is_datetime64_any_dtype(series.dtype):
            self._dates(path, series)
        elif kind in ("duration", "days") and pd.api.types.is_timedelta64_dtype(series.dtype):
            self._durations(path, kind, series)
        elif pd.api.types.is_bool_dtype(series.dtype) or isinstance(series.dtype, pd.CategoricalDtype):
            raise _wrong(path, f"{expected(fact)} is expected, and it is {series.dtype}")
        elif pd.api.types.is_float_dtype(series.dtype):
            self._floats(fact, series, spec)
        elif pd.api.types.is_integer_dtype(series.dtype):
            self._whole_numbers(fact, series, spec)
        else:
            self._objects(fact, series, spec)

    def _put(self, path: str, values: np.ndarray[Any, Any], missing: Optional[np.ndarray[Any, Any]] = None, scale: int = 0, dictionary: Optional[list[str]] = None) -> None:
        valid = None if missing is None else _bits(missing)
        if not values.dtype.isnative or (len(values) > 1 and values.strides[0] <= 0):  # of another machine, reversed, or one value for all
            values = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("="))
        self.table.add_field(path, values, valid, scale, dictionary or [])

    def _booleans(self, path: str, series: pd.Series) -> None:
        if series.dtype == np.dtype(bool):
            return self._put(path, series.to_numpy())
        if isinstance(series.dtype, pd.BooleanDtype):
            return self._put(path, series.array._data, series.array._mask)
        missing = series.isna().to_numpy()
        strange = ~missing & ~series.map(lambda value: isinstance(value, (bool, np.bool_))).to_numpy(dtype=bool)
        if strange.any():
            place = int(np.flatnonzero(strange)[0])
            raise _wrong(path, f"true or false is expected, and it is {series.iloc[place]!r}", "compare it first, such as frame.x == 1", series.index[place])
        self._put(path, series.where(~missing, False).to_numpy(dtype=bool), missing)

    def _texts(self, fact: Fact, series: pd.Series) -> None:
        path = fact["path"]
        if isinstance(series.dtype, pd.CategoricalDtype):
            codes, names = series.cat.codes.to_numpy(), series.cat.categories
        elif series.dtype == object or isinstance(series.dtype, pd.StringDtype):
            try:
                codes, names = pd.factorize(series)
            except TypeError as error:
                raise _wrong(path, f"{expected(fact)} is expected: {error}", "make texts of it") from None
        else:
            raise _wrong(path, f"{expected(fact)} is expected, and it is {series.dtype}", "convert it with .astype(str)")
        for code, name in enumerate(names):
            if not isinstance(name, str):
                used = np.flatnonzero(codes == code)
                raise _wrong(path, f"{expected(fact)} is expected, and it is {name!r}", "convert it with .astype(str)", series.index[used[0]] if len(used) else None)
            if not name.isascii() and name.encode("utf-8", "replace").decode("utf-8") != name:
                raise _wrong(path, f"{name!r} is no text: it has half a character", "encode it anew", None)
        if fact["values"] is not None:
            known = set(fact["values"])
            wrong = [name for name in names if name not in known and (series == name).any()]
            if wrong:
                raise _wrong(path, f"`{wrong[0]}` is none of {', '.join(fact['values'][:12])}", "correct the value, or add it to the enumeration", _first(series == wrong[0], series))
        # A column of missing values alone has a dictionary too: nothing in it is used.
        self._put(path, codes, None, 0, [str(name) for name in names] or [""])

    def _timestamps(self, path: str, series: pd.Series) -> None:
        if series.dt.tz is None:
            raise _wrong(path, "a time without a zone could be any of 26 hours", "say which zone: .dt.tz_localize('UTC'), or 'Europe/Berlin'")
        self._put(path, series.array.asi8, series.isna().to_numpy() if series.hasnans else None, 6)

    def _dates(self, path: str, series: pd.Series) -> None:
        if series.dt.tz is not None:
            raise _wrong(path, "a date is expected, and it is a time in a zone", "take its date there: .dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()")
        missing = series.isna().to_numpy()
        moments = series.array.asi8
        timed = ~missing & (moments % day_ns != 0)
        if timed.any():
            raise _wrong(path, "a date is expected, and it has a time of day", "cut it off with .dt.normalize()", _first(timed, series))
        self._put(path, np.where(missing, 0, moments // day_ns), missing)

    def _durations(self, path: str, kind: str, series: pd.Series) -> None:
        missing = series.isna().to_numpy()
        spans = series.array.asi8
        unit = ms_ns if kind == "duration" else day_ns
        uneven = ~missing & (spans % unit != 0)
        if uneven.any():
            raise _wrong(path, "whole milliseconds are expected" if kind == "duration" else "whole days are expected", "round it first", _first(uneven, series))
        self._put(path, np.where(missing, 0, spans // unit), missing)

    def _floats(self, fact: Fact, series: pd.Series, spec: Column) -> None:
        path = fact["path"]
        if spec.scale is None or spec.rounding is None:
            whole = fact["kind"] != "money" and bool((series.dropna() % 1 == 0).all())
            raise _wrong(path, f"{expected(fact)} is expected, and floats have no exact value",
                         "they are whole numbers: convert them with .astype('int64'), or 'Int64' where some are missing" if whole else
                         f"name scale and rounding: columns={{'{path}': bylaw.rounded(2, 'half_even')}}, or give texts or Decimals")
        if fact["kind"] not in ("money", "decimal", "quantity"):
            raise _wrong(path, f"{expected(fact)} is expected, and it is {series.dtype}")
        floats = series.to_numpy(dtype=np.float32 if series.dtype in (np.float32, "Float32") else np.float64, na_value=np.nan)
        values, valid, scale = _bylaw.round_floats(self.policy, path, floats, spec.scale, spec.rounding)
        self.table.add_field(path, values, valid, scale, [])

    def _whole_numbers(self, fact: Fact, series: pd.Series, spec: Column) -> None:
        path, kind = fact["path"], fact["kind"]
        if kind not in ("money", "decimal", "quantity", "days"):
            raise _wrong(path, f"{expected(fact)} is expected, and it is {series.dtype}")
        missing = None
        values = series.array
        if pd.api.types.is_extension_array_dtype(series.dtype):
            missing, numbers = values._mask, values._data
        else:
            numbers = series.to_numpy()
        if numbers.dtype == np.uint64:
            if (numbers > np.uint64(2**63 - 1)).any():
                raise _wrong(path, "a number above 2^63 - 1 is too large", "", _first(numbers > np.uint64(2**63 - 1), series))
            numbers = numbers.astype(np.int64)
        if kind == "money":
            if spec.unit is None:
                raise _wrong(path, "whole numbers could be minor units or whole ones",
                             f"say which: columns={{'{path}': bylaw.minor()}} for cents, bylaw.whole() for {fact['detail'] or 'the currency'}")
            if spec.unit == "whole":
                factor = 10 ** _bylaw.exponent_of(fact["detail"])
                wide = numbers.astype(np.int64)
                limit = (2**63 - 1) // factor
                if ((wide > limit) | (wide < -limit)).any():
                    raise _wrong(path, "an amount is too large", "", _first((wide > limit) | (wide < -limit), series))
                numbers = wide * factor
        self._put(path, numbers, missing)

    def _objects(self, fact: Fact, series: pd.Series, spec: Column) -> None:
        path = fact["path"]
        texts: list[Optional[str]] = []
        for row, value in zip(series.index, series):
            if is_missing(value):
                texts.append(None)
            elif isinstance(value, str):
                texts.append(value)
            else:
                texts.append(_text_of(fact, value, spec, row))
        try:
            values, valid, scale = _bylaw.parse_texts(self.policy, path, texts)
        except FactError as error:
            raise _relabelled(error, path, series) from None
        self.table.add_field(path, values, valid, scale, [])


def is_missing(value: Any) -> bool:
    """None, NA, NaT and what does not equal itself."""
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, (float, np.floating)) and value != value) or (
        isinstance(value, decimal.Decimal) and value.is_nan())


def _text_of(fact: Fact, value: Any, spec: Column, row: Any) -> str:
    path, kind = fact["path"], fact["kind"]
    if isinstance(value, decimal.Decimal) and kind in ("money", "decimal", "quantity") and value.is_finite():
        return format(value, "f")
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool) and kind in ("decimal", "quantity", "days"):
        return f"{value} days" if kind == "days" else str(value)
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool) and kind == "money" and spec.unit is not None:
        places = _bylaw.exponent_of(fact["detail"]) if spec.unit == "minor" else 0
        return format(decimal.Decimal(int(value)).scaleb(-places), "f")
    if isinstance(value, datetime.datetime) and kind == "timestamp" and value.tzinfo is not None:
        return utc_text(value)
    if isinstance(value, datetime.timedelta) and kind in ("duration", "days"):
        return f"{value.days} days" if kind == "days" and not value % datetime.timedelta(days=1) else seconds_text(value)
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime) and kind == "date":
        return value.isoformat()
    if isinstance(value, datetime.time) and kind == "time" and value.tzinfo is None and value.second == value.microsecond == 0:
        return value.strftime("%H:%M")
    raise _wrong(path, f"{expected(fact)} is expected, and it is {value!r} ({type(value).__name__})", "", row)


def utc_text(value: datetime.datetime) -> str:
    """A time in a zone as JSON has it."""
    utc = value.astimezone(datetime.timezone.utc)
    return f"{utc.year:04d}-{utc:%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def seconds_text(value: datetime.timedelta) -> str:
    """A duration in seconds."""
    milliseconds, rest = divmod(value, datetime.timedelta(milliseconds=1))
    if rest:
        raise FactError("wrong_type", f"{value} is no whole number of milliseconds", "", "round it first")
    return format(decimal.Decimal(milliseconds).scaleb(-3).normalize(), "f")


def _relabelled(error: FactError, path: str, series: pd.Series) -> FactError:
    """The row by its label instead of its number."""
    number, rest = error.message.removeprefix("row ").split(": ", 1)
    return _wrong(path, rest.removeprefix(f"{path}: "), error.remedy, series.index[int(number)])


def expected(fact: Fact) -> str:
    """The type of a fact in words, for messages."""
    words = {"bool": "true or false", "decimal": "a number", "money": f"money in {fact['detail'] or 'any currency'}", "quantity": f"a quantity in {fact['detail']}",
             "duration": "a duration", "days": "a number of days", "date": "a date", "time": "a time of day", "timestamp": "a time in a zone", "text": "a text",
             "enum": f"a value of {fact['detail']}", "list": "a collection"}
    return words[fact["kind"]]


def value_minor(frame: pd.DataFrame, name: str, columns: Mapping[str, Column], currency: str) -> np.ndarray[Any, Any]:
    """A column of money as minor units, for sums: by its name, or by the fact that `columns` says it holds. Missing values are an error:
    they would be zeros."""
    if name not in frame.columns:
        name = next((column for column, spec in columns.items() if spec.path == name), name)
    fact: Fact = {"path": name, "kind": "money", "detail": currency, "values": None}
    series, spec = column_of(frame, name, "value"), columns.get(name, Column())
    if series.isna().any():
        raise _wrong(name, "the value of an order is missing", "fill it first", _first(series.isna(), series))
    if pd.api.types.is_float_dtype(series.dtype):
        if spec.scale is None or spec.rounding is None:
            raise _wrong(name, "money is expected, and floats have no exact value", f"name scale and rounding: columns={{'{name}': bylaw.rounded(2, 'half_even')}}")
        return np.asarray(_bylaw.round_money(series.to_numpy(dtype=np.float64), currency, spec.scale, spec.rounding))
    if pd.api.types.is_integer_dtype(series.dtype):
        if spec.unit is None:
            raise _wrong(name, "whole numbers could be minor units or whole ones", f"say which: columns={{'{name}': bylaw.minor()}} or bylaw.whole()")
        factor = 1 if spec.unit == "minor" else 10 ** _bylaw.exponent_of(currency)
        limit = (2**63 - 1) // factor
        if (series > limit).any() or (series < -limit).any():
            raise _wrong(name, "an amount is too large", "", _first((series > limit) | (series < -limit), series))
        return np.asarray(series.to_numpy(dtype=np.int64) * factor)
    texts = [value if isinstance(value, str) else _text_of(fact, value, spec, row) for row, value in zip(series.index, series)]
    return np.asarray(_bylaw.parse_money(texts, currency))


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
            raise FactError("columns_mismatch", f"key: row {_first(column.isna(), column)} of {whose} has no key", "key", "leave it out, or give it one")
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


def _misspelt(policy: _bylaw.Policy, path: str, meant: bool) -> str:
    """What is wrong with a name that no rule reads: nothing, when the schema has it. Names that are nobody's facts, such as `utm.source`,
    are left alone, unless `columns` says that they are one."""
    if path.startswith(("order.", "measures.")):
        return policy.problem_of(path)
    record, dot, _ = path.partition(".")
    return policy.problem_of(f"order.{path}") if meant or (dot and not policy.problem_of(f"order.{record}")) else ""


def table_of(policy: _bylaw.Policy, frame: pd.DataFrame, collections: Mapping[str, pd.DataFrame], key: Optional[str], columns: Mapping[str, Column]) -> _bylaw.Table:
    """The columns of a DataFrame that hold rules read, and of frames with the elements of collections, joined by `key`."""
    facts = {fact["path"]: fact for fact in policy.facts()}
    if frame.columns.has_duplicates:
        column_of(frame, str(frame.columns[frame.columns.duplicated()][0]), "the frame")
    table = _bylaw.Table(len(frame))
    adder = _Adder(policy, table)
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
                problem = _misspelt(policy, spec.path or str(name), spec.path is not None) if owner == "order" else ""
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
