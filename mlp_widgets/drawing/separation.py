"""The feature space with the line of the output, and the plane with the boundary it makes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..text import number
from .feature_maps import Ends, middles
from .picture import Picture, Scene
from .point_panel import Marked, PointPanel, build_bar, level_segments, name_axes
from .quick_artists import QuickText
from .style import CLASSES, GREY, HIDDEN, NORMAL

LEGEND = "○ class 0   ■ class 1   ring: on the wrong side   × mark, class {}"


@dataclass(frozen=True, eq=False)
class SeparationScene(Scene):
    """room, plane: the ends of both axes; over_features, over_plane: ŷ at the middles of the cells,
    shape (C, C), row 0 at the bottom; in_features, in_plane: the points; line: (a, b, c), the line
    a σ₁ + b σ₂ = c where ŷ is ½; output and mark_class: ŷ and the class of the mark; before:
    over_plane where the present descent began, None if there is none; best: how many points a line
    in the feature space, and one in the plane, can have right, None if that is not known."""

    room: Ends
    plane: Ends
    over_features: np.ndarray
    over_plane: np.ndarray
    in_features: Marked
    in_plane: Marked
    line: tuple[float, float, float]
    output: float
    mark_class: str
    before: np.ndarray | None = None
    best: tuple[int | None, int | None] = (None, None)

    def words(self) -> str:
        """How many are right, what lines could do, and ŷ at the mark."""
        count, right = self.in_plane.right.size, int(self.in_plane.right.sum())
        found = [f"the best straight line in {place} has {best} right"
                 for place, best in zip(("the feature space", "the plane"), self.best,
                                        strict=True) if best is not None]
        s1, s2 = self.in_features.mark
        # where all points were on one side there was no boundary
        had_one = self.before is not None and self.before.min() < 0.5 < self.before.max()
        moved = " The boundary at the start of the descent is grey." if had_one else ""
        return (f"The feature space, and the plane coloured by ŷ. {right} of {count} points are "
                f"on their side of ŷ = ½{'; ' * bool(found)}{' and '.join(found)}. At the mark: "
                f"σ₁ = {number(s1, 3)}, σ₂ = {number(s2, 3)}, ŷ = {number(self.output, 3)}.{moved}")


class SeparationPicture(Picture[SeparationScene]):
    """The feature space on the left, the plane on the right, both coloured by ŷ."""

    size = 490, 240

    def build(self) -> None:
        """Two panels, the bar of their colours, the legend."""
        wide, high = self.width, self.height

        def panel(left: int, title: str) -> PointPanel:
            axes = self.figure.add_axes((left / wide, 58 / high, 166 / wide, 160 / high))
            axes.set_title(title)
            return PointPanel(self, axes, CLASSES)

        self.space = panel(40, "ŷ over the features")
        name_axes(self.space.axes, "σ₁", "σ₂", HIDDEN)
        self.space.axes.set_xticks((0, 0.5, 1), ("0", "½", "1"))
        self.space.axes.set_yticks((0, 0.5, 1), ("0", "½", "1"))
        self.output = panel(288, "ŷ over the plane")
        name_axes(self.output.axes, "x₁", "x₂")
        build_bar(self, (459 / wide, 58 / high, 9 / wide, 160 / high), CLASSES, ("0", "½", "1"))
        self.legend = self.moving(QuickText(self.page(), 10, 9, size=NORMAL, color=GREY,
                                            align="left"))

    def update(self, scene: SeparationScene) -> None:
        """Show other numbers."""
        self.space.show_ends(*scene.room)
        self.space.show(scene.over_features, scene.in_features)
        self.space.boundary.show(clipped_line(*scene.line, scene.room))
        self.output.show_ends(*scene.plane)
        self.output.show(scene.over_plane, scene.in_plane)
        self.legend.show(LEGEND.format(scene.mark_class))
        at = middles(scene.plane, scene.over_plane)
        before = scene.over_plane if scene.before is None else scene.before
        self.output.earlier.show(level_segments(*at, before, 0.5))
        self.output.boundary.show(level_segments(*at, scene.over_plane, 0.5))

    def place_at(self, across: float, down: float) -> tuple[float, float] | None:
        """The (x₁, x₂) at a share of the picture, (0, 0) upper left; None outside the plane."""
        return self.data_at(self.output.axes, across, down)


def clipped_line(a: float, b: float, c: float, box: Ends) -> np.ndarray:
    """The piece of the line a x + b y = c in a box, shape (1, 2, 2); (0, 2, 2) if there is none."""
    (left, right), (low, high) = box
    size = max(abs(a), abs(b))
    if not size:
        return np.empty((0, 2, 2))
    a, b, c = a / size, b / size, c / size
    ends = [(x, (c - a * x) / b) for x in (left, right) if b]
    ends += [((c - b * y) / a, y) for y in (low, high) if a]
    inside = sorted((x, y) for x, y in ends
                    if left - 1e-9 <= x <= right + 1e-9 and low - 1e-9 <= y <= high + 1e-9)
    return np.array([[inside[0], inside[-1]]]) if inside else np.empty((0, 2, 2))
