"""The three-neuron traffic lab: seven sliders, a real fit, its MSE and its seven gradients.

    from mlp_widgets import ThreeNeuronLab
    lab = ThreeNeuronLab()                    # show it: put `lab` last in a cell
    lab.w11 = 0.5                             # the same as moving the slider
    lab.mse, lab.gradient["w11"]

Source: CMU 10-315, P. Virtue, "Neural Networks", three-neuron traffic network, polls 1 to 3.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from ..core import Network
from ..drawing.diagram import DiagramPicture
from ..drawing.fit import FitPicture
from ..drawing.landscape import LandscapePicture
from ..drawing.numbers import fixed, number, symbol
from ..drawing.picture import Picture
from ..widgets.canvas import Canvas, Drawing, composite_png
from ..widgets.parameters import ParameterTable
from ..widgets.stepper import lit_in
from . import three_neuron_views as views
from .checks import (
    add_fields,
    check_choice,
    check_operation,
    check_scale,
)
from .descent_lab import LARGEST, DescentLab
from .points import Points, load_points
from .three_neuron_controls import Controls
from .three_neuron_model import (
    ACTIVATION_NAMES,
    LECTURE,
    PARAMETERS,
    STUCK,
    ZEROS,
    Rivals,
    Solution,
    ThreeNeuronState,
    named,
    random_start,
    ranges_for,
)
from .three_neuron_steps import MOST_OPERATIONS

PRESETS = ("lecture", "zeros", "random", "stuck")
ROUNDING = 1e-10
"""Share of the mean of y² below which gradients, as at the exact optimum, are told as 0."""
NUMBERS = {**dict.fromkeys(PARAMETERS, LARGEST), "hour": 1e9, "learning_rate": LARGEST}


class ThreeNeuronLab(DescentLab):
    """The lab as a widget and as an object: parameters are attributes, ``repr`` rebuilds it.

    Every argument is a keyword: the seven parameters (lecture values by default); ``data``, a name
    ("all days", "weekday", "weekend"), a two-column text file, or two lists (x, y);
    ``activation``, one of relu, sigmoid, tanh; ``hour``, the x of the diagram; ``view``, "network"
    or "landscape"; ``edges``, "values" or "gradients"; ``across`` and ``up``, the parameters of the
    landscape; ``rivals``, any of ("line", "quadratic"); ``learning_rate``; ``operation``, the one
    of the stepper in view; ``scale``, pixels drawn per CSS pixel. Raises ValueError, in one
    sentence, on anything else.
    """

    numbers = NUMBERS
    undoable = (*PARAMETERS, "data", "activation")

    def __init__(
        self,
        *,
        w11: float = LECTURE["w11"], b11: float = LECTURE["b11"],
        w12: float = LECTURE["w12"], b12: float = LECTURE["b12"],
        w21: float = LECTURE["w21"], w22: float = LECTURE["w22"], b21: float = LECTURE["b21"],
        data: object = "all days",
        activation: str = "relu",
        hour: float | None = None,
        view: str = "network",
        edges: str = "values",
        across: str = "w11",
        up: str = "b11",
        rivals: Sequence[str] = (),
        learning_rate: float = 0.001,
        operation: int = 0,
        scale: float = 2.0,
    ) -> None:  # fmt: skip
        points = load_points(data)
        self.scale = check_scale(scale)
        self._rivals: dict[int, Rivals] = {}
        self._best: dict[tuple[int, str], tuple[float, dict[str, float]]] = {}
        self._given = [LECTURE, ZEROS, STUCK]
        self._revealed: set[int] = set()
        self._seed = -1
        hour = _default_hour(points) if hour is None else hour
        super().__init__(ThreeNeuronState(
            w11, b11, w12, b12, w21, w22, b21, points, activation, hour, view, edges, across, up,
            _as_names(rivals), learning_rate, operation,
        ))  # fmt: skip
        self._build()

    def _build(self) -> None:
        """Pictures, controls and their connections; made once."""
        self.table = ParameterTable(views.groups("relu"))
        self.pictures = {
            "fit": FitPicture(scale=self.scale),
            "network": DiagramPicture(views.diagram(self.solution, {}), scale=self.scale),
            "landscape": LandscapePicture(scale=self.scale),
        }
        self.canvas = Canvas([self.pictures["fit"], self.pictures["network"]], "mlp-picture-lab",
                             "The fit, and the network or the landscape of J")
        self.controls = Controls(self)
        self.assemble(*self.controls.columns())

    # -- numbers from code ------------------------------------------------------------------

    @property
    def gradient(self) -> dict[str, float]:
        """∂J/∂θ for the seven parameters, over all points of the data."""
        return dict(self.solution.gradient)

    @property
    def mse(self) -> float:
        """J, the mean squared error over all points of the data."""
        return self.solution.mse

    @property
    def kinks(self) -> tuple[float | None, float | None]:
        """Where each hidden neuron switches, x = -b1j / w1j; None if w1j is 0."""
        return self.solution.kinks

    def path_factors(self, name: str, hour: float) -> np.ndarray:
        """The factors of one hour's gradient along the path from the loss to a parameter.

        Their product, averaged over all hours, is ``gradient[name]``.
        """
        return self.solution.path_factors(name, hour)

    @property
    def rivals(self) -> Rivals:
        """Fits that do not depend on the sliders: line, quadratic, optimum (exact, ReLU)."""
        return self._rivals_of(self.state.data)

    def _rivals_of(self, data: Points) -> Rivals:
        return self._rivals.setdefault(id(data), Rivals(data))

    @property
    def best(self) -> tuple[float, dict[str, float]] | None:
        """The smallest MSE you found on this data with its parameters; None before the first."""
        return self._best.get(self.path_key(self.state))

    def path_key(self, state: ThreeNeuronState) -> tuple[int, str]:
        """A path and a best belong to the data and the activation."""
        return id(state.data), state.activation

    def named(self, network: Network) -> dict[str, float]:
        """The seven parameters of a network by name."""
        return named(network)

    # -- actions ----------------------------------------------------------------------------

    def converted(self, changes: dict[str, object]) -> dict[str, object]:
        """Points instead of a data set's name or file, with an hour inside them; rival names."""
        if "data" in changes:
            points = changes["data"] = load_points(changes["data"])
            if not points.x[0] <= changes.get("hour", self.state.hour) <= points.x[-1]:
                changes["hour"] = _default_hour(points)
        if "rivals" in changes:
            changes["rivals"] = _as_names(changes["rivals"])
        return changes

    def preset(self, name: str, seed: int | None = None) -> None:
        """Load "lecture", "zeros", "random" (the next seed unless given) or "stuck"."""
        if name not in PRESETS:
            raise ValueError(f"unknown preset {name!r}; known are {', '.join(PRESETS)}")
        values = {"lecture": LECTURE, "zeros": ZEROS, "stuck": STUCK}.get(name)
        if values is None:
            self._seed = self._seed + 1 if seed is None else seed
            values = random_start(self._seed, self.state.data)
            self._given = [*self._given[:3], values]
        self._load(values)
        self.say(f"Preset {name}{f', seed {self._seed}' if name == 'random' else ''}. "
                 + self.describe())

    def recalled(self, earlier: ThreeNeuronState) -> dict[str, object]:
        """With other data comes the hour that was chosen for it."""
        kept = super().recalled(earlier)
        return kept if earlier.data is self.state.data else {**kept, "hour": earlier.hour}

    def bring_back_best(self) -> None:
        """Load the parameters of the smallest MSE you found."""
        if self.best is None:
            self.say("No best yet: move a slider or take a step first.")
        else:
            self._load(self.best[1])

    def reveal(self) -> None:
        """Show the exact optimum for this data; a second time, load its parameters."""
        if self.state.activation != "relu":
            raise ValueError("the exact optimum is known for ReLU only; choose ReLU first")
        if id(self.state.data) in self._revealed:
            self._load(self._optimum)
            return
        with self._lock:
            self._revealed.add(id(self.state.data))
            self._refresh()
            gap = max(self.mse - self.rivals.optimum.mse, 0.0)
            self.say(f"The smallest possible MSE is {fixed(self.rivals.optimum.mse)}; "
                     f"you are {fixed(gap)} above it. Press again to load it.")

    # -- what Panel asks for ----------------------------------------------------------------

    def solve(self, state: ThreeNeuronState) -> Solution:
        """All numbers of a state; ValueError says which field is not allowed."""
        self.check_numbers(state)
        check_choice("activation", state.activation, ACTIVATION_NAMES)
        check_choice("view", state.view, ("network", "landscape"))
        check_choice("edges", state.edges, ("values", "gradients"))
        for rival in state.rivals:
            check_choice("rival", rival, ("line", "quadratic"))
        for axis in (state.across, state.up):
            check_choice("axis", axis, tuple(PARAMETERS))
        if state.across == state.up:
            raise ValueError(f"the landscape needs two different parameters, got {state.up} twice")
        solution = Solution(state)
        check_operation(state.operation, MOST_OPERATIONS)
        return solution

    def show(self) -> None:
        """Controls, numbers and the two pictures in view."""
        self._note_best()
        super().show()

    def frames(self, state: ThreeNeuronState, s: Solution) -> Iterator:
        """The fit, and the network or the landscape below it."""
        fit, below = self.pictures["fit"], self.pictures[state.view]
        moved = (*state.parameters.values(), *self.path_key(state))
        yield self.canvas, [
            Drawing(fit, (moved, state.rivals),
                    lambda: views.fit(s, self._rivals_of(state.data))),
            self._diagram(below, state, s, moved) if state.view == "network"
            else self._landscape(below, state, s, moved),
        ]

    def _diagram(self, picture: Picture, state: ThreeNeuronState, s: Solution, moved: tuple):
        return Drawing(picture, (moved, state.hour, state.edges, state.operation),
                       lambda: views.diagram(s, lit_in(s, state.operation)))

    def _landscape(self, picture: Picture, state: ThreeNeuronState, s: Solution, moved: tuple):
        path = self.path_to(state, s)
        return Drawing(picture, (moved, state.across, state.up, self.path_name(path)),
                       lambda: views.landscape(s, ranges_for(state.data), path))

    def describe(self) -> str:
        """MSE, the chosen hour, and the steepest parameter."""
        s, words = self.solution, []
        for j, state in enumerate(s.off):
            z = s.at_hour.z[1][j, 0]
            if state == "dead":
                words.append(f"neuron {j + 1} is dead (off at every point: its gradients are 0)")
            elif z == 0 and self.state.activation == "relu":
                words.append(f"neuron {j + 1} is on the kink (z = 0, slope 1)")
            else:
                words.append(f"neuron {j + 1} is {state}")
        text = (f"J = {fixed(s.mse)} on {self.state.data.name}. At x = {number(self.state.hour)}: "
                f"ŷ = {number(s.at_hour.output[0, 0])}, {' and '.join(words)}. ")
        name = max(s.gradient, key=lambda n: abs(s.gradient[n]))
        slope = s.gradient[name]
        if slope == 0:
            return text + "Every gradient is 0: no step changes anything."
        if abs(slope) < ROUNDING * float(np.mean(self.state.data.y**2)):
            return text + "Every gradient is 0 but for rounding: steps change next to nothing."
        return text + (f"Largest gradient: {symbol(name)} ({number(slope, plus=True)}), "
                       f"so J falls when it {'grows' if slope < 0 else 'shrinks'}.")

    def snapshot(self) -> bytes:
        """The lab as one picture: numbers on the left, both pictures on the right."""
        with self._lock:
            numbers = views.numbers_picture(self, self.scale)
            return composite_png([numbers, self.canvas.pictures])

    def __repr__(self) -> str:
        state = self.state
        given = {name: float(value) for name, value in state.parameters.items()}
        options = {
            "data": (state.data.source, "all days"),
            "activation": (state.activation, "relu"),
            "hour": (float(state.hour), _default_hour(state.data)),
            "view": (state.view, "network"),
            "edges": (state.edges, "values"),
            "across": (state.across, "w11"),
            "up": (state.up, "b11"),
            "rivals": (state.rivals, ()),
            "learning_rate": (float(state.learning_rate), 0.001),
            "operation": (int(state.operation), 0),
            "scale": (self.scale, 2.0),
        }
        return self._call(given, options)

    # -- inner ------------------------------------------------------------------------------

    @property
    def revealed(self) -> bool:
        """True once the optimum of the present data was revealed (and the activation is ReLU)."""
        return id(self.state.data) in self._revealed and self.state.activation == "relu"

    @property
    def _optimum(self) -> dict[str, float]:
        return {name: getattr(self.rivals.optimum, name) for name in PARAMETERS}

    def _note_best(self) -> None:
        """Remember the student's best; what was given (presets, the optimum) does not count."""
        parameters = self.parameters
        given = [*self._given, self._optimum] if self.revealed else self._given
        if parameters not in given and (self.best is None or self.mse < self.best[0]):
            self._best[self.path_key(self.state)] = (self.mse, parameters)


# rivals is taken: these are the fits, and set(rivals=...) chooses which are shown
add_fields(ThreeNeuronLab, ThreeNeuronState)


def _default_hour(points) -> float:
    """8 o'clock if the data has it, else the point in the middle."""
    return 8.0 if points.x[0] <= 8 <= points.x[-1] else float(points.x[len(points.x) // 2])


def _as_names(names: object) -> tuple:
    """A tuple of any collection of names."""
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise ValueError(f"rivals must be a list of names, such as ['line'], got {names!r:.40}")
    return tuple(names)
