"""A square map with points of two classes on it: what the pictures of a plane have in common.

    panel = PointPanel(picture, axes, CLASSES)
    panel.show(values, points)                    # the colours of the map; points, rings, mark
    panel.boundary.show(level_segments(...))      # a line on it
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Colormap
from matplotlib.lines import Line2D
from matplotlib.typing import ColorType

from .picture import Picture, few_ticks, short_ticks
from .quick_artists import QuickImage, QuickText
from .style import BLACK, GREY, MARK, NORMAL


@dataclass(frozen=True, eq=False)
class Marked:
    """Places of points on a panel, shape (2, N), with their classes 0 or 1 and whether each is put
    into its class, shape (N,); and the place of the mark ×."""

    places: np.ndarray
    label: np.ndarray
    right: np.ndarray
    mark: tuple[float, float]


class Lines:
    """Straight pieces, dark on white, so that they are seen on every colour."""

    def __init__(self, picture: Picture, axes: Axes, color: ColorType = BLACK,
                 width: float = 1.8) -> None:
        self._parts = [picture.moving(axes.plot([], [], color=shade, linewidth=wide)[0])
                       for shade, wide in ((MARK, width + 2), (color, width))]

    def show(self, segments: np.ndarray) -> None:
        """The pieces, shape (S, 2, 2): piece, end, coordinate. They are one line with gaps: several
        times as fast as a collection."""
        gaps = np.full((len(segments), 1, 2), np.nan)
        places = np.concatenate([segments, gaps], axis=1).reshape(-1, 2)
        for part in self._parts:
            part.set_data(*places.T)


class PointPanel:
    """Axes with a map, an earlier and the present boundary, points and the mark."""

    def __init__(self, picture: Picture, axes: Axes, colors: Colormap) -> None:
        self._picture, self.axes = picture, axes
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(few_ticks(4))
            axis.set_major_formatter(short_ticks)
        # two such pictures share the height of a screen, so their texts are shown smaller
        axes.tick_params(labelsize=NORMAL)
        axes.xaxis.labelpad, axes.yaxis.labelpad = 0, 0
        self.image = picture.moving(QuickImage(axes, colors))
        self.earlier = Lines(picture, axes, GREY, 1.2)
        self.boundary = Lines(picture, axes)

        def points(marker: str, size: float, edge: ColorType, width: float,
                   inside: ColorType = "none") -> Line2D:
            return picture.moving(axes.plot([], [], marker, markersize=size, markeredgecolor=edge,
                                            markeredgewidth=width, markerfacecolor=inside)[0])

        self._rings = [points("o", 11, MARK, 3.4), points("o", 11, BLACK, 1.4)]
        self._classes = (points("o", 5.5, BLACK, 1.2, MARK), points("s", 5.5, MARK, 0.8, BLACK))
        self._mark = [points("x", 8, MARK, 4.4), points("x", 8, BLACK, 2)]

    def show(self, values: np.ndarray, points: Marked) -> None:
        """The map, its points in two classes, rings around those on the wrong side, the mark."""
        self.image.values = values
        for ring in self._rings:
            ring.set_data(*points.places[:, ~points.right])
        for label, drawn in enumerate(self._classes):
            drawn.set_data(*points.places[:, points.label == label])
        for cross in self._mark:
            cross.set_data(*([coordinate] for coordinate in points.mark))

    def show_ends(self, across: tuple[float, float], up: tuple[float, float]) -> None:
        """The ends of both axes."""
        self._picture.set_limits(self.axes, across, up)


def name_axes(axes: Axes, across: str, up: str, colors: tuple[str, str] = (BLACK, BLACK)) -> None:
    """Write the names of both axes at their ends."""
    axes.set_xlabel(across, loc="right", size=NORMAL, color=colors[0])
    axes.set_ylabel(up, rotation=0, ha="right", va="bottom", size=NORMAL, color=colors[1])
    axes.yaxis.set_label_coords(-0.08, 1.01)  # in the line of the title: tick labels may be wide


def build_bar(picture: Picture, box: tuple[float, float, float, float], colors: Colormap,
              texts: Sequence[str]) -> None:
    """A bar of the colours, with texts from its lower to its upper end."""
    axes = picture.figure.add_axes(box)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.axis("off")
    bands = np.linspace(0, 1, colors.N + 1)
    for k, (low, high) in enumerate(pairwise(bands)):
        axes.axhspan(low, high, color=colors(k), linewidth=0)
    for text, place in zip(texts, np.linspace(0.03, 0.97, len(texts)), strict=True):
        QuickText(axes, 1.5, float(place), text, size=NORMAL, color=GREY,
                  align="left")


def level_segments(x: np.ndarray, y: np.ndarray, values: np.ndarray, level: float) -> np.ndarray:
    """Where a grid of numbers of shape (len(y), len(x)) has this level: pieces (S, 2, 2).

    Each cell is cut into two triangles, on which the numbers are taken as linear: there the level
    is one straight piece, from edge to edge, or is not met.
    """
    across, up = np.meshgrid(x, y)
    corners = np.stack([across, up, values - level], axis=-1)
    a, b, c, d = corners[:-1, :-1], corners[:-1, 1:], corners[1:, :-1], corners[1:, 1:]
    lower, upper = (np.stack(three, axis=-2).reshape(-1, 3, 3) for three in ((a, b, c), (d, c, b)))
    triangles = np.concatenate([lower, upper])
    above = triangles[..., 2] >= 0
    triangles = triangles[above.any(axis=1) & ~above.all(axis=1)]
    above = triangles[..., 2] >= 0
    # the corner that is alone on its side comes first
    alone = np.argmax(above == (above.sum(axis=1, keepdims=True) == 1), axis=1)
    order = (alone[:, None] + np.arange(3)) % 3
    first, *others = np.moveaxis(np.take_along_axis(triangles, order[..., None], axis=1), 1, 0)
    ends = [first + (first[:, 2:] / (first[:, 2:] - other[:, 2:])) * (other - first)
            for other in others]
    return np.stack(ends, axis=1)[..., :2]
