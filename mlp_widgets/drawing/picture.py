"""A picture that is built once and then updated: what every drawing here has in common.

A subclass builds its axes and artists in ``build``, marks those that follow the sliders with
``moving``, and changes their data in ``update``. ``render`` draws: the still part is drawn once and
kept as pixels, and after that a change costs only the moving artists.

Figures are made without pyplot: pyplot keeps a global list of them that is not safe when a
notebook calls back on another thread.
"""

from __future__ import annotations

import threading
from typing import ClassVar, Generic, TypeVar

import numpy as np
from matplotlib import rc_context
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from ..text import number, round_limit, scientific
from .quick_artists import QuickText, QuickTicks
from .style import FAINT, NORMAL, STYLE

STYLING = threading.RLock()
"""rc_context changes settings of the whole process, and two labs may draw on two threads."""
CSS_DPI = 96
"""Pixels of a page (CSS pixels) in an inch, so that a 9-point text here equals 9 points there."""


class Scene:
    """What a picture is to show: numbers and texts only, computed elsewhere."""

    def words(self) -> str:
        """The same in words, as plain text: for those who hear the page and do not see it."""
        raise TypeError(f"{type(self).__name__} must define words()")


A = TypeVar("A", bound=Artist)
C = TypeVar("C", bound=Collection)
Shown = TypeVar("Shown", bound=Scene)


class Picture(Generic[Shown]):
    """One figure of ``width`` x ``height`` CSS pixels, drawn at ``scale`` pixels per CSS pixel."""

    size: ClassVar[tuple[int, int]] = (490, 250)
    """Width and height, unless others are given."""

    def __init__(self, width: int | None = None, height: int | None = None,
                 scale: float = 2.0) -> None:
        self.width, self.height, self.scale = width or self.size[0], height or self.size[1], scale
        size = (self.width / CSS_DPI, self.height / CSS_DPI)
        self.figure = Figure(figsize=size, dpi=CSS_DPI * scale)
        self._canvas = FigureCanvasAgg(self.figure)
        self._moving: list[Artist] = []
        self._still: object | None = None
        with STYLING, rc_context(STYLE):
            self.build()

    def build(self) -> None:
        """Create axes and artists; called once."""
        raise TypeError(f"{type(self).__name__} must define build()")

    def update(self, scene: Shown) -> None:
        """Show other numbers."""
        raise TypeError(f"{type(self).__name__} must define update()")

    def page(self) -> Axes:
        """Axes without a frame over the whole picture: CSS pixels from the lower left."""
        axes = self.figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, self.width), ylim=(0, self.height))
        axes.axis("off")
        return axes

    def moving(self, artist: A) -> A:
        """Mark an artist as one that changes, and return it. Later ones are drawn on top."""
        artist.set_animated(True)
        self._moving.append(artist)
        return artist

    def redraw_still(self) -> None:
        """Draw the still part anew at the next render: needed after a change of axis limits."""
        self._still = None

    def cover(self, sentence: str, across: float | None = None) -> None:
        """Show only what stands still in a picture that was not updated, its axes and their names,
        and a sentence over it: what is asked, and no number of the answer."""
        self._moving.clear()
        for axes in self.figure.axes:  # they do not know yet from where to where they go
            axes.tick_params(length=0, labelbottom=False, labelleft=False)
        for ticks in self.figure.findobj(QuickTicks):
            ticks.show_ticks([], [])
        self.say_over(sentence, across)

    def say_over(self, sentence: str, across: float | None = None) -> None:
        """Put a sentence over what is shown, its middle at a share of the width: as a rule that of
        its one large plot, if it has one."""
        ends = [axes.get_position().intervalx for axes in self.figure.axes if axes.axison]
        left, right = max(ends, key=np.ptp, default=(0.0, 1.0))
        if across is None:
            across = (left + right) / 2 if right - left > 0.5 else 0.5
        self.moving(QuickText(self.page(), across * self.width, self.height / 2, sentence,
                              size=NORMAL, box=True))

    def set_limits(self, axes: Axes, x: tuple[float, float] | None = None,
                   y: tuple[float, float] | None = None) -> None:
        """Change axis limits, and redraw the still part only if they really differ."""
        if x is not None and axes.get_xlim() != x:
            axes.set_xlim(x)
            self.redraw_still()
        if y is not None and axes.get_ylim() != y:
            axes.set_ylim(y)
            self.redraw_still()

    def data_at(self, axes: Axes, across: float, down: float) -> tuple[float, float] | None:
        """The (x, y) of axes at a share of the picture, (0, 0) upper left; None outside them."""
        place = axes.transAxes.inverted().transform(
            (across * self.figure.bbox.width, (1 - down) * self.figure.bbox.height))
        if not (place.min() >= 0 and place.max() <= 1):
            return None
        x, y = axes.transData.inverted().transform(axes.transAxes.transform(place))
        return float(x), float(y)

    def render(self) -> np.ndarray:
        """The present picture as RGBA bytes, shape (height * scale, width * scale, 4).

        The array is the canvas itself: it changes with the next render.
        """
        if self._still is None:
            with STYLING, rc_context(STYLE):
                self._canvas.draw()
            self._still = self._canvas.copy_from_bbox(self.figure.bbox)
        else:
            self._canvas.restore_region(self._still)
        renderer = self._canvas.get_renderer()
        for artist in self._moving:
            if artist.get_visible():
                artist.draw(renderer)
        return self.pixels

    @property
    def pixels(self) -> np.ndarray:
        """What the last render drew."""
        return np.asarray(self._canvas.buffer_rgba())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.width} x {self.height})"


class StillPicture(Picture[Scene]):
    """A picture that never changes: it gives its own ``words``."""

    @property
    def words(self) -> str:
        """What it shows, as plain text."""
        raise TypeError(f"{type(self).__name__} must define words")


def added(axes: Axes, collection: C) -> C:
    """Put a collection on axes, and return it."""
    axes.add_collection(collection)
    return collection


def boxes(left: np.ndarray, low: np.ndarray, right: np.ndarray,
          high: np.ndarray) -> list[np.ndarray]:
    """Rectangles by their edges, shapes (n,), as corners of shape (4, 2)."""
    corners = ((left, low), (right, low), (right, high), (left, high))
    return list(np.stack([np.stack(corner, -1) for corner in corners], 1))


def thinned(count: int, most: int = 1000) -> np.ndarray:
    """Indices of at most about ``most`` of so many steps, the first and the last among them."""
    kept = np.arange(count)[:: -(1 + (count - 1) // most)][::-1]
    return kept if kept[0] == 0 else np.append(0, kept)


def with_grid(*panels: Axes) -> None:
    """A faint grid behind what is drawn, and short tick labels."""
    for axes in panels:
        axes.grid(color=FAINT, linewidth=0.5)
        axes.set_axisbelow(True)
        axes.xaxis.set_major_formatter(short_ticks)
        axes.yaxis.set_major_formatter(short_ticks)


def short_ticks(value: float, _position: float | None) -> str:
    """Tick labels without the factor that matplotlib writes above an axis, over its title; long
    ones as "1.25e4". A formatter object would hold its last axis, and so its figure, for ever."""
    text = number(value, 3)
    return text if abs(value) < 1e4 or "e" in text else scientific(value, 3)


def few_ticks(most: int, whole: bool = False) -> MaxNLocator:
    """Ticks at round numbers, so few that long labels keep apart. whole: of what is counted."""
    return MaxNLocator(most, steps=[1, 2, 2.5, 5, 10], integer=whole)


def stepped_limit(value: float, base: float) -> float:
    """The smallest of base, 4 base, 16 base, ... at least value: such axes seldom change."""
    limit = round_limit(base)
    while limit < value:
        limit *= 4
    return limit
