"""One neuron: its activation and slope over z, and its loss over the weight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from ..text import number, whole
from .exits import Exits
from .picture import Picture, Scene, few_ticks, with_grid
from .style import BLACK, GRADIENT, GREY, NEURON

Limits = tuple[float, float]
Dash = str | tuple[float, tuple[float, ...]]
"""A line style of matplotlib."""


@dataclass(frozen=True, eq=False)
class ActivationScene(Scene):
    """What the picture of the activation shows: numbers only, computed elsewhere.

    z, g, slope: the present point; title: how f is written; grid: z values from -reach to reach in
    two halves with NaN between, where curves may jump; f, df: both curves on the grid; jumps: (f,
    df) as (just left of 0, at 0); limits: of the axis of f. Views of equal ``key`` have equal
    curves.
    """

    z: float
    g: float
    slope: float
    key: object
    title: str
    grid: np.ndarray
    f: np.ndarray
    df: np.ndarray
    jumps: tuple[Limits, Limits]
    limits: Limits

    def words(self) -> str:
        """The present point on both curves."""
        return (f"The activation {self.title} and its slope f′(z), over z. At z = {number(self.z)}:"
                f" g = {number(self.g)}, f′(z) = {number(self.slope)}.")


@dataclass(frozen=True, eq=False)
class LossScene(Scene):
    """What the picture of the loss shows.

    w, loss, gradient: the present point; grid, curve: L over w, with NaN where it may jump; top:
    end of the axis of L; path_w, path_loss: the steps of SGD. Equal ``key``, equal curve. Without
    a gradient there is no tangent.
    """

    w: float
    loss: float
    gradient: float | None
    key: object
    grid: np.ndarray
    curve: np.ndarray
    top: float
    path_w: np.ndarray
    path_loss: np.ndarray

    def words(self) -> str:
        """The present point, its slope, and the path of the steps."""
        text = f"The loss L over w. At w = {number(self.w)}: L = {whole(self.loss)}"
        text += "." if self.gradient is None else f", slope ∂L/∂w = {number(self.gradient)}."
        if len(self.path_w) < 2:
            return text
        return (f"{text} The path of the steps: w from {number(self.path_w[0])} to "
                f"{number(self.path_w[-1])}, L from {number(self.path_loss[0])} to "
                f"{number(self.path_loss[-1])}.")


def _dress(axes: Axes) -> None:
    """Grid, and so few ticks that long labels keep apart."""
    with_grid(axes)
    axes.xaxis.set_major_locator(few_ticks(7))
    axes.axhline(0.0, color=GREY, linewidth=0.8)


def _ends(limits: Limits) -> Limits:
    """A little more than these limits, so that no mark is cut."""
    margin = 0.12 * (limits[1] - limits[0])
    return limits[0] - margin, limits[1] + margin


class ActivationPicture(Picture[ActivationScene]):
    """f (solid) and below it f′ (dashed) over the same z; the present z is marked on both."""

    size = 490, 262
    _key: object = None

    def build(self) -> None:
        """Two plots over z; the curves come with the first update and stand still after it."""
        grid = {"height_ratios": (1.75, 1), "hspace": 0.36,
                "left": 0.12, "right": 0.955, "top": 0.92, "bottom": 0.15}
        self.f, self.df = self.figure.subplots(2, sharex=True, gridspec_kw=grid)
        for axes in (self.f, self.df):
            _dress(axes)
        self.title = self.f.set_title(" ")
        self.df.set_title("slope f′(z): dashed, present slope ■")
        self.df.set_ylim(-0.25, 1.35)
        self.df.set_xlabel("z", labelpad=0)
        self.curves = [axes.plot([], [], color=colour, linestyle=dash, linewidth=2.2)[0]
                       for axes, colour, dash in self._both()]
        # at a jump: the open ring is not part of the curve, the filled one is
        self.rings = [axes.plot([], [], "o", markersize=5, markeredgecolor=colour,
                                markerfacecolor="white")[0] for axes, colour, _ in self._both()]
        self.discs = [axes.plot([], [], "o", color=colour, markersize=5)[0]
                      for axes, colour, _ in self._both()]
        self.uprights = [self.moving(axes.axvline(0.0, color=BLACK, linewidth=1, linestyle=":"))
                         for axes in (self.f, self.df)]
        self.marks = [self.moving(axes.plot([], [], mark, color=BLACK, markersize=8)[0])
                      for axes, mark in ((self.f, "o"), (self.df, "s"))]

    def _both(self) -> tuple[tuple[Axes, str, Dash], tuple[Axes, str, Dash]]:
        """Axes, colour and line style of f and of f′."""
        return (self.f, NEURON[0], "-"), (self.df, NEURON[1], (0, (4, 1.5)))

    def update(self, scene: ActivationScene) -> None:
        """Show other numbers."""
        if scene.key != self._key:
            self._show_curves(scene)
        present = zip(self.uprights, self.marks, (scene.g, scene.slope), strict=True)
        for line, mark, value in present:
            line.set_xdata([scene.z, scene.z])
            mark.set_data([scene.z], [value])

    def _show_curves(self, scene: ActivationScene) -> None:
        """Another activation or range of z: the still part is drawn anew."""
        self._key = scene.key
        self.title.set_text(f"g = f(z) = {scene.title}: solid, present z and g ●")
        for place, (values, (left, right)) in enumerate(
            zip((scene.f, scene.df), scene.jumps, strict=True)
        ):
            self.curves[place].set_data(scene.grid, values)
            jumps = left != right
            self.rings[place].set_data(*([0.0], [left]) if jumps else ([], []))
            self.discs[place].set_data(*([0.0], [right]) if jumps else ([], []))
        self.f.set_xlim(scene.grid[0], scene.grid[-1])
        self.f.set_ylim(*_ends(scene.limits))
        self.redraw_still()


class LossPicture(Picture[LossScene]):
    """L over w, its tangent at the present w, and the steps of SGD as rings."""

    size = 490, 228
    _key: object = None

    def build(self) -> None:
        """One plot; the curve comes with the first update and stands still after it."""
        self.axes = self.figure.add_axes((0.12, 0.17, 0.835, 0.735))
        _dress(self.axes)
        self.axes.set_title("L over w: solid, tangent: dashed, now ●, steps of SGD ○")
        self.axes.set_xlabel("w", labelpad=0)
        self.curve = self.axes.plot([], [], color=NEURON[0], linewidth=2.2)[0]
        self.tangent = self.moving(
            self.axes.plot([], [], color=GRADIENT, linestyle=(0, (4, 1.5)), linewidth=2)[0])
        self.path = self.moving(
            self.axes.plot([], [], "o", markersize=6, markerfacecolor="white",
                           markeredgecolor=BLACK)[0])
        self.mark = self.moving(self.axes.plot([], [], "o", color=BLACK, markersize=8)[0])
        self.exits = Exits(self, self.axes, "the path")

    def update(self, scene: LossScene) -> None:
        """Show other numbers."""
        if scene.key != self._key:
            self._key = scene.key
            self.curve.set_data(scene.grid, scene.curve)
            self.redraw_still()
        ends = float(scene.grid[0]), float(scene.grid[-1])
        self.set_limits(self.axes, x=ends, y=(-0.1 * scene.top, scene.top))
        self.tangent.set_visible(scene.gradient is not None)
        heights = [scene.loss + (scene.gradient or 0.0) * (end - scene.w) for end in ends]
        self.tangent.set_data(ends, heights)
        self.path.set_data(scene.path_w, scene.path_loss)
        self.mark.set_data([scene.w], [scene.loss])
        self.exits.show(scene.path_w, scene.path_loss)
