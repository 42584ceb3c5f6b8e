"""One line of the training loop: the arrays that it uses and computes, and the data beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..text import number, scientific
from .exits import Exits
from .picture import Picture, Scene
from .quick_artists import QuickText, QuickTexts, text_width
from .style import BLACK, FAINT, GRADIENT, GREY, NEURON, NORMAL

CELL, ROW = 52, 19
"""Width and height of a number, CSS pixels."""
GAP = 8
LEFT, MIDDLE, RIGHT = 72.0, 500.0, 740.0
"""Between these stand the arrays, none across the middle, where the picture may be cut."""
MIDDLES = 160.0, 60.0
"""Of the two rows of arrays."""
MOST_COLUMNS = 4
"""Of an array; of more points the first ones are written, and how many more there are."""
Place = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Block:
    """An array with its name. ``gradient``: it is written in their colour; ``covered``: with a ?
    for each number."""

    name: str
    values: np.ndarray
    gradient: bool = False
    covered: bool = False
    columns: int = MOST_COLUMNS

    @property
    def shape(self) -> str:
        """"3×4"."""
        return "×".join(map(str, self.values.shape))

    @property
    def shown(self) -> np.ndarray:
        """The columns that are written: all, or room for what tells of the others."""
        fits = self.values.shape[1] <= self.columns
        return self.values[:, : self.columns if fits else self.columns - 1]

    @property
    def more(self) -> int:
        """How many columns are left out."""
        return self.values.shape[1] - self.shown.shape[1]

    @property
    def width(self) -> float:
        """CSS pixels."""
        name = max(text_width(self.name), text_width(self.shape))
        return max(name, CELL * (self.shown.shape[1] + bool(self.more)))

    def words(self) -> str:
        """Name, shape and the numbers that are written."""
        rows = "; ".join(" ".join(_written(value, self.covered) for value in row)
                         for row in self.shown)
        more = f" and {self.more} more columns" if self.more else ""
        return f"{self.name}, {self.shape}, [{rows}]{more}"


@dataclass(frozen=True, eq=False)
class LoopScene(Scene):
    """What the picture shows.

    title, formula: of the line. upper, lower: the arrays of the two rows; rows: what these are to
    the line. x, y: all points, shape (N,); taken: the indices of those of the mini-batch. curve:
    the output over ``grid``; after: the same after the update, or None. errors: the distances to y
    are drawn.
    """

    title: str
    formula: str
    upper: Sequence[Block]
    lower: Sequence[Block]
    x: np.ndarray
    y: np.ndarray
    taken: np.ndarray
    grid: np.ndarray
    curve: np.ndarray
    after: np.ndarray | None = None
    rows: tuple[str, str] = ("uses", "computes")
    errors: bool = False

    def words(self) -> str:
        """The line, its arrays, which points it takes, and the output at both ends."""
        rows = "".join(
            f" {name.capitalize()}: {'. '.join(block.words() for block in blocks)}."
            for name, blocks in zip(self.rows, (self.upper, self.lower), strict=True))
        taken = ", ".join(str(k + 1) for k in self.taken)
        points = f" Points of the mini-batch: {taken}." if len(self.taken) else ""
        ends = (f" g goes from {number(float(self.curve[0]))} on the left to "
                f"{number(float(self.curve[-1]))} on the right.")
        return f"{self.title}. {self.formula}.{rows}{points}{ends}"


def _written(value: float, covered: bool = False) -> str:
    """A number that fits into a cell."""
    if covered:
        return "?"
    texts = [number(value, 3), number(value, 2), scientific(value, 2), scientific(value, 1)]
    return next((text for text in texts if text_width(text) <= CELL - 4), texts[-1])


class LoopPicture(Picture[LoopScene]):
    """Left: the line with two rows of arrays, as a rule what it uses and what it computes. Right:
    data, output, batch."""

    size = 980, 262

    def build(self) -> None:
        """Texts, the frames of the arrays, and the plot of the data."""
        self.board = self.page()
        self.title = self.moving(QuickText(self.board, 8, self.height - 14, size=NORMAL,
                                           align="left"))
        self.formula = self.moving(QuickText(self.board, 8, self.height - 36, align="left"))
        self.rows = [self.moving(QuickText(self.board, 8, y, color=GREY, align="left"))
                     for y in MIDDLES]
        self.frames = self.moving(self.board.plot([], [], color=FAINT, linewidth=1)[0])
        self.texts = self.moving(QuickTexts(self.board))
        self._build_plot()

    def _build_plot(self) -> None:
        axes = self.figure.add_axes((762 / 980, 40 / 262, 206 / 980, 194 / 262))
        axes.set(xlim=(-1.06, 1.06), ylim=(-1.5, 7.0))
        axes.set_title("y and g (line) over x")
        axes.grid(color=FAINT, linewidth=0.5)
        axes.set_axisbelow(True)
        self.points = self.moving(axes.plot([], [], "o", markersize=5, markerfacecolor="white",
                                            markeredgecolor=GREY)[0])
        self.errors = self.moving(axes.plot([], [], color=NEURON[1], linewidth=1.2)[0])
        self.taken = self.moving(axes.plot([], [], "o", markersize=6, color=NEURON[1])[0])
        self.curve = self.moving(axes.plot([], [], color=BLACK, linewidth=2)[0])
        self.after = self.moving(axes.plot([], [], "--", color=NEURON[0], linewidth=2)[0])
        self.exits = Exits(self, axes, "g")
        self.exits_after = Exits(self, axes, "g", NEURON[0], row=1)
        self.legend = self.moving(QuickText(self.board, 966, 10, color=GREY, align="right"))

    def update(self, scene: LoopScene) -> None:
        """Show another line, or other numbers."""
        self.title.show(scene.title)
        self.formula.show(scene.formula)
        texts: list[tuple[str, float, float, str]] = []
        frames: list[Place] = []
        for row, name, blocks, middle in zip(self.rows, scene.rows, (scene.upper, scene.lower),
                                             MIDDLES, strict=True):
            row.show(name)
            for block, left in _fitting(blocks):
                _place_block(block, left, middle, texts, frames)
        self.texts.texts = texts
        self.frames.set_data(*(np.array(frames).T if frames else ([], [])))
        self._show_plot(scene)

    def _show_plot(self, scene: LoopScene) -> None:
        """The points, those taken with their distances from the output, and both curves."""
        self.points.set_data(scene.x, scene.y)
        x, y = scene.x[scene.taken], scene.y[scene.taken]
        self.taken.set_data(x, y)
        g, none = np.interp(x, scene.grid, scene.curve), np.full(len(x), np.nan)
        self.errors.set_visible(scene.errors)
        self.errors.set_data(np.column_stack([x, x, none]).ravel(),
                             np.column_stack([y, g, none]).ravel())
        self.curve.set_data(scene.grid, scene.curve)
        self.exits.show(scene.grid, scene.curve)
        has_after = scene.after is not None
        self.after.set_visible(has_after)
        self.exits_after.hide()
        if scene.after is not None:
            self.after.set_data(scene.grid, scene.after)
            self.exits_after.show(scene.grid, scene.after)
        taken = f"● taken: {len(x)} of {len(scene.x)}" if len(x) else ""
        self.legend.show("dashed: after the update" if has_after else taken)


def _fitting(blocks: Sequence[Block]) -> list[tuple[Block, float]]:
    """Each with its left edge; where they do not fit, with fewer columns, the last ones first."""
    left, placed = LEFT, []
    for block in blocks:
        left = MIDDLE + 2 if left < MIDDLE < left + block.width else left
        placed.append((block, left))
        left += block.width + GAP
    if left - GAP <= RIGHT:
        return placed
    most = max(range(len(blocks)), key=lambda k: (blocks[k].columns, k))
    return _fitting([replace(block, columns=block.columns - (k == most))
                     for k, block in enumerate(blocks)])


def _place_block(block: Block, left: float, middle: float, texts: list, frames: list) -> None:
    """The texts of an array and its frame, with its left edge and the middle of its rows."""
    color = GRADIENT if block.gradient else BLACK
    rows, columns = block.shown.shape
    center, top = left + block.width / 2, middle + rows * ROW / 2
    texts += [(block.name, center, top + 10, color),
              (block.shape, center, top - rows * ROW - 10, GREY)]
    start = center - CELL * (columns + bool(block.more)) / 2
    for (row, column), value in np.ndenumerate(block.shown):
        texts.append((_written(float(value), block.covered), start + CELL * (column + 0.5),
                      top - ROW * (row + 0.5), color))
    if block.more:
        texts.append((f"… {block.more}", start + CELL * (columns + 0.5), middle, GREY))
    end, bottom = start + CELL * (columns + bool(block.more)), top - rows * ROW
    frames += [(start, top), (end, top), (end, bottom), (start, bottom), (start, top),
               (np.nan, np.nan)]
