"""Single values as the texts that policies and JSON have, and what is said of those that do not fit."""
from __future__ import annotations

import datetime
import decimal
from typing import Any, Optional

import numpy as np
import pandas as pd

from . import _bylaw
from .columns import Column
from .errors import FactError

#: One fact that rules read, as `_bylaw.Policy.facts` describes it.
Fact = dict[str, Any]


def wrong(path: str, message: str, remedy: str = "", row: Optional[Any] = None) -> FactError:
    where = f"column {path}: " if row is None else f"column {path}, row {row}: "
    return FactError("wrong_type", where + message, path, remedy)


def expected(fact: Fact) -> str:
    """The type of a fact in words, for messages."""
    words = {"bool": "true or false", "decimal": "a number", "money": f"money in {fact['detail'] or 'any currency'}", "quantity": f"a quantity in {fact['detail']}",
             "duration": "a duration", "days": "a number of days", "date": "a date", "time": "a time of day", "timestamp": "a time in a zone", "text": "a text",
             "enum": f"a value of {fact['detail']}", "list": "a collection"}
    return words[fact["kind"]]


def is_missing(value: Any) -> bool:
    """None, NA, NaT and what does not equal itself."""
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, (float, np.floating)) and value != value) or (
        isinstance(value, decimal.Decimal) and value.is_nan())


def text_of(fact: Fact, value: Any, spec: Column, row: Any) -> str:
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
    raise wrong(path, f"{expected(fact)} is expected, and it is {value!r} ({type(value).__name__})", "", row)


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
