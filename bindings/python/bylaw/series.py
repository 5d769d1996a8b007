"""One Series as the numbers that rules read, by the kind of its fact: what lies right is taken as it lies."""
from __future__ import annotations

from typing import Any, Mapping, Optional

import numpy as np
import pandas as pd

from . import _bylaw
from .columns import Column
from .errors import FactError
from .names import canonical, column_of, first_row
from .texts import Fact, expected, is_missing, text_of, wrong

ms_ns = 1_000_000
day_ns = 86_400 * 1_000_000_000


def nanoseconds(series: pd.Series) -> np.ndarray[Any, Any]:
    """Times or durations as whole nanoseconds, as they lie where pandas has no other unit; later versions have."""
    values = series.array
    return np.asarray((values.as_unit("ns") if hasattr(values, "as_unit") else values).asi8)


def valid_bits(missing: np.ndarray[Any, Any]) -> Optional[np.ndarray[Any, Any]]:
    return np.packbits(~missing, bitorder="little") if missing.any() else None


class SeriesAdder:
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
            raise wrong(path, f"{expected(fact)} is expected, and it is {series.dtype}")
        elif pd.api.types.is_float_dtype(series.dtype):
            self._floats(fact, series, spec)
        elif pd.api.types.is_integer_dtype(series.dtype):
            self._whole_numbers(fact, series, spec)
        else:
            self._objects(fact, series, spec)

    def _put(self, path: str, values: np.ndarray[Any, Any], missing: Optional[np.ndarray[Any, Any]] = None, scale: int = 0, dictionary: Optional[list[str]] = None) -> None:
        valid = None if missing is None else valid_bits(missing)
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
            raise wrong(path, f"true or false is expected, and it is {series.iloc[place]!r}", "compare it first, such as frame.x == 1", series.index[place])
        self._put(path, series.where(~missing, False).to_numpy(dtype=bool), missing)

    def _texts(self, fact: Fact, series: pd.Series) -> None:
        path = fact["path"]
        if isinstance(series.dtype, pd.CategoricalDtype):
            codes, names = series.cat.codes.to_numpy(), series.cat.categories
        elif series.dtype == object or isinstance(series.dtype, pd.StringDtype):
            try:
                codes, names = pd.factorize(series)
            except TypeError as error:
                raise wrong(path, f"{expected(fact)} is expected: {error}", "make texts of it") from None
        else:
            raise wrong(path, f"{expected(fact)} is expected, and it is {series.dtype}", "convert it with .astype(str)")
        for code, name in enumerate(names):
            if not isinstance(name, str):
                used = np.flatnonzero(codes == code)
                raise wrong(path, f"{expected(fact)} is expected, and it is {name!r}", "convert it with .astype(str)", series.index[used[0]] if len(used) else None)
            if not name.isascii() and name.encode("utf-8", "replace").decode("utf-8") != name:
                raise wrong(path, f"{name!r} is no text: it has half a character", "encode it anew", None)
        if fact["values"] is not None:
            known = set(fact["values"])
            strangers = [names[code] for code in np.unique(codes[codes >= 0]) if names[code] not in known]
            if strangers:
                raise wrong(path, f"`{strangers[0]}` is none of {', '.join(fact['values'][:12])}", "correct the value, or add it to the enumeration", first_row(series == strangers[0], series))
        # A column of missing values alone has a dictionary too: nothing in it is used.
        self._put(path, codes, None, 0, [str(name) for name in names] or [""])

    def _timestamps(self, path: str, series: pd.Series) -> None:
        if series.dt.tz is None:
            raise wrong(path, "a time without a zone could be any of 26 hours", "say which zone: .dt.tz_localize('UTC'), or 'Europe/Berlin'")
        self._put(path, nanoseconds(series), series.isna().to_numpy() if series.hasnans else None, 6)

    def _dates(self, path: str, series: pd.Series) -> None:
        if series.dt.tz is not None:
            raise wrong(path, "a date is expected, and it is a time in a zone", "take its date there: .dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()")
        missing = series.isna().to_numpy()
        moments = nanoseconds(series)
        timed = ~missing & (moments % day_ns != 0)
        if timed.any():
            raise wrong(path, "a date is expected, and it has a time of day", "cut it off with .dt.normalize()", first_row(timed, series))
        self._put(path, np.where(missing, 0, moments // day_ns), missing)

    def _durations(self, path: str, kind: str, series: pd.Series) -> None:
        missing = series.isna().to_numpy()
        spans = nanoseconds(series)
        unit = ms_ns if kind == "duration" else day_ns
        uneven = ~missing & (spans % unit != 0)
        if uneven.any():
            raise wrong(path, "whole milliseconds are expected" if kind == "duration" else "whole days are expected", "round it first", first_row(uneven, series))
        self._put(path, np.where(missing, 0, spans // unit), missing)

    def _floats(self, fact: Fact, series: pd.Series, spec: Column) -> None:
        path = fact["path"]
        if spec.scale is None or spec.rounding is None:
            whole = fact["kind"] != "money" and bool((series.dropna() % 1 == 0).all())
            raise wrong(path, f"{expected(fact)} is expected, and floats have no exact value",
                         "they are whole numbers: convert them with .astype('int64'), or 'Int64' where some are missing" if whole else
                         f"name scale and rounding: columns={{'{path}': bylaw.rounded(2, 'half_even')}}, or give texts or Decimals")
        if fact["kind"] not in ("money", "decimal", "quantity"):
            raise wrong(path, f"{expected(fact)} is expected, and it is {series.dtype}")
        floats = series.to_numpy(dtype=np.float32 if series.dtype in (np.float32, "Float32") else np.float64, na_value=np.nan)
        values, valid, scale = _bylaw.round_floats(self.policy, path, floats, spec.scale, spec.rounding)
        self.table.add_field(path, values, valid, scale, [])

    def _whole_numbers(self, fact: Fact, series: pd.Series, spec: Column) -> None:
        path, kind = fact["path"], fact["kind"]
        if kind not in ("money", "decimal", "quantity", "days"):
            raise wrong(path, f"{expected(fact)} is expected, and it is {series.dtype}")
        missing = None
        values = series.array
        if pd.api.types.is_extension_array_dtype(series.dtype):
            missing, numbers = values._mask, values._data
        else:
            numbers = series.to_numpy()
        if numbers.dtype == np.uint64:
            if (numbers > np.uint64(2**63 - 1)).any():
                raise wrong(path, "a number above 2^63 - 1 is too large", "", first_row(numbers > np.uint64(2**63 - 1), series))
            numbers = numbers.astype(np.int64)
        if kind == "money":
            if spec.unit is None:
                raise wrong(path, "whole numbers could be minor units or whole ones",
                             f"say which: columns={{'{path}': bylaw.minor()}} for cents, bylaw.whole() for {fact['detail'] or 'the currency'}")
            if spec.unit == "whole":
                factor = 10 ** _bylaw.exponent_of(fact["detail"])
                wide = numbers.astype(np.int64)
                limit = (2**63 - 1) // factor
                if ((wide > limit) | (wide < -limit)).any():
                    raise wrong(path, "an amount is too large", "", first_row((wide > limit) | (wide < -limit), series))
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
                texts.append(text_of(fact, value, spec, row))
        try:
            values, valid, scale = _bylaw.parse_texts(self.policy, path, texts)
        except FactError as error:
            raise _relabelled(error, path, series) from None
        self.table.add_field(path, values, valid, scale, [])


def _relabelled(error: FactError, path: str, series: pd.Series) -> FactError:
    """The row by its label instead of its number."""
    number, rest = error.message.removeprefix("row ").split(": ", 1)
    return wrong(path, rest.removeprefix(f"{path}: "), error.remedy, series.index[int(number)])


def value_minor(frame: pd.DataFrame, name: str, columns: Mapping[str, Column], currency: str) -> np.ndarray[Any, Any]:
    """A column of money as minor units, for sums: by its name, or by the fact that `columns` says it holds. Missing values are an error:
    they would be zeros."""
    wanted = canonical(name, {}, columns)
    if name not in frame.columns:
        name = next((str(column) for column in frame.columns if canonical(str(column), {}, columns) == wanted), name)
    fact: Fact = {"path": name, "kind": "money", "detail": currency, "values": None}
    series, spec = column_of(frame, name, "value"), columns.get(name) or columns.get(wanted) or Column()
    if series.isna().any():
        raise wrong(name, "the value of an order is missing", "fill it first", first_row(series.isna(), series))
    if pd.api.types.is_float_dtype(series.dtype):
        if spec.scale is None or spec.rounding is None:
            raise wrong(name, "money is expected, and floats have no exact value", f"name scale and rounding: columns={{'{name}': bylaw.rounded(2, 'half_even')}}")
        return np.asarray(_bylaw.round_money(series.to_numpy(dtype=np.float64), currency, spec.scale, spec.rounding))
    if pd.api.types.is_integer_dtype(series.dtype):
        if spec.unit is None:
            raise wrong(name, "whole numbers could be minor units or whole ones", f"say which: columns={{'{name}': bylaw.minor()}} or bylaw.whole()")
        factor = 1 if spec.unit == "minor" else 10 ** _bylaw.exponent_of(currency)
        limit = (2**63 - 1) // factor
        if (series > limit).any() or (series < -limit).any():
            raise wrong(name, "an amount is too large", "", first_row((series > limit) | (series < -limit), series))
        return np.asarray(series.to_numpy(dtype=np.int64) * factor)
    texts = [value if isinstance(value, str) else text_of(fact, value, spec, row) for row, value in zip(series.index, series)]
    return np.asarray(_bylaw.parse_money(texts, currency))
