"""How a column of numbers is to be understood where the numbers alone do not say it.

Money and rates are exact in Bylaw. A column of whole numbers for money could be cents or dollars, and a column of floats has
no exact value at all: such columns are refused until one of these says what they are.
"""
from __future__ import annotations

import dataclasses
from typing import Literal, Optional, get_args

from .errors import FactError

Rounding = Literal["half_even", "half_up", "toward_zero", "away_from_zero", "floor", "ceiling"]
roundings = get_args(Rounding)


@dataclasses.dataclass(frozen=True)
class Column:
    """What the numbers of a column are. `path`: the fact that it holds, when its name is another."""

    unit: Optional[Literal["minor", "whole"]] = None
    scale: Optional[int] = None
    rounding: Optional[Rounding] = None
    path: Optional[str] = None

    def __post_init__(self) -> None:
        if self.rounding is not None and self.rounding not in roundings:
            raise FactError("wrong_type", f"`{self.rounding}` is no rounding", "rounding", ", ".join(roundings))


def minor(path: Optional[str] = None) -> Column:
    """Whole numbers of the smallest unit of the policy's currency: 1250 is 12.50 USD, and 1250 JPY."""
    return Column(unit="minor", path=path)


def whole(path: Optional[str] = None) -> Column:
    """Whole numbers of the currency itself: 1250 is 1250.00 USD."""
    return Column(unit="whole", path=path)


def rounded(scale: int, rounding: Rounding, path: Optional[str] = None) -> Column:
    """Floats, rounded to `scale` places after the point (0 to 8). What is rounded is the number as it is printed: 2.675 is 2.675,
    whatever its nearest binary fraction is. NaN is a missing value."""
    return Column(scale=scale, rounding=rounding, path=path)


def named(path: str) -> Column:
    """A column that holds the fact `path` under another name."""
    return Column(path=path)
