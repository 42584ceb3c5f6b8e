"""A network with the names of its parameters: circles and lines, and beside them the matrix W of
one layer. What there is no room for is gathered: "⋮" stands for the neurons between two others.

A parameter is a place (layer, output, input), all counted from 1; input 0 is the bias.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise, product

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection

from ..text import SUPERSCRIPTS, counted, indexed, number
from .picture import Picture, Scene, added
from .quick_artists import QuickTexts, Text, text_width
from .style import BLACK, GREY, LIT, NORMAL, RING, SMALL, VALUE

MOST = 5
"""So many neurons of a layer are all shown."""
RADIUS = 17.5
WIDTH, HEIGHT = 828, 262  # lower than wide: in a narrow view two halves stand on one screen
LEFT, RIGHT, LOWEST, HIGHEST, APART = 36.0, 448.0, 49.0, 211.0, 70.0
"""CSS pixels: the middles of the outer columns, of the outer rows of five, and the largest
distance of two rows."""
MATRIX, MATRIX_RIGHT = 536.0, 820.0
"""Left end of the first column of W, and where its b ends at the latest."""
CELL, DOTS, LINE_HEIGHT, ENOUGH = 44.0, 20.0, 13.0, 20.0
"""Least width of an entry, width or height of what is left out; and the least distance in height of
two names on lines, and one beyond which more is no better."""
ROWS_TOP, ROW = 201.0, 38.0
"""Upper end of the first row of a matrix, and the height of one."""
NEAR = 7.0
"""How near to a line a click must be."""

NEURON = -1
"""In the place of an input: the neuron itself."""

Place = tuple[int, int, int]
Point = tuple[float, float]


def shown(count: int, picked: int) -> list[int | None]:
    """Which of so many neurons are shown, counted from 1; None is a "⋮" for those left out. The
    picked one (0: none) is always among them, and of many neurons there are always five rows."""
    if count <= MOST:
        return [*range(1, count + 1)]
    if picked in (0, 1, 2, count - 1, count):
        return [1, 2, None, count - 1, count]
    return [1, None, picked, None, count]


@dataclass(frozen=True, eq=False)
class NamesScene(Scene):
    """A network by its widths (n_0, ..., n_L), the picked place, and the numbers of its layer:
    w of shape (n_l, n_{l-1}) and b of shape (n_l,), None without biases.

    lit: what the stepper talks about, parameters and, as (layer, neuron, NEURON), neurons, with
    "now" or "reused"; where it is empty the halo is that of the picked place.
    """

    widths: tuple[int, ...]
    picked: Place
    w: np.ndarray
    b: np.ndarray | None
    lit: Mapping[Place, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Of the picked parameter."""
        return name_of(self.picked)

    @property
    def title(self) -> str:
        """With what its indices say."""
        layer, j, i = self.picked
        return f"{self.name}:  layer {layer}, output {j}, {f'input {i}' if i else 'bias'}"

    def words(self) -> str:
        """The widths, and where the picked parameter stands."""
        layer, j, i = self.picked
        sup = str(layer).translate(SUPERSCRIPTS)
        rows, columns = self.w.shape
        start = f"input {i}" if layer == 1 else f"neuron {i} of layer {layer - 1}"
        where = (f"it belongs to neuron {j} of layer {layer}, number {j} of b{sup}" if not i else
                 f"it leads from {start} to neuron {j} of layer {layer}, row {j} and column {i} of "
                 f"W{sup}")
        return (f"The network {'-'.join(map(str, self.widths))}. {self.name} is picked: {where}. "
                f"W{sup} has {counted(rows, 'row')} and {counted(columns, 'column')}.")

    @property
    def halos(self) -> Mapping[Place, str]:
        """What has a halo: "now" a full one, "reused" a dashed one."""
        return self.lit or {self.picked: "now"}

    @cached_property
    def columns(self) -> list[list[int | None]]:
        """The neurons that are shown of each layer; layer 0 is the input."""
        layer, j, i = self.picked
        own = {layer: j, layer - 1: i}
        return [shown(n, own.get(k, 0)) for k, n in enumerate(self.widths)]


def name_of(place: Place) -> str:
    """"w₂,₁,₃", or of a bias "b₂,₁"."""
    return indexed("w", *place) if place[2] else indexed("b", *place[:2])


# -- where things stand -------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A weight in the diagram: from rim to rim, and the middle of its name, if that is written."""

    place: Place
    start: Point
    end: Point
    label: Point | None = None


class Diagram:
    """Where circles, lines and names of a scene stand, CSS pixels from the lower left."""

    def __init__(self, scene: NamesScene) -> None:
        self.scene = scene
        self.across = [float(x) for x in np.linspace(LEFT, RIGHT, len(scene.widths))]
        self.heights = [_heights(len(column)) for column in scene.columns]

    @property
    def circles(self) -> Iterator[tuple[int, int, Point]]:
        """(layer, neuron, middle)."""
        for layer, (x, column) in enumerate(zip(self.across, self.scene.columns, strict=True)):
            for y, neuron in zip(self.heights[layer], column, strict=True):
                if neuron is not None:
                    yield layer, neuron, (x, y)

    @property
    def dots(self) -> Iterator[Point]:
        """Where neurons are left out."""
        for layer, column in enumerate(self.scene.columns):
            for y, neuron in zip(self.heights[layer], column, strict=True):
                if neuron is None:
                    yield self.across[layer], y

    @cached_property
    def lines(self) -> list[Line]:
        """The weights between the circles that are shown, the picked one last."""
        middles = {(layer, neuron): middle for layer, neuron, middle in self.circles}
        found = []
        for layer, (before, after) in enumerate(pairwise(self.scene.columns), start=1):
            share = self._share(layer)
            for j, i in product(filter(None, after), filter(None, before)):
                place = (layer, j, i)
                start, end = middles[layer - 1, i], middles[layer, j]
                picked = place == self.scene.picked
                label = _along(start, end, share or 0.5) if share or picked else None
                found.append(Line(place, *_from_rim_to_rim(start, end), label))
        return sorted(found, key=lambda line: line.place == self.scene.picked)

    def _share(self, layer: int) -> float:
        """How far along its line each name of a layer stands, so that they keep apart; 0: there is
        no room."""
        before, after = self.scene.columns[layer - 1 : layer + 1]
        if None in (*before, *after) or len(before) * len(after) > 16:
            return 0.0
        free = RADIUS + 2 + text_width(indexed("w", layer, 1, 1)) / 2
        most = 1 - free / (self.across[layer] - self.across[layer - 1])
        shares = [share for share in np.linspace(1 - most, most, 21) if most >= 0.5]
        gap, _, best = max(
            ((min(_least_gap(self.heights[layer - 1], self.heights[layer], share), ENOUGH),
              -abs(share - 0.5), float(share)) for share in shares), default=(0.0, 0.0, 0.0))
        return best if gap >= LINE_HEIGHT else 0.0

    @property
    def rings(self) -> list[tuple[Point, str]]:
        """The circles with a halo: of a bias, or of a neuron that the stepper talks about."""
        halos = self.scene.halos
        found = ((middle, halos.get((layer, j, 0)) or halos.get((layer, j, NEURON)))
                 for layer, j, middle in self.circles)
        return [(middle, kind) for middle, kind in found if kind]

    @property
    def texts(self) -> Iterator[Text]:
        """The names in the circles and on the lines, the shapes above, the widths below."""
        scene, last = self.scene, len(self.scene.widths) - 1
        for layer, neuron, (x, y) in self.circles:
            yield from self._in_circle(layer, neuron, x, y)
        for x, y in self.dots:
            yield "⋮", x, y, BLACK
        for line in self.lines:
            if line.label:
                color = VALUE if line.place == scene.picked else BLACK
                yield name_of(line.place), *line.label, color
        for layer, n in enumerate(scene.widths):
            vector = "x" if layer == 0 else f"a{str(layer).translate(SUPERSCRIPTS)}"
            kind = "input" if layer == 0 else "output" if layer == last else "neuron"
            yield counted(n, kind), self.across[layer], 24, BLACK
            yield vector + " = ŷ" * (layer == last), self.across[layer], 9, GREY
        for layer, (inputs, outputs) in enumerate(pairwise(scene.widths), start=1):
            x, sup = (self.across[layer - 1] + self.across[layer]) / 2, _above(layer)
            yield f"W{sup} {outputs}×{inputs}", x, self.scene_top, BLACK
            if scene.b is not None:
                yield f"b{sup} {outputs}", x, self.scene_top - 15, BLACK

    @property
    def papers(self) -> Iterator[tuple[np.ndarray, str]]:
        """Below the names on lines, and below those that are wider than their circles: no line
        crosses them. With their colours."""
        for line in self.lines:
            if line.label:
                x, y = line.label
                yield (rectangle(x - _half_width(line), x + _half_width(line), y, LINE_HEIGHT / 2),
                       LIT if line.place in self.scene.halos else "white")
        chord = (RADIUS**2 - 12.5**2) ** 0.5  # at the outer end of the two lines of a circle
        for layer, neuron, (x, y) in self.circles:
            for text, _, middle, _ in self._in_circle(layer, neuron, x, y):
                half = text_width(text) / 2
                if middle != y and half > chord + 2:
                    yield rectangle(x - half - 1, x + half + 1, middle, LINE_HEIGHT / 2), "white"

    scene_top = HEIGHT - 12.0

    def _in_circle(self, layer: int, neuron: int, x: float, y: float) -> Iterator[Text]:
        """x, or a and below it the bias, the neuron's own parameter."""
        if layer == 0:
            yield indexed("x", neuron), x, y, GREY
        elif self.scene.b is None:
            yield indexed("a", layer, neuron), x, y, GREY
        else:
            picked = (layer, neuron, 0) == self.scene.picked
            yield indexed("a", layer, neuron), x, y + 7, GREY
            yield indexed("b", layer, neuron), x, y - 7, VALUE if picked else BLACK

    def place_at(self, x: float, y: float) -> Place | None:
        """The parameter at a point: a bias in a circle, or the weight whose name or line it is."""
        for layer, neuron, middle in self.circles:
            if np.hypot(x - middle[0], y - middle[1]) <= RADIUS:
                return (layer, neuron, 0) if layer and self.scene.b is not None else None
        written = [line.place for line in self.lines if line.label and _is_on(line, x, y)]
        least, place = min((_distance(line, x, y), line.place) for line in self.lines)
        return written[-1] if written else place if least <= NEAR else None


def _above(layer: int) -> str:
    return str(layer).translate(SUPERSCRIPTS)


def _heights(rows: int) -> list[float]:
    """The middles of so many rows, from the top down."""
    step = min(APART, (HIGHEST - LOWEST) / max(rows - 1, 1))
    middle = (HIGHEST + LOWEST) / 2
    return [middle + step * ((rows - 1) / 2 - row) for row in range(rows)]


def _along(start: Point, end: Point, share: float) -> Point:
    """A point of a line."""
    return (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1]))


def _from_rim_to_rim(start: Point, end: Point) -> tuple[Point, Point]:
    share = RADIUS / float(np.hypot(end[0] - start[0], end[1] - start[1]))
    return _along(start, end, share), _along(start, end, 1 - share)


def _least_gap(before: Sequence[float], after: Sequence[float], share: float) -> float:
    """The least distance in height of the points at a share of all lines, which stand in groups:
    those with one end in common next to each other, from the top down. 0 or less: they mix."""
    found = np.add.outer(share * np.array(after), (1 - share) * np.array(before))
    return max(float(-np.diff(heights.ravel()).max(initial=-np.inf))
               for heights in (found, found.T))


def _half_width(line: Line) -> float:
    """Half of what its name takes across, with a little room."""
    return text_width(name_of(line.place)) / 2 + 2


def _is_on(line: Line, x: float, y: float) -> bool:
    """Whether a point is on the name of a line."""
    assert line.label
    return abs(x - line.label[0]) <= _half_width(line) and abs(
        y - line.label[1]) <= LINE_HEIGHT / 2


def _distance(line: Line, x: float, y: float) -> float:
    """From a point to a line between its two ends."""
    start, way = np.array(line.start), np.subtract(line.end, line.start)
    to = np.array((x, y)) - start
    share = float(np.clip(to @ way / (way @ way), 0, 1))
    return float(np.hypot(*(to - share * way)))


@dataclass(frozen=True)
class Cell:
    """An entry of W or b: its place, left and right end, middle height."""

    place: Place
    left: float
    right: float
    y: float


class Matrix:
    """Where the entries of W and b of the picked layer stand."""

    def __init__(self, scene: NamesScene) -> None:
        self.scene = scene
        self.layer, self.j, self.i = scene.picked
        self.rows: list[int | None] = scene.columns[self.layer]
        self.columns: list[int | None] = scene.columns[self.layer - 1]
        widths = [self._width(i) if i else DOTS for i in self.columns]
        self.lefts = [MATRIX + float(sum(widths[:k])) for k in range(len(widths) + 1)]
        self.left_of_b = self.lefts[-1] + 12
        self.right_of_b = self.left_of_b + self._width(0)
        self.heights = self._heights()

    def _width(self, i: int) -> float:
        """Of a column: room for its longest name."""
        return max(CELL, *(text_width(name_of((self.layer, j, i))) + 5 for j in self.rows if j))

    def _heights(self) -> list[float]:
        found, top = [], ROWS_TOP
        for j in self.rows:
            height = ROW if j else DOTS
            found.append(top - height / 2)
            top -= height
        self.bottom = top
        return found

    @cached_property
    def cells(self) -> list[Cell]:
        """All entries that are shown."""
        found = []
        for y, j in zip(self.heights, self.rows, strict=True):
            if j is None:
                continue
            found += [Cell((self.layer, j, i), left, right, y) for (left, right), i
                      in zip(pairwise(self.lefts), self.columns, strict=True) if i]
            if self.scene.b is not None:
                found.append(Cell((self.layer, j, 0), self.left_of_b, self.right_of_b, y))
        return found

    @property
    def picked(self) -> Cell:
        """The entry that is picked."""
        return next(cell for cell in self.cells if cell.place == self.scene.picked)

    def value(self, place: Place) -> float:
        """Of an entry."""
        _, j, i = place
        if i:
            return float(self.scene.w[j - 1, i - 1])
        assert self.scene.b is not None
        return float(self.scene.b[j - 1])

    @property
    def texts(self) -> Iterator[Text]:
        """Name and number of each entry, the numbers of rows and columns, and dots."""
        sup, middle = _above(self.layer), (self.lefts[0] + self.lefts[-1]) / 2
        yield f"W{sup}", middle, ROWS_TOP + 26, BLACK
        for (left, right), i in zip(pairwise(self.lefts), self.columns, strict=True):
            x = (left + right) / 2
            yield "⋯" if i is None else f"i={i}", x, ROWS_TOP + 10, GREY
        for y, j in zip(self.heights, self.rows, strict=True):
            yield "⋮" if j is None else f"j={j}", MATRIX - 28, y, GREY
        for cell in self.cells:
            x = (cell.left + cell.right) / 2
            color = VALUE if cell.place == self.scene.picked else BLACK
            yield name_of(cell.place), x, cell.y + 7, color
            yield number(self.value(cell.place), 2), x, cell.y - 8, GREY
        if self.scene.b is not None:
            yield f"b{sup}", (self.left_of_b + self.right_of_b) / 2, ROWS_TOP + 26, BLACK

    @property
    def brackets(self) -> Iterator[list[Point]]:
        """Around W, and around b."""
        ends = [(self.lefts[0], self.lefts[-1])]
        if self.scene.b is not None:
            ends.append((self.left_of_b, self.right_of_b))
        for left, right in ends:
            for x, inward in ((left, 5.0), (right, -5.0)):
                yield [(x + inward, ROWS_TOP), (x, ROWS_TOP), (x, self.bottom),
                       (x + inward, self.bottom)]

    def place_at(self, x: float, y: float) -> Place | None:
        """The entry at a point."""
        return next((cell.place for cell in self.cells if cell.left <= x <= cell.right
                     and abs(cell.y - y) <= ROW / 2), None)


def rectangle(left: float, right: float, y: float, half: float) -> np.ndarray:
    """The corners of a rectangle around a middle height."""
    return np.array([(left, y - half), (right, y - half), (right, y + half), (left, y + half)])


# -- the picture --------------------------------------------------------------------------------


class NamesPicture(Picture[NamesScene]):
    """The diagram on the left, W and b of the picked layer on the right."""

    size = WIDTH, HEIGHT

    def build(self) -> None:
        """Lines, halo, circles, papers below the names, texts: all of it follows the widths."""
        self.axes = axes = self.page()
        lines = [added(axes, LineCollection([], colors=color, linewidths=width, zorder=2))
                 for color, width in ((RING, 6.5), (GREY, 0.7), (VALUE, 2.4), (BLACK, 1.2))]
        self.halo, self.lines, self.picked, self.brackets = map(self.moving, lines)
        self.rings = self.moving(axes.scatter([], [], s=(2 * RADIUS * 72 / 96 + 5) ** 2,
                                              edgecolor=RING, zorder=2))
        self.circles = self.moving(axes.scatter([], [], s=(2 * RADIUS * 72 / 96) ** 2,
                                                facecolor="white", edgecolor=BLACK, zorder=3))
        self.papers = self.moving(added(axes, PolyCollection([])))
        self.outline = self.moving(added(axes, PolyCollection(
            [], facecolor="none", edgecolor=RING, linewidth=2.5)))
        self.small = self.moving(QuickTexts(axes, SMALL))
        self.title = self.moving(QuickTexts(axes, NORMAL))

    def update(self, scene: NamesScene) -> None:
        """Show another network, or another parameter of it."""
        self.diagram, self.matrix = diagram, matrix = Diagram(scene), Matrix(scene)
        self.lines.set_segments([(line.start, line.end) for line in diagram.lines])
        self.halo.set_segments([(line.start, line.end) for line in diagram.lines
                                if line.place in scene.halos])
        self.picked.set_segments([(line.start, line.end) for line in diagram.lines
                                  if line.place == scene.picked])
        self.brackets.set_segments(list(matrix.brackets))
        self._show_rings(diagram.rings)
        self.circles.set_offsets([middle for _, _, middle in diagram.circles])
        papers = list(diagram.papers)
        self.papers.set_verts([corners for corners, _ in papers])
        self.papers.set_facecolor([color for _, color in papers])
        self.outline.set_verts([
            rectangle(cell.left + 1, cell.right - 1, cell.y, ROW / 2 - 1)
            for cell in matrix.cells if scene.halos.get(cell.place) == "now"])
        self.small.texts = [*diagram.texts, *matrix.texts]
        self.title.texts = [(scene.title, (MATRIX + MATRIX_RIGHT) / 2, HEIGHT - 12.0, VALUE)]

    def _show_rings(self, rings: list[tuple[Point, str]]) -> None:
        """Around circles: a full ring for what is lit now, a dashed one for what is reused."""
        self.rings.set_visible(bool(rings))
        if rings:
            now = [kind == "now" for _, kind in rings]
            self.rings.set(
                offsets=[middle for middle, _ in rings],
                facecolor=[RING if full else "none" for full in now],
                linewidth=[1.5 if full else 5.0 for full in now],
                linestyle=["-" if full else (0, (1.0, 0.6)) for full in now])

    def place_at(self, across: float, down: float) -> Place | None:
        """The parameter at a share of the picture, (0, 0) upper left; None where there is none."""
        point = self.data_at(self.axes, across, down)
        return point and (self.matrix.place_at(*point) or self.diagram.place_at(*point))
