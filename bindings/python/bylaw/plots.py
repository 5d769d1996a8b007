"""Figures that a person would put in a slide. Needs matplotlib."""
from __future__ import annotations

import io
import os
from typing import Any, Optional, Union

import matplotlib.figure
import pandas as pd

before, after, third = "#9aa5b1", "#1f5fa8", "#c8553d"
Path = Optional[Union[str, "os.PathLike[str]"]]


class Figure(matplotlib.figure.Figure):  # type: ignore[misc]
    """A figure that notebooks show by themselves, whichever backend matplotlib has."""

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png", dpi=110)
        return buffer.getvalue()


def _finish(figure: matplotlib.figure.Figure, path: Path) -> matplotlib.figure.Figure:
    figure.tight_layout()
    if path is not None:
        figure.savefig(path, dpi=150)
    return figure


def _clean(axes: Any) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)


def pairs(frame: pd.DataFrame, title: str, path: Path = None, rows_max: int = 20) -> matplotlib.figure.Figure:
    """Horizontal bars of both policies, the largest first; at most `rows_max` of them."""
    old, new = [name for name in frame.columns if name.endswith(("_old", "_new"))][:2]
    shown = frame[[old, new]].astype("int64")
    shown = shown.loc[shown.max(axis=1).sort_values(ascending=False, kind="stable").index[:rows_max]][::-1]
    figure = Figure(figsize=(8, 1.2 + 0.45 * max(len(shown), 1)))
    axes = figure.add_subplot()
    places = list(range(len(shown)))
    for offset, column, colour, name in ((0.2, old, before, "before"), (-0.2, new, after, "after")):
        bars = axes.barh([place + offset for place in places], shown[column], height=0.38, color=colour, label=name)
        axes.bar_label(bars, labels=[f"{count:,}" for count in shown[column]], padding=3, fontsize=8)
    axes.set_yticks(places, [str(name) for name in shown.index])
    axes.set_title(title, loc="left")
    axes.set_xticks([])
    axes.margins(x=0.12)
    axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0.0, -0.16 if len(shown) > 4 else -0.35), ncol=2)
    _clean(axes)
    axes.spines["bottom"].set_visible(False)
    return _finish(figure, path)


def sweep(frame: pd.DataFrame, name: str, path: Path = None) -> matplotlib.figure.Figure:
    """Orders held by threshold; below it precision and recall where there are labels."""
    labelled = "precision" in frame.columns
    figure = Figure(figsize=(8, 6 if labelled else 3.5))
    axes = figure.add_subplot(2 if labelled else 1, 1, 1)
    places = list(range(len(frame)))
    axes.plot(places, frame["held"], marker="o", color=after, clip_on=False)
    axes.set_title(f"Orders held by {name}", loc="left")
    axes.set_ylim(bottom=0)
    _clean(axes)
    if labelled:
        axes.set_xticks(places, [""] * len(places))
        axes = figure.add_subplot(2, 1, 2)
        axes.plot(places, frame["precision"], marker="o", color=after, clip_on=False, label="precision: held orders that were bad")
        axes.plot(places, frame["recall"], marker="o", color=third, clip_on=False, label="recall: bad orders that were held")
        axes.set_ylim(0, 1.02)
        axes.legend(frameon=False)
        _clean(axes)
    axes.set_xticks(places, [str(text) for text in frame.index], rotation=30, ha="right")
    return _finish(figure, path)
