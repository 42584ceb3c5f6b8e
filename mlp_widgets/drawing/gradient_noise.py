"""The gradients of many mini-batches at one place, and how their spread falls with their size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..text import number
from .picture import Picture, Scene, few_ticks, round_limit, short_ticks
from .quick_artists import QuickText
from .style import BLACK, FAINT, GRADIENT, GRADIENT_PALE, GREY, NEURON


@dataclass(frozen=True, eq=False)
class NoiseScene(Scene):
    """What the picture shows.

    names: of the two parameters; mean: the step against the gradient over all points, shape (2,);
    drawn: those of mini-batches, (K, 2); reach: how far those of single points go, (2,); size: B;
    spreads: of B = 1 ... N, (N,); measured: the spread of those drawn.
    """

    names: tuple[str, str]
    mean: np.ndarray
    drawn: np.ndarray
    reach: np.ndarray
    size: int
    spreads: np.ndarray
    measured: float

    def words(self) -> str:
        """The mean, the spread of those drawn, and that of all."""
        w, b = self.names
        return (f"Against the gradient over all points: {number(self.mean[0])} in {w}, "
                f"{number(self.mean[1])} in {b}. {len(self.drawn)} mini-batches of {self.size}: "
                f"they scatter around it by {number(self.measured, 3)}, on average over all "
                f"possible ones by {number(float(self.spreads[self.size - 1]), 3)}; single points "
                f"by {number(float(self.spreads[0]), 3)}.")


class NoisePicture(Picture[NoiseScene]):
    """Left: arrows against the gradients, from one place. Right: their spread over B."""

    size = 980, 242

    def build(self) -> None:
        """Arrows as lines with a dot at the tip; a curve, and the present size on it."""
        left = self.cloud = self.figure.add_axes((70 / 980, 42 / 242, 400 / 980, 178 / 242))
        left.set_title("steps against the gradient, from here (+)")
        left.axhline(0, color=FAINT, linewidth=0.8)
        left.axvline(0, color=FAINT, linewidth=0.8)
        right = self.by_size = self.figure.add_axes((560 / 980, 42 / 242, 400 / 980, 178 / 242))
        right.set_title("spread of the gradient over batch size B")
        right.set_xlabel("B", loc="right", labelpad=0)
        right.grid(color=FAINT, linewidth=0.5)
        for axes in (left, right):
            axes.xaxis.set_major_formatter(short_ticks)
            axes.yaxis.set_major_formatter(short_ticks)
            axes.xaxis.set_major_locator(few_ticks(7))
            axes.yaxis.set_major_locator(few_ticks(6))
        self.rays = self.moving(left.plot([], [], color=GRADIENT_PALE, linewidth=0.7)[0])
        self.tips = self.moving(left.plot([], [], "o", color=GRADIENT_PALE, markersize=4)[0])
        self.full = self.moving(left.plot([], [], color=BLACK, linewidth=3)[0])
        self.end = self.moving(left.plot([], [], "D", color=BLACK, markersize=7)[0])
        self.here = self.moving(left.plot([0], [0], "P", color=BLACK, markersize=7)[0])
        self.root = self.moving(right.plot([], [], "--", color=GREY, linewidth=1.5)[0])
        self.curve = self.moving(right.plot([], [], "o-", color=NEURON[0], markersize=4)[0])
        self.now = self.moving(right.plot([], [], "o", color=GRADIENT, markersize=10)[0])
        page = self.page()
        QuickText(page, 70, 10, "thick ◆: all points (GD)    thin ●: a mini-batch each",
                  color=GREY, align="left")
        # the formula of the dashed line would answer a question that covers this picture
        QuickText(page, 560, 10, "dashed: if points could repeat    ○─○: exactly",
                  color=GREY, align="left")

    def update(self, scene: NoiseScene) -> None:
        """Show other gradients; the axes are those of single points, so that B leaves them."""
        w, b = scene.names
        if self.cloud.get_xlabel() != w:
            self.cloud.set_xlabel(w, loc="right", labelpad=0)
            self.cloud.set_ylabel(b, rotation=0, labelpad=4)
            self.redraw_still()
        across, up = (1.06 * _end(float(reach)) for reach in scene.reach)
        self.set_limits(self.cloud, (-across, across), (-up, up))
        zeros, gap = np.zeros_like(scene.drawn), np.full_like(scene.drawn, np.nan)
        self.rays.set_data(*np.stack([zeros, scene.drawn, gap], axis=1).reshape(-1, 2).T)
        self.tips.set_data(*scene.drawn.T)
        self.full.set_data([0, scene.mean[0]], [0, scene.mean[1]])
        self.end.set_data(scene.mean[:1], scene.mean[1:])
        sizes = np.arange(1, len(scene.spreads) + 1)
        self.root.set_data(sizes, scene.spreads[0] / np.sqrt(sizes))
        self.curve.set_data(sizes, scene.spreads)
        self.now.set_data([scene.size], [scene.spreads[scene.size - 1]])
        top = round_limit(max(float(scene.spreads[0]), 1e-9))
        self.set_limits(self.by_size, (0.0, len(sizes) + 0.8), (-0.03 * top, 1.06 * top))


def _end(reach: float) -> float:
    """The next of 1, 1.5, 2, 3, 4.5, 5, 7.5, 10, ...: an end of an axis that seldom changes."""
    return min(round_limit(reach), 1.5 * round_limit(reach / 1.5))
