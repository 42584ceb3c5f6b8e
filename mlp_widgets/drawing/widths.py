"""A network by its widths: a column of circles for each layer, of which the middle is left out.

    WidthsPicture((784, 300, 100, 10), ("pixels", "neurons", "neurons", "outputs"), asked=3)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from .picture import StillPicture, added
from .quick_artists import QuickText
from .style import BLACK, FAINT, GREY, NORMAL, RING, SMALL

MOST = 10
"""So many circles of a layer are all drawn; a wider one has its first and last ones, and dots."""
ENDS = 4
MARKED = 2
"""Which circle of the layer in question is marked, counted from the top."""
TOP, BOTTOM, SIDE = 14.0, 52.0, 44.0
"""CSS pixels above and below the middles of the circles, and beside those of the outer columns."""

Place = tuple[float, float]


def heights(width: int, low: float, high: float) -> np.ndarray:
    """Where the circles of a layer of this width stand, from the top down."""
    shown = np.linspace(high, low, MOST)
    if width > MOST:
        return np.concatenate([shown[:ENDS], shown[-ENDS:]])
    step = shown[0] - shown[1]
    return (low + high) / 2 + step * ((width - 1) / 2 - np.arange(width))


class WidthsPicture(StillPicture):
    """Columns of circles; every circle is joined with all of the next column.

    widths: of the input and every layer. names: what stands in each. asked: the layer of which one
    neuron is marked, with the lines that come into it.
    """

    def __init__(self, widths: Sequence[int], names: Sequence[str], asked: int | None = None,
                 width: int = 400, height: int = 224, scale: float = 2.0) -> None:
        self.widths, self.names, self.asked = tuple(widths), tuple(names), asked
        super().__init__(width, height, scale)

    @property
    def words(self) -> str:
        """The widths, and what is marked."""
        layers = " → ".join(f"{width} {name}" for width, name in
                            zip(self.widths, self.names, strict=True))
        marked = ("" if self.asked is None else
                  f" One of the {self._layer(self.asked)} is marked, with the lines that come into "
                  f"it from the {self._layer(self.asked - 1)}.")
        return f"The picture: {layers}; each is joined with all of the next layer.{marked}"

    def _layer(self, layer: int) -> str:
        return f"{self.widths[layer]} {self.names[layer]}"

    def build(self) -> None:
        """Lines first, circles on top of them, the widths below."""
        axes = self.page()
        across = np.linspace(SIDE, self.width - SIDE, len(self.widths))
        columns = [[(x, y) for y in heights(width, BOTTOM, self.height - TOP)]
                   for x, width in zip(across, self.widths, strict=True)]
        for layer in range(1, len(columns)):
            _join(axes, product(columns[layer - 1], columns[layer]), FAINT, 0.8)
        if self.asked is not None:
            _join(axes, product(columns[self.asked - 1], [columns[self.asked][MARKED]]), BLACK, 1.4)
        for layer, column in enumerate(columns):
            self._circles(axes, column, layer == self.asked)
            self._below(axes, across[layer], layer)

    def _circles(self, axes: Axes, column: Sequence[Place], asked: bool) -> None:
        """The circles of a layer, and the dots for those that are left out."""
        x, y = zip(*column, strict=True)
        if asked:
            axes.scatter(x[MARKED], y[MARKED], s=190, color=RING, zorder=2)
        axes.scatter(x, y, s=42, facecolor="white", edgecolor=BLACK, linewidth=1.0, zorder=3)

    def _below(self, axes: Axes, x: float, layer: int) -> None:
        """The width of a layer and its name; in its middle the dots, if some are left out."""
        QuickText(axes, x, 29, str(self.widths[layer]), size=NORMAL)
        QuickText(axes, x, 14, self.names[layer], size=SMALL, color=GREY)
        if self.widths[layer] > MOST:
            middle = (BOTTOM + self.height - TOP) / 2
            QuickText(axes, x, middle, "⋮", size=NORMAL, box=True)


def _join(axes: Axes, ends: Iterable[tuple[Place, Place]], color: str, width: float) -> None:
    """Straight lines between the middles of circles."""
    added(axes, LineCollection(list(ends), colors=color, linewidths=width, zorder=1))
