"""Every text that a picture draws, with the box of its ink: to see what overlaps or is cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import Collection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.typing import ColorType
from pytest import MonkeyPatch

from mlp_widgets.drawing.diagram import DiagramPicture
from mlp_widgets.drawing.picture import Picture
from mlp_widgets.drawing.quick_artists import (
    QuickImage,
    QuickText,
    QuickTexts,
    _in_two,
    _outline,
)

NEAR = 1.0
"""CSS pixels: boxes that share less than this do not overlap, for an edge of ink is soft."""


@dataclass(frozen=True)
class Box:
    """One line of text: its corners in CSS pixels from the lower left, its size in points, and its
    colour. paper: it has a white box below it."""

    text: str
    corners: np.ndarray
    size: float
    color: ColorType
    paper: bool = False

    @property
    def ends(self) -> tuple[np.ndarray, np.ndarray]:
        return self.corners.min(axis=0), self.corners.max(axis=0)


@lru_cache(maxsize=20000)
def _ink(text: str, align: str) -> tuple[float, float, float, float] | None:
    """Left, lower, right and upper end of a line of size 1; None if it has no ink."""
    path, _ = _outline(text, align)
    points = path.vertices[path.codes != Path.CLOSEPOLY]
    return None if not len(points) else (*points.min(axis=0), *points.max(axis=0))


class Recorder:
    """Notes what would be drawn: the still texts of a picture once, the moving ones at each render.

    Nothing is drawn meanwhile, which saves most of the time; or, if asked, all but the texts.
    """

    def __init__(self, monkeypatch: MonkeyPatch, draws: bool = False) -> None:
        self.still: dict[Picture, list[Box]] = {}
        self.found: list[Box] = []
        for kind, boxes in ((Text, of_text), (QuickText, of_quick_text),
                            (QuickTexts, of_quick_texts)):
            monkeypatch.setattr(kind, "draw", self._noting(boxes))
        for kind in () if draws else (Line2D, Collection, Patch, QuickImage):
            monkeypatch.setattr(kind, "draw", lambda artist, renderer: None)

    def _noting(self, boxes: Callable[[Any], Iterator[Box]]) -> Callable[..., None]:
        def noting(artist: Artist, renderer: object) -> None:
            if artist.get_visible():
                self.found += boxes(artist)
        return noting

    def texts_of(self, picture: Picture) -> list[Box]:
        """All texts of the picture as it is now."""
        if picture._still is None or picture not in self.still:
            self.found = []
            picture.redraw_still()
            moving, picture._moving = picture._moving, []
            picture.render()
            picture._moving = moving
            self.still[picture] = self.found
        self.found = []
        picture.render()
        # a name that stands still is written once more on what is lit: that is one text
        return list({(box.text, *box.corners.round(1).ravel()): box
                     for box in self.still[picture] + self.found}.values())


def smallest_text(picture: Picture) -> float:
    """CSS pixels of the smallest text that a picture shows now, at its own size."""
    with MonkeyPatch.context() as patch:
        return min(box.size for box in Recorder(patch).texts_of(picture)) * 96 / 72


def of_text(artist: Text) -> Iterator[Box]:
    """A text of matplotlib; its box has room for the tallest letters, which is no ink."""
    if artist.get_text().strip():
        pixel = artist.figure.dpi / 96
        (x0, y0), (x1, y1) = artist.get_window_extent().get_points() / pixel
        spare = 2.0 if artist.get_rotation() % 180 == 0 else 0.0
        corners = np.array([(x0, y0 + spare), (x1, y0 + spare), (x1, y1 - 1), (x0, y1 - 1)])
        yield Box(artist.get_text(), corners, artist.get_size(), artist.get_color())


def of_quick_text(artist: QuickText) -> Iterator[Box]:
    pixel = artist.figure.dpi / 96
    place = artist.axes.transData.transform(artist.place) / pixel
    turn = np.radians(artist.rotation)
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    lines, gradients = artist.text.split("\n"), _in_two(artist.text)[1].split("\n")
    for row, line in enumerate(lines):
        blank = "\n" * row + line + "\n" * (len(lines) - 1 - row)
        if line.strip() and (ink := _ink(blank, artist.align)):
            x0, y0, x1, y1 = ink
            corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]) * artist.size * 96 / 72
            color = (artist.gradient if gradients[row] else None) or artist.color
            yield Box(line, corners @ matrix.T + place, artist.size, color, artist.box)


def of_quick_texts(artist: QuickTexts) -> Iterator[Box]:
    for text, x, y, color in artist.texts:
        if text.strip() and (ink := _ink(text, "center")):
            corners = np.array([(ink[i], ink[j]) for i, j in ((0, 1), (2, 1), (2, 3), (0, 3))])
            yield Box(text, corners * artist.size * 96 / 72 + (x, y), artist.size, color)


def faults(picture: Picture, boxes: list[Box]) -> Iterator[str]:
    """What is wrong with the texts of a picture, in words."""
    ends = np.array([[*low, *high] for low, high in (box.ends for box in boxes)]).reshape(-1, 4)
    size = np.array((picture.width, picture.height))
    inside = ((ends[:, :2] >= 0.5) & (ends[:, 2:] <= size - 0.5)).all(axis=1)
    yield from (f"{box.text!r} is cut" for box, here in zip(boxes, inside, strict=True)
                if not here)
    for i, j in _candidates(ends):
        if overlap(boxes[i].corners, boxes[j].corners):
            yield f"{boxes[j].text!r} on {boxes[i].text!r}"
    if isinstance(picture, DiagramPicture):
        yield from (f"{box.text!r} crosses a circle" for box in boxes if _crosses(picture, box))


def _candidates(ends: np.ndarray) -> Iterator[tuple[int, int]]:
    """Pairs whose upright boxes overlap."""
    low, high = ends[:, :2], ends[:, 2:]
    near = ((low[:, None] < high[None]) & (low[None] < high[:, None])).all(axis=-1)
    return ((i, j) for i, j in combinations(range(len(ends)), 2) if near[i, j])


def overlap(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two rectangles, turned or not, share more than NEAR in every direction."""
    for box in (one, other):
        for side in (box[1] - box[0], box[3] - box[0]):
            way = side / max(np.hypot(*side), 1e-9)
            a, b = one @ way, other @ way
            if min(a.max(), b.max()) - max(a.min(), b.min()) <= NEAR:
                return False
    return True


def _crosses(picture: DiagramPicture, box: Box) -> bool:
    """Whether a text is neither wholly inside nor wholly outside of each circle."""
    share = np.linspace(0, 1, 9)[:, None]
    sides = np.concatenate([a + share * (b - a) for a, b in
                            zip(box.corners, np.roll(box.corners, -1, axis=0), strict=True)])
    middles = np.array(list(picture.places.values()))
    radius = np.array([picture.radius[key] for key in picture.places])
    away = np.hypot(*(sides[:, None] - middles).T)  # a row for each circle
    return bool(np.any((away.min(axis=1) < radius - NEAR) & (away.max(axis=1) > radius + NEAR)))
