"""Four things that people call "a layer", side by side, each in the same network: a column of
neurons, the weights between two columns, one step of the computation, and half of such a step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection

from ..text import SUPERSCRIPTS
from .named_network import Point, rectangle
from .picture import Picture, Scene, added
from .quick_artists import QuickText, QuickTexts, Text
from .style import BLACK, FAINT, GREY, NORMAL, RING, SMALL, VALUE

WIDTH, HEIGHT, ROOM = 828, 190, 207.0
INSET = 26.0
"""CSS pixels: of the picture and of each of the four, and from its edges to the outer columns."""
MIDDLE, HALF = 96.0, 42.0
"""Height of the middle of the networks, and half the height of the boxes."""
MOST_DOTS, STEP = 5, 15.0
TITLES = ("a column of neurons", "the weights between two", "one step: g(W a + b)",
          "two steps: W a + b, then g")


@dataclass(frozen=True)
class LayersScene(Scene):
    """Widths (n_0, ..., n_L), the layer that is lit, and how many layers each kind counts."""

    widths: tuple[int, ...]
    lit: int
    counts: Sequence[str]

    def words(self) -> str:
        """What each kind counts."""
        kinds = "; ".join(f"{title}: {count}"
                          for title, count in zip(TITLES, self.counts, strict=True))
        return f"What people call a layer, in {'-'.join(map(str, self.widths))}: {kinds}."


@dataclass(frozen=True)
class Box:
    """One thing that is called a layer, the one with this number; is_input: it may not count."""

    number: int
    left: float
    right: float
    text: str = ""
    is_input: bool = False


def across(widths: Sequence[int], kind: int) -> list[float]:
    """Where the columns of the network of a kind stand."""
    start = kind * ROOM
    return [float(x) for x in np.linspace(start + INSET, start + ROOM - INSET, len(widths))]


def boxes(widths: Sequence[int]) -> list[list[Box]]:
    """The boxes of the four kinds, from left to right."""
    numbers, depth = range(len(widths)), len(widths) - 1
    columns = [Box(k, x - 10, x + 10, is_input=k == 0)
               for k, x in zip(numbers, across(widths, 0), strict=True)]
    between = [Box(k, a + 9, b - 9)
               for k, (a, b) in enumerate(pairwise(across(widths, 1)), start=1)]
    steps = [Box(k, left, right, f"g(W{_up(k)}a + b{_up(k)})")
             for k, (left, right) in enumerate(_row(2, depth, 1, 26.0), start=1)]
    halves = [Box(1 + k // 2, left, right, f"W{_up(1 + k // 2)}a + b{_up(1 + k // 2)}"
                  if k % 2 == 0 else "g") for k, (left, right) in
              enumerate(_row(3, depth, 2, 19.0))]
    return [columns, between, steps, halves]


def _up(layer: int) -> str:
    return str(layer).translate(SUPERSCRIPTS)


def _row(kind: int, depth: int, parts: int, width: float) -> Iterator[tuple[float, float]]:
    """Left and right ends of the boxes of a chain, ``parts`` of them close together."""
    middles = np.linspace(0, ROOM, depth + 2)[1:-1] + kind * ROOM
    for middle in middles:
        left = float(middle) - parts * width / 2
        for part in range(parts):
            yield left + part * width + 1, left + (part + 1) * width - 1


def dots(width: int) -> list[float]:
    """Heights of the neurons of a column; a wide one has a "⋮" in place of its middle one."""
    rows = min(width, MOST_DOTS)
    heights = [MIDDLE + STEP * ((rows - 1) / 2 - row) for row in range(rows)]
    return heights if width <= MOST_DOTS else [y for y in heights if y != MIDDLE]


class LayersPicture(Picture[LayersScene]):
    """The four kinds side by side."""

    size = WIDTH, HEIGHT

    def build(self) -> None:
        """Titles and separators stand still; all else follows the widths."""
        axes = self.page()
        for kind, title in enumerate(TITLES):
            QuickText(axes, (kind + 0.5) * ROOM, HEIGHT - 12.0, title, size=NORMAL)
        added(axes, LineCollection([[(k * ROOM, 8), (k * ROOM, HEIGHT - 8)] for k in (1, 2, 3)],
                                   colors=FAINT, linewidths=1.0))
        self.lines, self.arrows = (self.moving(added(axes, LineCollection(
            [], colors=color, linewidths=width, zorder=1))) for color, width in
            ((GREY, 0.5), (BLACK, 1.2)))
        self.frames = self.moving(added(axes, PolyCollection([], zorder=2)))
        self.circles = self.moving(axes.scatter([], [], s=30, facecolor="white", edgecolor=BLACK,
                                                linewidth=1.0, zorder=3))
        self.names = [self.moving(QuickText(axes, 0, 0, rotation=90)) for _ in range(12)]
        self.small, self.counts = (self.moving(QuickTexts(axes, size)) for size in (SMALL, NORMAL))

    def update(self, scene: LayersScene) -> None:
        """Show another network, or light another layer."""
        found = boxes(scene.widths)
        self.lines.set_segments([ends for kind in (0, 1) for ends in _lines(scene.widths, kind)])
        self.circles.set_offsets([(x, y) for kind in (0, 1) for x, n in zip(
            across(scene.widths, kind), scene.widths, strict=True) for y in dots(n)])
        self.arrows.set_segments([segment for kind in (2, 3) for segment in
                                  _joints(found[kind], kind)])
        every = [box for kind in found for box in kind]
        self.frames.set_verts([rectangle(box.left, box.right, MIDDLE, HALF) for box in every])
        lit = [box.number == scene.lit for box in every]
        self.frames.set(facecolor=["white" if box.text else "none" for box in every],
                        edgecolor=[RING if own else VALUE for own in lit],
                        linewidth=[3.5 if own else 1.3 for own in lit],
                        linestyle=["--" if box.is_input else "-" for box in every])
        named = [box for box in every if box.text]
        for k, text in enumerate(self.names):
            text.set_visible(k < len(named))
            if k < len(named):
                text.show(named[k].text, place=((named[k].left + named[k].right) / 2, MIDDLE))
        self.small.texts = [*_numbers(found), *_gaps(scene.widths)]
        self.counts.texts = [(count, (kind + 0.5) * ROOM, 12.0, BLACK)
                             for kind, count in enumerate(scene.counts)]


def _lines(widths: Sequence[int], kind: int) -> Iterator[tuple[Point, Point]]:
    """Every neuron that is shown, joined with all of the next column."""
    columns = [[(x, y) for y in dots(n)]
               for x, n in zip(across(widths, kind), widths, strict=True)]
    for before, after in pairwise(columns):
        yield from product(before, after)


def _gaps(widths: Sequence[int]) -> Iterator[Text]:
    """A "⋮" for the neurons of a wide column that are not drawn."""
    for kind in (0, 1):
        for x, n in zip(across(widths, kind), widths, strict=True):
            if n > MOST_DOTS:
                yield "⋮", x, MIDDLE, BLACK


def _joints(row: Sequence[Box], kind: int) -> Iterator[tuple[Point, Point]]:
    """The line through a chain of boxes, from x to ŷ."""
    ends = [kind * ROOM + 6, *(x for box in row for x in (box.left, box.right)),
            (kind + 1) * ROOM - 6]
    for start, end in zip(ends[::2], ends[1::2], strict=True):
        yield (start, MIDDLE), (end, MIDDLE)


def _numbers(found: Sequence[Sequence[Box]]) -> list[Text]:
    """The number below each thing that is counted."""
    texts: list[Text] = []
    for kind, row in enumerate(found):
        for place, box in enumerate(row):
            number = box.number if kind < 3 else place + 1
            texts.append((str(number), (box.left + box.right) / 2, MIDDLE - HALF - 11,
                          GREY if box.is_input else BLACK))
    return texts
