"""How a network reads an 8 x 8 picture: its pixels, ∂J/∂x over them, activations, softmax."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgba_array

from ..text import layer_name, number
from .picture import Picture, Scene, added, boxes
from .quick_artists import QuickText, QuickTexts
from .style import (
    ABOUT_ONE,
    BLACK,
    EXPLODING,
    FAINT,
    GRADIENT,
    GREY,
    INKS,
    LINE,
    MARK,
    NORMAL,
    SIZES_OF_A,
    SMALL,
    VALUE,
    VALUE_PALE,
    VANISHING,
)

SIDE, CELL, TOP = 8, 20.0, 202.0
"""Cells of a side, CSS pixels of a cell, and where the upper edge of all panels is."""
DIGIT, SLOPE, LAYERS, BARS = 22.0, 208.0, (424.0, 572.0), 690.0
"""Where the panels begin."""
LONGEST, ROW = 92.0, 16.0
"""CSS pixels of a bar for 1, and from one bar to the next."""
BOTTOM = TOP - SIDE * CELL
LEGEND = BOTTOM - 16.0
SIGNED = to_rgba_array([*VANISHING, ABOUT_ONE, *EXPLODING])
"""Colours of ∂J/∂x from the most negative to the most positive."""
MIDDLE = len(VANISHING)
INK, ACTIVE = to_rgba_array(INKS), to_rgba_array(SIZES_OF_A)


@dataclass(frozen=True, eq=False)
class Layer:
    """Activations of a hidden layer, at most 64, shape (n,); and which of its neurons are dead, 0
    at every digit that is learned."""

    values: np.ndarray
    dead: np.ndarray


@dataclass(frozen=True, eq=False)
class ReadingScene(Scene):
    """What the picture shows.

    ink: 0 to 16, shape (8, 8); gradient: ∂J/∂x, the same shape, None while it is covered; layers:
    two; probabilities: ŷ, shape (10,); label: which digit it is; name, half: of the digit, in
    words; frame: row and column of a pixel, from 0; brush: the ink that a click sets.
    """

    ink: np.ndarray
    gradient: np.ndarray | None
    layers: Sequence[Layer]
    probabilities: np.ndarray
    label: int
    name: str
    half: str
    frame: tuple[int, int]
    brush: int

    @property
    def read(self) -> int:
        """As which digit it is read."""
        return int(self.probabilities.argmax())

    def words(self) -> str:
        """What it is, as what it is read, how many neurons are on, the largest ∂J/∂x."""
        sure = number(float(self.probabilities[self.read]), 3)
        on = ", ".join(f"{int((layer.values > 0).sum())} of {len(layer.values)} neurons of layer "
                       f"{k} are on" for k, layer in enumerate(self.layers, 1))
        return (f"{self.name}, {self.half}: label {self.label}, read as {self.read} with "
                f"{sure}. {on}. {self._steepest()}")

    def _steepest(self) -> str:
        """Where ∂J/∂x is largest in size."""
        if self.gradient is None:
            return "∂J/∂x is covered."
        row, column = np.unravel_index(np.abs(self.gradient).argmax(), self.gradient.shape)
        value = number(float(self.gradient[row, column]), 3)
        return f"Largest in row {row + 1}, column {column + 1}: ∂J/∂x = {value}."


class ReadingPicture(Picture[ReadingScene]):
    """From left to right: the digit, ∂J/∂x over it, two layers of activations, softmax as bars."""

    size = 828, 258

    def build(self) -> None:
        """Squares for pixels and neurons, bars, and the texts above and below them."""
        self.axes = page = self.page()
        grid = np.arange(SIDE * SIDE)
        self.ink = self._cells(page, _squares(DIGIT, grid % SIDE, grid // SIDE))
        self.slopes = self._cells(page, _squares(SLOPE, grid % SIDE, grid // SIDE))
        self.dots = self._cells(page, [], edge=MARK)
        self.neurons = [self._cells(page, [], edge=GREY) for _ in LAYERS]
        self.crosses = self.moving(QuickTexts(page))
        self.frames = [self.moving(page.plot([], [], color=color, linewidth=width)[0])
                       for color, width in ((MARK, 4.5), (BLACK, 2.0))]
        self.bars = self._cells(page, [], edge="none")
        self.names = [self._text(x, self.height - 12, NORMAL, BLACK) for x in (DIGIT, *LAYERS)]
        self.notes = [self._text(x, self.height - 29)
                      for x in (DIGIT, *LAYERS, BARS - 14)]
        QuickText(page, BARS - 14, self.height - 12, "ŷ = softmax(z³)", size=NORMAL, align="left")
        for k in range(10):
            QuickText(page, BARS - 10, self._bar_middle(k), str(k))
        self.values = self.moving(QuickTexts(page))
        self.right = self.moving(QuickText(page, 0, 0, "▸", color=LINE))
        self._build_legends(page)
        for left in (DIGIT, SLOPE):
            self._number(left)

    def _number(self, left: float) -> None:
        """The numbers of the rows and columns of a panel, from 1."""
        for k in range(SIDE):
            middle = CELL * (k + 0.5)
            QuickText(self.axes, left + middle, TOP + 9, str(k + 1))
            QuickText(self.axes, left - 9, TOP - middle, str(k + 1))

    def _text(self, x: float, y: float, size: float = SMALL, color: str = GREY) -> QuickText:
        return self.moving(QuickText(self.axes, x, y, size=size, color=color, align="left"))

    def _cells(self, page: Axes, verts: list[np.ndarray], edge: str = FAINT) -> PolyCollection:
        cells = PolyCollection(verts, edgecolor=edge, linewidth=0.8)
        return self.moving(added(page, cells))

    def _build_legends(self, page: Axes) -> None:
        """What the colours mean: below ∂J/∂x with three numbers, below the layers with two."""
        QuickText(page, SLOPE, self.height - 12, "∂J/∂x over the digit", size=NORMAL,
                  color=GRADIENT, align="left")
        QuickText(page, SLOPE, self.height - 29, "blue: more ink lowers J", color=GREY,
                  align="left")
        _legend(page, SLOPE, SIDE * CELL, SIGNED)
        for x in LAYERS:
            _legend(page, x, 80.0, ACTIVE)
        self.ends = [self.moving(QuickText(page, x, LEGEND - 14, color=color, align=align))
                     for x, color, align in (
                         (SLOPE, GRADIENT, "left"), (SLOPE + SIDE * CELL, GRADIENT, "right"),
                         *((left + 80.0, BLACK, "right") for left in LAYERS))]
        for x in (SLOPE + SIDE * CELL / 2, *(left + 4 for left in LAYERS)):
            QuickText(page, x, LEGEND - 14, "0")
        self.hint = self._text(DIGIT, LEGEND)
        self.brush_text = self._text(DIGIT, LEGEND - 18)
        swatch = np.array([DIGIT + SIDE * CELL])
        self.brush = self._cells(page, boxes(swatch - 16, np.array([LEGEND - 26]), swatch,
                                             np.array([LEGEND - 10])), edge=GREY)

    def _bar_middle(self, k: int) -> float:
        return TOP - ROW * (k + 0.5)

    # -- showing ----------------------------------------------------------------------------------

    def update(self, scene: ReadingScene) -> None:
        """Show another digit, or another network."""
        self.names[0].show(scene.name)
        self.notes[0].show(scene.half)
        self.ink.set_facecolor(INK[scene.ink.ravel()])
        self._show_slopes(scene)
        self.crosses.texts = []
        for place, layer in enumerate(scene.layers):
            self._show_layer(place, layer)
        self._show_bars(scene)
        row, column = scene.frame
        corners = [_squares(left, np.array([column]), np.array([row]))[0]
                   for left in (DIGIT, SLOPE)]
        outline = np.concatenate([np.concatenate([c, c[:1], [[np.nan, np.nan]]]) for c in corners])
        for line in self.frames:
            line.set_data(*outline.T)
        self.hint.show(f"frame: row {row + 1}, column {column + 1}")
        self.brush_text.show(f"a click sets {scene.brush}/16")
        self.brush.set_facecolor(INKS[scene.brush])

    def _show_slopes(self, scene: ReadingScene) -> None:
        """∂J/∂x in colours up to its largest size, and the ink as dots on it."""
        gradient = scene.gradient
        covered = gradient is None
        sizes = np.zeros((SIDE, SIDE)) if gradient is None else gradient
        most = float(np.abs(sizes).max()) or 1.0
        levels = np.rint(MIDDLE + MIDDLE * sizes / most).astype(int)
        self.slopes.set_facecolor(SIGNED[levels.ravel()])
        texts = ("?", "?") if covered else (number(-most, 2), number(most, 2, plus=True))
        for text, shown in zip(self.ends[:2], texts, strict=True):
            text.show(shown)
        rows, columns = np.nonzero(scene.ink)
        sides = 0.5 * CELL * np.sqrt(scene.ink[rows, columns] / (len(INKS) - 1))
        self.dots.set_verts(_squares(SLOPE, columns, rows, sides))
        self.dots.set_facecolor(BLACK)

    def _show_layer(self, place: int, layer: Layer) -> None:
        """A square for each neuron, in columns of eight; a cross on those that are dead."""
        count, most = len(layer.values), float(layer.values.max(initial=0.0))
        k = np.arange(count)
        verts = _squares(LAYERS[place], k // SIDE, k % SIDE)
        self.neurons[place].set_verts(verts)
        share = layer.values / (most or 1.0)
        self.neurons[place].set_facecolor(ACTIVE[np.ceil(share * (len(ACTIVE) - 1)).astype(int)])
        middles = [corners.mean(axis=0).tolist() for corners in verts]
        self.crosses.texts += [("×", x, y, GREY) for (x, y), is_dead in
                               zip(middles, layer.dead, strict=True) if is_dead]
        self.names[1 + place].show(layer_name("a", 1 + place))
        on = int((layer.values > 0).sum())
        self.notes[1 + place].show(f"{on} of {count} on")
        self.ends[2 + place].show(number(most, 3))

    def _show_bars(self, scene: ReadingScene) -> None:
        """The ten probabilities; the largest is dark, a triangle stands before the label."""
        middles = np.array([self._bar_middle(k) for k in range(10)])
        ends = BARS + LONGEST * scene.probabilities
        left = np.full(10, BARS)
        self.bars.set_verts(boxes(left, middles - 6, ends, middles + 6))
        colors = [VALUE if k == scene.read else VALUE_PALE for k in range(10)]
        self.bars.set_facecolor(colors)
        self.values.texts = [(_probability(p), BARS + LONGEST + 22, y, BLACK) for p, y in
                             zip(scene.probabilities.tolist(), middles.tolist(), strict=True)]
        self.right.show("▸", place=(BARS - 22, float(middles[scene.label])))
        self.notes[3].show("▸ its label")

    def pixel_at(self, across: float, down: float) -> tuple[int, int] | None:
        """Row and column, from 0, of the pixel at a share of the picture; None beside the digit and
        its ∂J/∂x."""
        place = self.data_at(self.axes, across, down)
        if place is None:
            return None
        row = int((TOP - place[1]) // CELL)
        column = next((int((place[0] - left) // CELL) for left in (DIGIT, SLOPE)
                       if left <= place[0] < left + SIDE * CELL), -1)
        return (row, column) if 0 <= row < SIDE and column >= 0 else None


def _probability(p: float) -> str:
    """With two decimals; 1.00 and 0.00 only if it is so near."""
    return f"{p:.2f}" if 0.005 <= p <= 0.995 else ("≈ 0" if p < 0.5 else "≈ 1")


def _squares(left: float, columns: np.ndarray, rows: np.ndarray,
             sides: np.ndarray | float = CELL) -> list[np.ndarray]:
    """The corners of squares in the middle of cells of the panel at ``left``."""
    x, y = left + CELL * (columns + 0.5), TOP - CELL * (rows + 0.5)
    half = np.asarray(sides) / 2
    return boxes(x - half, y - half, x + half, y + half)


def _legend(page: Axes, left: float, width: float, colors: np.ndarray) -> None:
    """A row of colours from left to right."""
    edges = left + width * np.arange(len(colors) + 1) / len(colors)
    low = np.full(len(colors), LEGEND - 5)
    row = boxes(edges[:-1], low, edges[1:], low + 10)
    added(page, PolyCollection(row, facecolor=colors, edgecolor=FAINT, linewidth=0.5))
