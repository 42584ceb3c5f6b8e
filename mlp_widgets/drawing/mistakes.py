"""A sheet of small pictures that a network reads wrong: what each is, and as what it is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.colors import ListedColormap

from .picture import Picture, Scene
from .quick_artists import QuickImage, QuickText, QuickTexts
from .style import BLACK, INKS, NORMAL, VALUE

COLUMNS, ROWS, SIDE = 10, 4, 8
MOST = COLUMNS * ROWS
ACROSS, DOWN, PIXEL = 12, 14, 4
"""Cells from one picture to the next, and CSS pixels of a cell."""
LEFT, TOP = 9, 26


@dataclass(frozen=True, eq=False)
class Wrong:
    """A picture, ink 0 to 16 of shape (8, 8), its label, and as what it is read."""

    ink: np.ndarray
    label: int
    read: int


@dataclass(frozen=True, eq=False)
class MistakesScene(Scene):
    """The first 40 mistakes; count: of all, among ``total``; chosen: the one in the frame."""

    wrong: Sequence[Wrong]
    count: int
    total: int
    chosen: int | None

    def title(self) -> str:
        """How many there are."""
        more = f" (the first {MOST})" if self.count > MOST else ""
        return f"{self.count} of {self.total} digits held out are read wrong{more}"

    def words(self) -> str:
        """Each as "3 read as 8"."""
        each = ", ".join(f"{wrong.label} read as {wrong.read}" for wrong in self.wrong)
        return f"{self.title()}{': ' if each else ''}{each}."


class MistakesPicture(Picture[MistakesScene]):
    """Four rows of ten small pictures; below each "3 as 8"."""

    size = 490, 254

    def build(self) -> None:
        """One image for all of them, their texts, and a frame."""
        self.axes = page = self.page()
        width, height = PIXEL * ACROSS * COLUMNS, PIXEL * DOWN * ROWS
        box = (LEFT / self.width, (self.height - TOP - height) / self.height,
               width / self.width, height / self.height)
        sheet = self.figure.add_axes(box)
        sheet.axis("off")
        self.image = self.moving(QuickImage(sheet, ListedColormap(INKS)))
        self.image.limits = (0, len(INKS))
        self.title = self.moving(QuickText(page, LEFT, self.height - 11, size=NORMAL,
                                           align="left"))
        self.texts = self.moving(QuickTexts(page))
        self.frame = self.moving(page.plot([], [], color=VALUE, linewidth=2.5)[0])

    def update(self, scene: MistakesScene) -> None:
        """Show other mistakes."""
        self.title.show(scene.title())
        cells = np.zeros((DOWN * ROWS, ACROSS * COLUMNS))
        texts = []
        for place, wrong in enumerate(scene.wrong):
            row, column = divmod(place, COLUMNS)
            down, across = DOWN * row, ACROSS * column + 2
            cells[down : down + SIDE, across : across + SIDE] = wrong.ink
            x, y = self._corner(place)
            texts.append((f"{wrong.label} as {wrong.read}", x + PIXEL * ACROSS / 2,
                          y - PIXEL * SIDE - 9, BLACK))
        self.image.values = cells[::-1]
        self.texts.texts = texts
        self.frame.set_visible(scene.chosen is not None)
        if scene.chosen is not None:
            x, y = self._corner(scene.chosen)
            left, right, low = x + 5, x + PIXEL * ACROSS - 5, y - PIXEL * SIDE - 2
            self.frame.set_data([left, right, right, left, left], [y + 2, y + 2, low, low, y + 2])

    def _corner(self, place: int) -> tuple[float, float]:
        """The upper left corner of a place."""
        row, column = divmod(place, COLUMNS)
        return LEFT + PIXEL * ACROSS * column, self.height - TOP - PIXEL * DOWN * row

    def place_at(self, across: float, down: float) -> int | None:
        """Which of the places is at a share of the picture; None beside them."""
        point = self.data_at(self.axes, across, down)
        if point is None:
            return None
        column = (point[0] - LEFT) // (PIXEL * ACROSS)
        row = (self.height - TOP - point[1]) // (PIXEL * DOWN)
        inside = 0 <= column < COLUMNS and 0 <= row < ROWS
        return int(row * COLUMNS + column) if inside else None
