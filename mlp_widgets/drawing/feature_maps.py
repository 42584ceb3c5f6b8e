"""The plane of the inputs twice, coloured by each of two features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..text import number
from .picture import Picture, Scene
from .point_panel import Marked, PointPanel, build_bar, level_segments, name_axes
from .style import FEATURES, HIDDEN

Ends = tuple[tuple[float, float], tuple[float, float]]
"""The ends of both axes."""


@dataclass(frozen=True, eq=False)
class FeatureMapsScene(Scene):
    """plane: the ends of both axes; maps: σ₁ and σ₂ at the middles of the cells, shape (2, C, C),
    row 0 at the bottom; points: on the plane; features: σ₁ and σ₂ at the points, shape (2, N), and
    at the mark, shape (2,)."""

    plane: Ends
    maps: np.ndarray
    points: Marked
    features: np.ndarray
    at_mark: np.ndarray

    def words(self) -> str:
        """Each feature at the four corners, over both classes, and at the mark."""
        return " ".join(self._feature(k) for k in range(2))

    def _feature(self, k: int) -> str:
        name, corners = f"σ{'₁₂'[k]}", self.maps[k][np.ix_((0, -1), (0, -1))].ravel()
        where = ", ".join(f"{place} {number(value, 2)}" for place, value in zip(
            ("lower left", "lower right", "upper left", "upper right"), corners, strict=True))
        ends = "".join(f"; class {label}: {number(own.min(), 2)} to {number(own.max(), 2)}"
                       for label in (0, 1)
                       if (own := self.features[k][self.points.label == label]).size)
        return f"{name} over the plane: {where}{ends}; at the mark {number(self.at_mark[k], 3)}."


class FeatureMapsPicture(Picture[FeatureMapsScene]):
    """σ₁ on the left, σ₂ on the right; the line is where the feature is ½."""

    size = 490, 222

    def build(self) -> None:
        """Two panels, each with the bar of its colours."""
        wide, high = self.width, self.height
        self.panels = []
        for k, left in enumerate((40, 288)):
            axes = self.figure.add_axes((left / wide, 40 / high, 166 / wide, 160 / high))
            axes.set_title(f"σ{'₁₂'[k]}", color=HIDDEN[k], fontweight="bold")
            name_axes(axes, "x₁", "x₂")
            self.panels.append(PointPanel(self, axes, FEATURES[k]))
            build_bar(self, ((left + 171) / wide, 40 / high, 9 / wide, 160 / high), FEATURES[k],
                      ("0", "½", "1"))

    def update(self, scene: FeatureMapsScene) -> None:
        """Show other numbers."""
        for panel, values in zip(self.panels, scene.maps, strict=True):
            panel.show_ends(*scene.plane)
            panel.show(values, scene.points)
            panel.boundary.show(level_segments(*middles(scene.plane, values), values, 0.5))


def middles(plane: Ends, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The middles of the cells of a map, along both axes."""
    across, up = ((low + (np.arange(cells) + 0.5) / cells * (high - low))
                  for (low, high), cells in zip(plane, values.shape[::-1], strict=True))
    return across, up
