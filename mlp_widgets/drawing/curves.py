"""The loss and every weight over the steps of a descent: a weight without gradient is flat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..text import counted_steps, number
from .picture import Picture, Scene, few_ticks, stepped_limit, with_grid
from .quick_artists import QuickText
from .style import BLACK, GREY, LINE, NEURON, QUADRATIC

STYLES = ((NEURON[0], "-"), (NEURON[1], "--"), (LINE, "-."), (QUADRATIC, ":"))


@dataclass(frozen=True, eq=False)
class CurvesScene(Scene):
    """steps and loss, shape (K,); weights: symbol -> values, shape (K,); flat: those that stay.

    title: of the plot of the loss.
    """

    steps: np.ndarray
    loss: np.ndarray
    weights: dict[str, np.ndarray]
    flat: tuple[str, ...] = ()
    title: str = "loss over the steps"

    def words(self) -> str:
        """The loss and each weight at both ends, and which weights never moved."""
        if len(self.steps) == 1:
            return f"{self.title}: no step yet."
        weights = ", ".join(f"{name} from {number(values[0])} to {number(values[-1])}"
                            for name, values in self.weights.items() if name not in self.flat)
        flat = f" Never moved: {', '.join(self.flat)}." if self.flat else ""
        steps = counted_steps(int(self.steps[-1]))
        return (f"{self.title}: after {steps} from {number(self.loss[0])} to "
                f"{number(self.loss[-1])}. {weights}{'.' * bool(weights)}{flat}")


class CurvesPicture(Picture[CurvesScene]):
    """Two plots over the same steps: the loss, and up to four weights with their names."""

    def __init__(self, symbols: tuple[str, ...], width: int = 490, height: int = 260,
                 scale: float = 2.0) -> None:
        self.symbols = symbols
        super().__init__(width, height, scale)

    def build(self) -> None:
        """Axes, a line for the loss, a line and a name for each weight."""
        grid = {"left": 0.12, "right": 0.86, "top": 0.92, "bottom": 0.15, "hspace": 0.42,
                "height_ratios": (1, 1.5)}
        self.top, self.below = self.figure.subplots(2, sharex=True, gridspec_kw=grid)
        with_grid(self.top, self.below)
        self.below.xaxis.set_major_locator(few_ticks(7))
        self.title = self.top.set_title("loss over the steps")
        self.below.set_title("weights over the steps")
        self.below.set_xlabel("step", labelpad=1)
        self.below.axhline(0.0, color=GREY, linewidth=0.8)
        self.loss = self.moving(self.top.plot([], [], color=BLACK, linewidth=2.2)[0])
        self.here = self.moving(self.top.plot([], [], "o", color=BLACK, markersize=5)[0])
        self.lines = [
            self.moving(self.below.plot([], [], color=colour, linestyle=dash, linewidth=2.2)[0])
            for _, (colour, dash) in zip(self.symbols, STYLES, strict=False)
        ]
        self.ends = [
            self.moving(self.below.plot([], [], "o", color=colour, markersize=5)[0])
            for _, (colour, _) in zip(self.symbols, STYLES, strict=False)
        ]
        self.names = [
            self.moving(QuickText(self.below, 0, 0, color=colour, align="left"))
            for _, (colour, _) in zip(self.symbols, STYLES, strict=False)
        ]
        self.top.set(xlim=(0, 10), ylim=(0, 1))
        self.below.set_ylim(-1, 1)

    def update(self, scene: CurvesScene) -> None:
        """Show another descent; the axes widen in steps, so that they seldom change."""
        if self.title.get_text() != scene.title:
            self.title.set_text(scene.title)
            self.redraw_still()
        last = float(scene.steps[-1])
        self.loss.set_data(scene.steps, scene.loss)
        self.here.set_data([last], [scene.loss[-1]])
        end = stepped_limit(last, 10.0)
        top = stepped_limit(float(scene.loss.max()), 1.0)
        self.set_limits(self.top, x=(0.0, end),
                        y=(-0.08 * top, 1.08 * top))
        largest = max(float(np.abs(values).max()) for values in scene.weights.values())
        reach = 1.1 * stepped_limit(largest, 3.0)
        self.set_limits(self.below, y=(-reach, reach))
        for line, dot, values in zip(self.lines, self.ends, scene.weights.values(), strict=True):
            line.set_data(scene.steps, values)
            dot.set_data([last], [values[-1]])
        self._show_names(scene, end, reach)

    def _show_names(self, scene: CurvesScene, end: float, reach: float) -> None:
        """Names right of the plot at the height of their lines, moved apart where they are near."""
        finals = np.array([values[-1] for values in scene.weights.values()])
        order = np.argsort(finals)
        places = apart(finals[order], 2 * reach * 0.135, 1.02 * reach)
        for place, index in zip(places, order, strict=True):
            symbol = list(scene.weights)[index]
            text = f"{symbol} flat" if symbol in scene.flat else symbol
            self.names[index].show(text, place=(1.02 * end, float(place)))


def apart(places: np.ndarray, least: float, reach: float) -> np.ndarray:
    """Rising places, moved as little as is needed to be ``least`` apart, from -reach to reach."""
    groups: list[list[float]] = []  # middle and count of places that touch
    for place in places:
        groups.append([float(place), 1])
        while len(groups) > 1 and groups[-1][0] - groups[-2][0] < least * (
                groups[-1][1] + groups[-2][1]) / 2:
            (middle, count), (other, more) = groups.pop(), groups[-1]
            groups[-1] = [(middle * count + other * more) / (count + more), count + more]
    found = []
    for middle, count in groups:
        half = least * (count - 1) / 2
        middle = min(max(middle, half - reach), reach - half)
        found += [middle - half + least * k for k in range(int(count))]
    return np.array(found)
