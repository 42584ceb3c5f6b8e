"""Four numbers of every layer of a chain, over the layers; with skips, beside the same without."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from ..text import known, number
from .log_lanes import (
    BETWEEN,
    GAP,
    LANE,
    STEPS,
    LaneCurve,
    LayerAxis,
    LogLanes,
    decade_ticks,
    look_of,
    power_of_ten,
    show_parts,
)
from .picture import Picture, Scene
from .quick_artists import QuickText, QuickTicks
from .style import GRADIENT, GREY, NORMAL, VALUE, Look

TITLES = {
    "a": r"activation $a_\ell$",
    "factor": r"local factor $\partial a_\ell/\partial a_{\ell-1}$",
    "dJ_da": r"$|\partial J/\partial a_\ell|$",
    "dJ_dw": r"$|\partial J/\partial w_\ell|$",
}
DERIVATIVES = ("factor", "dJ_da", "dJ_dw")
KINDS = {"a": "value", "factor": "value", "dJ_da": "gradient", "dJ_dw": "gradient"}
NAMES = {"plain": "plain", "skip": "skips"}


def color_of(name: str) -> str:
    """Of a plot's title."""
    return GRADIENT if KINDS[name] == "gradient" else VALUE


@dataclass(frozen=True, eq=False)
class Profile:
    """Numbers of layers 1..L, each of shape (L,).

    a: the activation; factor: the local factor ∂a_l/∂a_{l-1}; dJ_da, dJ_dw: the gradients.
    """

    a: np.ndarray
    factor: np.ndarray
    dJ_da: np.ndarray
    dJ_dw: np.ndarray


@dataclass(frozen=True, eq=False)
class ProfilesScene(Scene):
    """A chain without skips; or one with them, ``skip``, and beside it the same without.

    title: one line above the plots; covered: a ? stands in the plots of all derivatives.
    """

    plain: Profile
    skip: Profile | None = None
    title: str = ""
    covered: bool = False

    def words(self) -> str:
        """The numbers of the first, middle and last layer; where there are skips, also without."""
        depth = len(self.plain.a)
        layers = [*dict.fromkeys((0, depth // 2, depth - 1))]
        names = {"a": "a"}
        if not self.covered:
            names |= {"factor": "local factor", "dJ_da": "∂J/∂a", "dJ_dw": "∂J/∂w"}

        def of(profile: Profile) -> str:
            return "; ".join(
                f"{name} " + ", ".join(known(getattr(profile, key)[k]) for k in layers)
                for key, name in names.items())

        where = ", ".join(str(k + 1) for k in layers)
        text = f"Profiles over the layers. {self.title}. The numbers of layer {where}. "
        if self.skip is None:
            return f"{text}{of(self.plain)}."
        return f"{text}With skips: {of(self.skip)}. The same without: {of(self.plain)}."


class ProfilesPicture(Picture[ProfilesScene]):
    """Four plots beside each other: a, local factor, and on log axes the two gradients.

    Of a chain without skips there is one curve: one with skips would have other axes, and a
    student who has not met them yet would ask what it is.
    """

    size = 828, 250

    def build(self) -> None:
        """Axes, two curves in each, the title and the names of the curves above."""
        self.sheet = self.page()
        self.plots, self.layers = {}, []
        for column, (name, title) in enumerate(TITLES.items()):
            left = (52 + 204 * column) / 828
            axes = self.figure.add_axes((left, 38 / 250, 150 / 828, 168 / 250))
            axes.set_title(title, color=color_of(name))
            self.plots[name] = (SignedAxis if KINDS[name] == "value" else LogLanes)(self, axes)
            self.layers.append(LayerAxis(self, axes))
        self.curves = {
            (name, way): _curve(plot, look_of(way, KINDS[name]))
            for name, plot in self.plots.items() for way in ("plain", "skip")
        }
        self.marks = {name: self.moving(QuickText(
            self.sheet, 127 + 204 * column, 122, "?", color=color_of(name), size=NORMAL))
            for column, name in enumerate(TITLES) if name in DERIVATIVES}
        self._build_names()

    def _build_names(self) -> None:
        """The title, and where there are two curves their names, with a piece of each."""
        y, self.samples, self.names, self.skipping = self.height - 11, {}, {}, True
        for way, x in (("plain", 568), ("skip", 700)):
            look = look_of(way, "name")
            self.samples[way] = self.sheet.plot([x, x + 19, x + 38], [y] * 3, **look,
                                                markevery=[1])[0]
            self.names[way] = QuickText(self.sheet, x + 44, y, NAMES[way], align="left")
        self._show_names(False)
        self.title = self.moving(QuickText(self.sheet, 8, y, align="left"))

    def update(self, scene: ProfilesScene) -> None:
        """Show other numbers."""
        layers = np.arange(1, len(scene.plain.a) + 1)
        for axis in self.layers:
            axis.fit(len(layers))
        if (scene.skip is not None) != self.skipping:
            self._show_names(scene.skip is not None)
        self.title.show(scene.title)
        shown = [scene.plain, *[scene.skip] * self.skipping]
        unseen = DERIVATIVES if scene.covered else ()
        for name, mark in self.marks.items():
            mark.set_visible(name in unseen)
        for name, plot in self.plots.items():
            # of what is covered the axis must not tell how large it is
            plot.fit(*([np.ones(1)] if name in unseen else
                       [getattr(profile, name) for profile in shown]))
        for (name, way), curve in self.curves.items():
            profile = None if name in unseen else getattr(scene, way)
            curve.line.set_visible(profile is not None)
            if profile is not None:
                curve.show(layers, getattr(profile, name), dots=len(layers) <= 10)

    def _show_names(self, skipping: bool) -> None:
        """The present curve is heavier; one curve alone needs no name."""
        self.skipping = skipping
        for way, sample in self.samples.items():
            present = (way == "skip") == skipping
            lines = [sample, *(c.line for (_, w), c in self.curves.items() if w == way)]
            for line in lines:
                line.set_linewidth(2.8 if present else 1.4)
            self.names[way].show(NAMES[way] + " (now)" * present)
            sample.set_visible(skipping)
            self.names[way].set_visible(skipping)
        self.redraw_still()


LINEAR: dict[int, tuple[float, ...]] = {1: (0.5, 1), 2: (1, 2), 5: (1, 2, 3, 4, 5), 10: (5, 10)}
"""Ends of a linear axis, and its ticks."""


class SignedAxis:
    """A y axis for signed numbers of any size: linear up to 10, and else "folded".

    A folded axis is linear between -1 and 1, a third of each side, and has decades beyond. If
    something is infinite there is a lane for it at each end. The side below 0 is there only if
    something is negative.
    """

    def __init__(self, picture: Picture, axes: Axes) -> None:
        self.picture, self.axes = picture, axes
        self.base = axes.axhline(0.0, color=GREY, linewidth=0.9)
        self.units = [axes.axhline(0.0, color=GREY, linewidth=0.6) for _ in range(2)]
        self.ticks = QuickTicks(axes, "y")
        self.state = (0, 0, False, False)  # none yet
        self.fit(np.zeros(1))

    def fit(self, *arrays: np.ndarray) -> None:
        """Choose the ends so that all numbers stand between them."""
        values = np.concatenate(arrays)
        finite = np.abs(values[np.isfinite(values)])
        largest = float(finite.max(initial=0.0))
        if largest <= 10:
            reach, decades = next(r for r in LINEAR if r >= largest), 0
        else:
            reach, decades = 1, next(s for s in STEPS if s >= np.log10(largest))
        state = (reach, decades, bool((values < 0).any()), bool(np.isinf(values).any()))
        if state != self.state:
            self._set(*state)

    def height(self, values: np.ndarray) -> np.ndarray:
        """The place of each number on the axis; NaN is nowhere."""
        sizes = np.abs(np.asarray(values, float))
        good = np.isfinite(sizes)
        beyond = np.log10(sizes, where=good & (sizes > 1), out=np.zeros(sizes.shape))
        decades = self.state[1]
        if not decades:
            y = np.where(good, sizes, np.nan)
        else:
            y = np.where(good, np.minimum(sizes, 1.0) * decades / 2 + beyond, np.nan)
        return np.sign(values) * np.where(np.isinf(sizes), self.infinite, y)

    def _set(self, reach: int, decades: int, negative: bool, infinite: bool) -> None:
        """Other ends: limits and ticks."""
        self.state = (reach, decades, negative, infinite)
        top = 1.5 * decades if decades else float(reach)
        pixels = self.axes.bbox.height / self.picture.scale
        room = pixels - (GAP + LANE * infinite) * 2
        unit = (top + (top if negative else 0)) / room  # of one CSS pixel
        self.infinite = top + (GAP + LANE / 2) * unit
        ends = top + (GAP + LANE * infinite) * unit
        marks, labels = list(LINEAR[reach]), [number(mark) for mark in LINEAR[reach]]
        if decades:
            powers = decade_ticks(0, decades, BETWEEN * unit)
            marks = (10.0 ** np.array(powers)).tolist()
            labels = [power_of_ten(power) for power in powers]
        marks, labels = [*marks, *[np.inf] * infinite], [*labels, *["∞"] * infinite]
        if negative:
            marks, labels = [*(-m for m in marks), *marks], [*("−" + t for t in labels), *labels]
        self.ticks.show_ticks(self.height(np.array([0.0, *marks])), ["0", *labels])
        for sign, line in zip((1.0, -1.0), self.units, strict=True):
            line.set_ydata(self.height(np.full(2, sign)))
        self.axes.set_ylim(-ends if negative else -GAP * unit, ends)
        self.picture.redraw_still()


class SignedCurve:
    """One curve on a SignedAxis; what is infinite is joined to nothing that is finite."""

    def __init__(self, plot: SignedAxis, look: Look) -> None:
        self.plot = plot
        self.line = plot.picture.moving(plot.axes.plot([], [], **look)[0])

    def show(self, x: np.ndarray, values: np.ndarray, dots: bool = False) -> None:
        """Draw other numbers, shape (K,); with ``dots`` a marker at every one of them."""
        y = self.plot.height(values)
        show_parts(self.line, x, [np.where(part, y, np.nan) for part in (
            np.isfinite(values), np.isposinf(values), np.isneginf(values))], dots)


def _curve(plot: SignedAxis | LogLanes, look: Look) -> SignedCurve | LaneCurve:
    """A curve of the kind that belongs to such an axis."""
    return SignedCurve(plot, look) if isinstance(plot, SignedAxis) else LaneCurve(plot, look)
