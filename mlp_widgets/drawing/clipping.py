"""What clipping does to a gradient: the same direction, a shorter length."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from ..text import known, number, symbol
from .log_lanes import LaneCurve, LayerAxis, LogLanes, look_of, show_parts
from .picture import Picture, Scene
from .quick_artists import QuickText
from .style import GRADIENT, GREY, NORMAL

BEFORE, AFTER = look_of("plain", "gradient"), look_of("clipping", "gradient")


@dataclass(frozen=True, eq=False)
class ClippingScene(Scene):
    """before, after: the gradients ∂J/∂w_l of layers 1..L, shape (L,); tau: the longest length.

    norm_before, norm_after: the lengths ‖∇J‖ of the two.
    """

    before: np.ndarray
    after: np.ndarray
    tau: float
    norm_before: float
    norm_after: float

    def words(self) -> str:
        """What clipping does, and the first and the last gradient before and after."""
        text = f"Clipping: {_words(self)}."
        if not np.isfinite(self.norm_before):
            return text
        ends = "; ".join(
            f"{symbol(f'∂J/∂w{k + 1}')} from {known(self.before[k])} to {known(self.after[k])}"
            for k in dict.fromkeys((0, len(self.before) - 1)))
        return f"{text} Length {number(self.norm_after)} after; {ends}."


class ClippingPicture(Picture[ClippingScene]):
    """Left: |∂J/∂w_l| of every layer, before and after. Right: the two lengths ‖∇J‖, and τ.

    On a log axis clipping moves all layers down by the same distance, and ‖∇J‖ with them: both
    plots have one y axis.
    """

    size = 490, 250

    def build(self) -> None:
        """Two axes with the same heights; above them what happens, in words, and the names."""
        page = self.page()
        axes = self.figure.add_axes((52 / 490, 38 / 250, 276 / 490, 162 / 250))
        axes.set_title(r"$|\partial J/\partial w_\ell|$", color=GRADIENT)
        self.lanes, self.layers = LogLanes(self, axes), LayerAxis(self, axes)
        self.curves = [LaneCurve(self.lanes, look) for look in (BEFORE, AFTER)]
        self._build_norms(page, self.figure.add_axes(
            (350 / 490, 38 / 250, 122 / 490, 162 / 250), sharey=axes))
        for x, text, look in ((112, "before", BEFORE), (202, "after clipping", AFTER)):
            y = self.height - 39
            page.plot([x, x + 17, x + 34], [y] * 3, **look, markevery=[1])
            QuickText(page, x + 39, y, text, color=GRADIENT, align="left")
        self.headline = self.moving(QuickText(page, 10, self.height - 12, size=NORMAL,
                                              align="left"))

    def _build_norms(self, page: Axes, axes: Axes) -> None:
        """A stem for each length with its number below, and a line for τ."""
        axes.set_title(r"length $\|\nabla J\|$", color=GRADIENT)
        axes.set_xlim(0, 2)
        axes.xaxis.set_visible(False)
        axes.yaxis.set_visible(False)
        self.tau = self.moving(axes.axhline(0.0, color=GREY, linewidth=1.6, linestyle=(0, (2, 1))))
        self.tau_name = self.moving(QuickText(axes, 2, 0, size=NORMAL, align="left", color=GREY))
        self.stems = [self.moving(axes.plot([], [], **look)[0]) for look in (BEFORE, AFTER)]
        for stem in self.stems:
            stem.set(markersize=8, linewidth=4, linestyle="-")
        self.norms = []
        for x, text in ((380.5, "before"), (441.5, "after")):
            QuickText(page, x, 12, text)
            self.norms.append(self.moving(QuickText(page, x, 27)))

    def update(self, scene: ClippingScene) -> None:
        """Show other gradients."""
        lengths = np.array([scene.norm_before, scene.norm_after, scene.tau], float)
        self.lanes.fit(scene.before, scene.after, lengths)
        self.layers.fit(len(scene.before))
        layers = np.arange(1, len(scene.before) + 1)
        for curve, values in zip(self.curves, (scene.before, scene.after), strict=True):
            curve.show(layers, values, dots=len(layers) <= 10)
        heights = self.lanes.on_line(lengths)
        lanes = self.lanes.in_lane(lengths)
        foot = self.lanes.axes.get_ylim()[0]
        for x, stem, text, height, lane, length in zip(
                (0.5, 1.5), self.stems, self.norms, heights, lanes, lengths, strict=False):
            show_parts(stem, np.array([x, x]), [np.array([foot, height]), np.full(2, lane)], False)
            stem.set_markevery([1, 3])
            text.show(number(length, 3) if np.isfinite(length) else "overflow")
        tau = float(heights[2] if np.isfinite(heights[2]) else lanes[2])
        self.tau.set_ydata([tau, tau])
        self.tau_name.show("τ", place=(2.08, tau))
        self.headline.show(_words(scene))


def _words(scene: ClippingScene) -> str:
    """What clipping does here."""
    norm, tau = number(scene.norm_before), number(scene.tau)
    if not np.isfinite(scene.norm_before):
        return "overflow: there is no finite ‖∇J‖ to clip"
    if scene.norm_before > scene.tau:
        return f"‖∇J‖ = {norm} > τ = {tau}: every gradient times τ/‖∇J‖"
    return f"‖∇J‖ = {norm} ≤ τ = {tau}: nothing is clipped"
