"""What can go wrong, as exceptions: each has the stable code of the error, its place, and what to do."""
from __future__ import annotations

from typing import Any


class BylawError(Exception):
    """An error of the library. `code` is stable; `place` is the file, column or path; `remedy` says what to do instead."""

    def __init__(self, code: str, message: str, place: str = "", remedy: str = "") -> None:
        super().__init__(code, message, place, remedy)
        self.code = code
        self.message = message
        self.place = place
        self.remedy = remedy

    def __str__(self) -> str:
        place = f"{self.place}: " if self.place and self.place not in self.message else ""
        return place + self.message + (f" ({self.remedy})" if self.remedy else "")


class PolicyError(BylawError):
    """A policy that does not compile. `str` is what `bylaw check` prints; `diagnostics` has one dict per finding with
    `code`, `severity`, `message`, `help`, `file`, `line` and `column` (from 1)."""

    def __init__(self, rendered: str, diagnostics: list[dict[str, Any]]) -> None:
        super().__init__("policy", rendered)
        self.rendered = rendered
        self.diagnostics = diagnostics

    def __reduce__(self) -> tuple[Any, ...]:
        return (PolicyError, (self.rendered, self.diagnostics))


class FactError(BylawError, ValueError):
    """Data that do not fit the facts that rules read: says which column, which row and what is expected."""


class UnknownFactWarning(UserWarning):
    """A dict has a fact that the schema does not have: it is perhaps misspelt."""


class StoreError(BylawError):
    """A store that cannot be opened, read or written."""
