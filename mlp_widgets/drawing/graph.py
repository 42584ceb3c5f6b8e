"""A computational graph: circles with operations; wires with a value above, a derivative below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from matplotlib.collections import LineCollection, PathCollection

from ..text import number
from .diagram import fitted
from .picture import Picture, Scene, added
from .quick_artists import QuickText, QuickTexts, Text, text_width
from .style import BLACK, FAINT, GRADIENT, GREY, LARGE, NORMAL, OFF, RING, SMALL

RADIUS, SIDE = 18.0, 30.0
"""Of a circle with an operation, and of a square with a name or number; CSS pixels, as all below,
in a scene of zoom 1."""
ABOVE, BELOW, BRACKETS = 9.5, 9.5, 22.0
"""From a wire to the middle of its value, its derivative, and the local derivative in brackets."""
LINE = 16.0
"""Between the lines of text at the foot."""
LEFT, CAPTION = 8.0, 0.42
"""From the left edge to these lines; and where the second part of the caption begins, a share of
the width."""


@dataclass(frozen=True)
class Circle:
    """A node at (x, y), CSS pixels from the upper left, and what stands in it. lit: "now" puts a
    halo around it, "reused" a dashed one."""

    x: float
    y: float
    sign: str
    is_operation: bool = True
    lit: str = ""


@dataclass(frozen=True)
class Line:
    """A wire along ``path`` with its texts around ``label``. ends: the circles that it joins, the
    second is -1 where it leaves the graph. from_square: the first is no operation. off: its
    derivative is 0."""

    path: tuple[tuple[float, float], ...]
    label: tuple[float, float]
    ends: tuple[int, int]
    value: str
    from_square: bool = False
    derivative: str = ""
    local: str = ""
    off: bool = False
    lit: str = ""


@dataclass(frozen=True, eq=False)
class GraphScene(Scene):
    """Circles and wires; ``sums`` are lines at the foot, purple, above the caption, of which each
    part stands in a half of the picture.

    shape: what the circles depend on; graphs of one shape stand at the same places. zoom: of
    circles, squares and texts; all places are in the picture. said: the numbers of all nodes, for
    those who hear the page.
    """

    circles: Sequence[Circle]
    lines: Sequence[Line]
    sums: Sequence[str]
    caption: tuple[str, str]
    shape: object
    zoom: float
    said: str

    def words(self) -> str:
        """Each value with its formula and its derivative, and the sums."""
        return " ".join([self.said, *(f"{line}." for line in self.sums)])


@lru_cache(maxsize=4096)
def labelled(name: str, value: float, room: float) -> str:
    """"z₁ = 4.5" with at least three digits, if that fits a label; else the number alone, in ever
    fewer digits."""
    for digits in (4, 3) if name else ():
        text = f"{name} = {number(value, digits)}"
        if text_width(text) <= room:
            return text
    return fitted(number(value, 4), room)


class GraphPicture(Picture[GraphScene]):
    """Any graph; where its shape changes, its circles are drawn anew."""

    def build(self) -> None:
        """A page; circles, halos, wires and one artist for all numbers."""
        self.axes = self.page()
        self._shape: object = None
        self._zoom = 1.0
        none = np.empty((0, 2))
        self.operations = self.axes.scatter(*none.T, zorder=2)
        self.leaves = self.axes.scatter(*none.T, marker="s", zorder=2)
        self.signs = {size: QuickTexts(self.axes, size) for size in (SMALL, NORMAL, LARGE)}
        self.caption = [QuickText(self.axes, x, LINE / 2, color=GREY, align="left")
                        for x in (LEFT, CAPTION * self.width)]
        self.halos = self.moving(self._collection(6.0))
        self.rings = self.moving(self.axes.scatter(*none.T))
        self.wires = self.moving(self._collection(1.4))
        self.numbers = self.moving(QuickTexts(self.axes))
        self.sums = [self.moving(QuickText(self.axes, LEFT, 0.0, color=GRADIENT, align="left"))
                     for _ in range(self.height // round(LINE) - 1)]

    def _collection(self, width: float) -> LineCollection:
        return added(self.axes, LineCollection([], linewidth=width, capstyle="butt",
                                               joinstyle="round"))

    def update(self, scene: GraphScene) -> None:
        """Show other numbers, or another graph."""
        if (scene.shape, scene.caption) != self._shape:
            self._shape = scene.shape, scene.caption
            self._stand(scene)
        self._show_wires(scene.lines)
        self._show_halos(scene)
        self.numbers.texts = [text for line in scene.lines for text in self._texts(line)]
        for k, artist in enumerate(self.sums):
            text = scene.sums[k] if k < len(scene.sums) else ""
            artist.size = SMALL * self._zoom
            artist.show(text, place=(LEFT, self._zoom * LINE * (len(scene.sums) - k + 0.5)))

    def _stand(self, scene: GraphScene) -> None:
        """The circles and what stands in them; they belong to the still part."""
        self._zoom = zoom = scene.zoom
        self.numbers.size = SMALL * zoom
        for artist, is_operation, size in ((self.operations, True, 2 * RADIUS),
                                           (self.leaves, False, SIDE)):
            places = [self._place(c) for c in scene.circles if c.is_operation == is_operation]
            artist.set_offsets(np.array(places).reshape(-1, 2))
            artist.set_sizes([(zoom * size * 72 / 96) ** 2])
            artist.set(facecolor="white" if is_operation else OFF, linewidth=1.6,
                       edgecolor=BLACK if is_operation else GREY)
        for size, signs in self.signs.items():
            signs.size = size * zoom
            signs.texts = [(c.sign, *self._place(c), BLACK) for c in scene.circles
                           if _sign_size(c) == size]
        for part, text in zip(self.caption, scene.caption, strict=True):
            part.size = SMALL * zoom
            part.show(text, place=(part.place[0], zoom * LINE / 2))
        self.redraw_still()

    def _place(self, circle: Circle) -> tuple[float, float]:
        return circle.x, self.height - circle.y

    def _show_wires(self, lines: Sequence[Line]) -> None:
        """Each wire from rim to rim; grey where its derivative is 0."""
        self.wires.set_segments([self._visible(line) for line in lines])
        self.wires.set_color([FAINT if line.off else BLACK for line in lines])

    def _visible(self, line: Line) -> np.ndarray:
        """The corners of a wire outside of its circles."""
        path = np.array(line.path)
        path[:, 1] = self.height - path[:, 1]
        path[0] = _on_rim(path[0], path[1], self._zoom, line.from_square)
        if line.ends[1] >= 0:
            path[-1] = _on_rim(path[-1], path[-2], self._zoom)
        return path

    def _show_halos(self, scene: GraphScene) -> None:
        """Around what an operation computes and uses."""
        lit = [line for line in scene.lines if line.lit]
        self.halos.set_visible(bool(lit))
        self.halos.set_segments([self._visible(line) for line in lit])
        self.halos.set(color=RING, linestyle=[_dash(line.lit) for line in lit])
        circles = [circle for circle in scene.circles if circle.lit]
        self.rings.set_visible(bool(circles))
        self._show_rings(self.rings, circles)

    def _show_rings(self, rings: PathCollection, circles: Sequence[Circle]) -> None:
        rings.set_offsets(np.array([self._place(c) for c in circles]).reshape(-1, 2))
        rings.set_sizes([((2 * self._zoom * RADIUS + 7) * 72 / 96) ** 2])
        rings.set(facecolor="none", edgecolor=RING, linewidth=5.0,
                  linestyle=[_dash(circle.lit) for circle in circles] or "-")

    def _texts(self, line: Line) -> list[Text]:
        """Value above the wire, derivative and local derivative below it."""
        x, y, zoom = line.label[0], self.height - line.label[1], self._zoom
        color = GREY if line.off else GRADIENT
        return [(line.value, x, y + zoom * ABOVE, BLACK),
                (line.derivative, x, y - zoom * BELOW, color),
                (line.local, x, y - zoom * BRACKETS, GREY)]


def _sign_size(circle: Circle) -> float:
    """Single signs are large, names as large as they fit."""
    if circle.is_operation and len(circle.sign) == 1:
        return LARGE
    return NORMAL if text_width(circle.sign, NORMAL) < 2 * RADIUS - 8 else SMALL


def _dash(lit: str) -> object:
    return (0, (1.0, 0.6)) if lit == "reused" else "-"


def _on_rim(middle: np.ndarray, towards: np.ndarray, zoom: float,
            square: bool = False) -> np.ndarray:
    """Where the line from the middle of a circle, or a square, leaves it."""
    way = towards - middle
    if square:
        half = zoom * SIDE / 2
        return middle + way * half / max(float(np.abs(way).max()), half)
    radius = zoom * RADIUS
    return middle + way * radius / max(float(np.hypot(*way)), radius)
