"""Which neurons of two hidden layers are dead, for several ways to draw the first weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgba_array

from .learning import percent
from .picture import Picture, Scene, added, boxes
from .quick_artists import QuickText
from .style import BLACK, FAINT, GREY, NORMAL, VALUE

ROWS, ROW, TOP = 5, 41.0, 34.0
"""Rows, CSS pixels of one, and of the head above them."""
LEFT, ROOM, WIDEST, TALL = 96.0, 230.0, 7.0, 12.0
"""Where the cells begin, how much room a layer has, and the largest cell."""
COLORS = to_rgba_array([FAINT, BLACK])


@dataclass(frozen=True, eq=False)
class Start:
    """One way to draw the first weights. dead: which neurons of both layers are dead now, shapes
    (n1,) and (n2,), None if the training diverged; before: how many were at the start; right: the
    part of the digits held out that is read right; chosen: whether the lab shows this one;
    reached: the epoch of all this, where it is not yet the last one that is asked for."""

    name: str
    dead: Sequence[np.ndarray] | None
    before: int
    right: float
    chosen: bool
    reached: int | None = None

    def notes(self) -> tuple[str, str]:
        """How many are dead, and how well it reads."""
        if self.dead is None:
            return "diverged:", "steps too large"
        count = sum(int(layer.sum()) for layer in self.dead)
        right = f"{percent(self.right)} read right"
        return (f"{self.before} → {count} of {sum(map(len, self.dead))} dead",
                right if self.reached is None else f"now at epoch {self.reached} ...")


@dataclass(frozen=True, eq=False)
class Covered(Start):
    """The same while it is not told which neurons are dead. No sentence stands over the rows: a
    student may read the name of each."""

    def notes(self) -> tuple[str, str]:
        """That it is asked."""
        return f"? → ? of {sum(map(len, self.dead or ()))} dead", "covered: predict first"


@dataclass(frozen=True, eq=False)
class DeadScene(Scene):
    """Up to five ways, after so many epochs, on so many digits."""

    starts: Sequence[Start]
    epochs: int
    digits: int

    def title(self) -> str:
        """What a dead neuron is."""
        return f"Dead: 0 at all {self.digits} digits learned. At first → after epoch {self.epochs}"

    def words(self) -> str:
        """The notes of each."""
        each = "; ".join(f"{start.name}: {' '.join(start.notes())}" for start in self.starts)
        return f"{self.title()}. {each}."


class DeadPicture(Picture[DeadScene]):
    """A row for each way: layer 1 above, layer 2 below, a cell for each neuron, black if dead."""

    size = 490, 250

    def build(self) -> None:
        """The cells of all neurons, and the texts of each row."""
        page = self.page()
        self.title = self.moving(QuickText(page, 10, self.height - 12, size=NORMAL, align="left"))
        cells = PolyCollection([], edgecolor="white", linewidth=0.6)
        self.cells = self.moving(added(page, cells))
        self.names, self.notes = [], []
        for row in range(ROWS):
            y = self._middle(row)
            self.names.append(self.moving(QuickText(page, 10, y, align="left")))
            self.notes.append([
                self.moving(QuickText(page, LEFT + ROOM + 12, y + up, color=color, align="left"))
                for up, color in ((8, BLACK), (-8, GREY))])

    def _middle(self, row: int) -> float:
        return self.height - TOP - ROW * (row + 0.5)

    def update(self, scene: DeadScene) -> None:
        """Show other numbers."""
        self.title.show(scene.title())
        verts: list[np.ndarray] = []
        dead: list[np.ndarray] = []
        for row, start in enumerate(scene.starts):
            sign = "▸ " if start.chosen else ""
            self.names[row].show(sign + start.name, color=VALUE if start.chosen else BLACK)
            for text, note in zip(self.notes[row], start.notes(), strict=True):
                text.show(note)
            for layer, here in enumerate(start.dead or ()):
                verts.extend(self._boxes(row, layer, len(here)))
                dead.append(here)
        self.cells.set_verts(verts)
        if dead:
            self.cells.set_facecolor(COLORS[np.concatenate(dead).astype(int)])

    def _boxes(self, row: int, layer: int, count: int) -> list[np.ndarray]:
        """The cells of a layer."""
        width = min(WIDEST, ROOM / count)
        x = LEFT + width * np.arange(count)
        low = np.full(count, self._middle(row) + (2 if layer == 0 else -2 - TALL))
        return boxes(x, low, x + width, low + TALL)
