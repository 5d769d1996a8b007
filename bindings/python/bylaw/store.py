"""A store that is read while its host goes on writing, as DataFrames."""
from __future__ import annotations

import os
from typing import Any, Callable, Optional, Union

import pandas as pd

from . import _bylaw
from .errors import StoreError


def _asked(question: Callable[..., tuple[list[str], list[bool], list[list[str]]]], *arguments: Any) -> pd.DataFrame:
    """The answer to a question about a store. Texts that are none are those of a damaged file."""
    try:
        return _frame(question(*arguments))
    except UnicodeDecodeError as error:
        raise StoreError("store_corrupt", f"a text cannot be read: {error}", "", "run `bylaw verify` and restore a backup") from None


def _frame(table: tuple[list[str], list[bool], list[list[str]]]) -> pd.DataFrame:
    """Whole numbers become Int64; amounts stay texts, which pandas cannot hold exactly otherwise."""
    columns, numeric, rows = table
    frame = pd.DataFrame(rows, columns=columns, dtype=object)
    for name, is_number in zip(columns, numeric):
        values = frame[name]
        if is_number and len(values) and values.map(lambda text: text == "" or text.lstrip("-").isdigit()).all():
            frame[name] = values.map(lambda text: pd.NA if text == "" else int(text)).astype("Int64")
    return frame


class Store:
    """Read-only access to a store file: reports, queues, audit trails, the journal. Several threads may ask; one is answered at a time."""

    def __init__(self, path: Union[str, os.PathLike[str]]) -> None:
        """Raises StoreError when there is no store, or its version is another."""
        self.path = os.fspath(path)
        self._reader = _bylaw.StoreReader(self.path)

    @staticmethod
    def reports() -> pd.DataFrame:
        """Names of all reports, and what each says."""
        return pd.DataFrame(_bylaw.reports(), columns=["report", "about"]).set_index("report")

    def report(self, name: str) -> pd.DataFrame:
        """A report by its name, as `bylaw report` prints it. Raises StoreError `unknown_report`."""
        return _asked(self._reader.report, name)

    def queues(self) -> pd.DataFrame:
        """The queues with what waits in them."""
        return self.report("queues")

    def audit(self, subject: str) -> pd.DataFrame:
        """Everything that happened to an order or return, in order: who, why, under which policy version."""
        return _asked(self._reader.audit, subject)

    def state(self, subject: str) -> str:
        """The state in which an order, return or other instance is now. Raises StoreError `unknown_order`."""
        return self._reader.standing(subject)[2][0][2]

    def holds(self, order: str) -> list[str]:
        """Names of the rules that hold an order now."""
        return self._reader.standing(order)[2][0][5].split()

    def journal(self, after: int = 0, count_max: Optional[int] = None) -> pd.DataFrame:
        """Commands in the order in which they were taken, after one of a number: `at` and `recorded` are times in UTC."""
        frame = _asked(self._reader.journal, after, 2**62 if count_max is None else count_max)
        for name in ("at", "recorded"):
            frame[name] = pd.to_datetime(frame[name].astype("int64"), unit="ms", utc=True)
        return frame

    def verify(self) -> dict[str, Any]:
        """Recomputes everything from the journal: `intact`, `findings`, `state` (a hash of all that the store says) and counts."""
        return self._reader.verify()

    def __repr__(self) -> str:
        return f"<bylaw.Store {self.path}>"
