"""The two-hidden-neuron lab: why a gradient is what it is, dead ReLUs, and what a skip changes.

    from mlp_widgets import TwoHiddenLab
    lab = TwoHiddenLab()                      # the lecture's worked example
    lab.w2_1 = 0.5                            # w₂¹: neuron 2, layer 1
    lab.gradient["w2_1"], lab.blocked_by("w2_1")

Source: MIT 6.390, "Neural Networks II", Spring 2026 and Fall 2025.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..core import Network
from ..drawing.curves import CurvesPicture
from ..drawing.diagram import DiagramPicture
from ..drawing.numbers import counted_steps, number, symbol
from ..widgets.canvas import Canvas, Drawing, composite_png
from ..widgets.parameters import ParameterTable
from ..widgets.stepper import lit_in
from . import two_hidden_views as views
from .checks import (
    add_fields,
    check_choice,
    check_number,
    check_operation,
    check_scale,
)
from .descent_lab import DescentLab
from .two_hidden_controls import Controls
from .two_hidden_model import (
    MOST_OPERATIONS,
    OUTPUTS,
    PARAMETERS,
    PRESETS,
    SKIPS,
    TRIED_STEPS,
    WORKED,
    Solution,
    TwoHiddenState,
    named,
    other_skip,
)

LARGEST = 1e9
"""Of a weight and of x and y: their products stay far from infinity."""
RANGES = dict.fromkeys(PARAMETERS, (-4.0, 4.0, 0.05))
MOST_OTHERS = 20


class TwoHiddenLab(DescentLab):
    """The lab as a widget and as an object: weights are attributes, ``repr`` rebuilds it.

    Every argument is a keyword: the weights ``w1_1, w2_1, w1_2, w2_2`` (w₁¹, w₂¹, w₁², w₂²), ``x``
    and ``y``; ``output``, "identity" or "relu"; ``skip``, "none", "z" (g = z² + f(z²)) or "a"
    (g = a₁¹ + a₂¹ + f(z²)); ``others``, further points as [(x, y), ...]; ``explain``, the weight
    whose gradient is written out; ``below``, "curves" or "beside"; ``operation``, the one of
    the stepper in view; ``learning_rate``; ``scale``. Raises ValueError, in one sentence, on
    anything else.
    """

    numbers = dict.fromkeys((*PARAMETERS, "x", "y", "learning_rate"), LARGEST)
    undoable = (*PARAMETERS, "x", "y", "output", "skip", "others")
    loss_symbol = "L"

    def __init__(
        self,
        *,
        w1_1: float = WORKED["w1_1"], w2_1: float = WORKED["w2_1"],
        w1_2: float = WORKED["w1_2"], w2_2: float = WORKED["w2_2"],
        x: float = WORKED["x"], y: float = WORKED["y"],
        output: str = "identity",
        skip: str = "none",
        others: Sequence[tuple[float, float]] = (),
        explain: str = "w2_1",
        below: str = "curves",
        operation: int = 0,
        learning_rate: float = 0.01,
        scale: float = 2.0,
    ) -> None:  # fmt: skip
        self.scale = check_scale(scale)
        super().__init__(TwoHiddenState(
            w1_1, w2_1, w1_2, w2_2, x, y, output, skip, _as_points(others), explain, below,
            operation, learning_rate,
        ))  # fmt: skip
        self._build()

    def _build(self) -> None:
        """Pictures, controls and their connections; made once."""
        self.table = ParameterTable(views.GROUPS, objective="L")
        self.table.set_ranges(RANGES)
        self.diagram = DiagramPicture(views.diagram(self.solution, {}), views.WIDTH, views.HEIGHT,
                                      self.scale)
        self.pictures = {
            "curves": CurvesPicture(tuple(map(symbol, PARAMETERS)), scale=self.scale),
            "beside": DiagramPicture(views.beside(Solution(other_skip(self.state))), height=260,
                                     scale=self.scale),
        }
        self.canvas = Canvas([self.diagram], "mlp-picture-lab", "The network with its numbers")
        self.lower = Canvas([self.pictures["curves"]], "mlp-picture-below",
                            "The descent, or the network with another skip")
        self.controls = Controls(self)
        self.table.connect(self)
        self.assemble(*self.controls.columns())

    # -- numbers from code ------------------------------------------------------------------

    @property
    def gradient(self) -> dict[str, float]:
        """∂L/∂w of the four weights at the point (x, y)."""
        return dict(self.solution.gradient)

    @property
    def values(self) -> dict[str, float]:
        """z, a, g, L and their gradients at the point (x, y), by the lecture's symbols."""
        return dict(self.solution.values)

    def blocked_by(self, name: str) -> str:
        """Why a weight gets no update at the point (x, y); "" if it gets one."""
        check_choice("weight", name, tuple(PARAMETERS))
        return self.solution.blocked_by(name)

    def product(self, name: str) -> str:
        """The gradient of a weight as the product along its path, or the sum of two."""
        check_choice("weight", name, tuple(PARAMETERS))
        return views.product_line(self.solution, name)

    def named(self, network: Network) -> dict[str, float]:
        """The four weights of a network by name."""
        return named(network)

    def path_key(self, state: TwoHiddenState) -> object:
        """A path belongs to the points, the output and the skip."""
        return state.x, state.y, state.output, state.skip, state.others

    # -- actions ----------------------------------------------------------------------------

    def converted(self, changes: dict[str, object]) -> dict[str, object]:
        """Further points as pairs."""
        if "others" in changes:
            changes["others"] = _as_points(changes["others"])
        return changes

    def preset(self, name: str) -> None:
        """Load one of the lecture's situations by the name on its button."""
        check_choice("preset", name, tuple(PRESETS))
        self._load({**PRESETS[name], "others": ()})
        self.say(f"Preset {name}. " + self.describe())

    def revive(self) -> None:
        """Take 100 steps and say which of the weights without gradient moved; Rewind undoes it."""
        self._pause()
        with self._lock:
            dead, solution = self._dead(), self.solution
            if dead:
                self._path = []  # so that Rewind goes back to here
                self._show_trial()
            text = self._verdict(solution, dead)
            self.controls.answer(text)
            self.say(text)

    def _dead(self) -> list[str]:
        """The weights without gradient over all points; none where the loss is at its minimum."""
        gradient = self.solution.mean_gradient
        if not self.solution.back.dJ_da[2].any():
            return []
        return [name for name in PARAMETERS if gradient[name] == 0]

    def _show_trial(self) -> None:
        """The steps themselves, so that the curves show them; too large a rate ends them early."""
        try:
            self.step(TRIED_STEPS)
        except ArithmeticError as error:
            self.complain(str(error))

    def _verdict(self, s: Solution, dead: list[str]) -> str:
        """Whether any step from here can move the dead weights, and what the trial did."""
        before, after = s.state.parameters, self.parameters
        if not s.back.dJ_da[2].any():
            return "Nothing is dead: g = y, the loss is at its minimum, so every gradient is 0."
        here = [symbol(name) for name in PARAMETERS if s.gradient[name] == 0 and name not in dead]
        if here and not dead:
            return (f"Yes: this point gives {', '.join(here)} no update, but other points do: off "
                    "at one point is not dead.")
        if not dead:
            return "No weight is dead: every one has a gradient."
        taken = len(self.path) - 1
        if not taken:
            return "Not tried: the first step diverges. Choose a smaller learning rate."
        names, count = ", ".join(map(symbol, dead)), counted_steps(taken)
        moved = [f"{symbol(name)} from {number(before[name])} to {number(after[name])}"
                 for name in dead if after[name] != before[name]]
        if moved:
            return (f"Yes: in {count} the other weights changed that, and {', '.join(moved)} "
                    "followed. Rewind goes back.")
        text = f"{names} stayed exactly as before in {count}. "
        if s.never_move(dead):
            return (f"No: {text}Their gradient is 0, and no weight that moves can change "
                    "that: a step of any size is 0.")
        return f"Not here: {text}More steps or another learning rate may change that."

    # -- what Panel asks for ----------------------------------------------------------------

    def solve(self, state: TwoHiddenState) -> Solution:
        """All numbers of a state; ValueError says which field is not allowed."""
        self.check_numbers(state)
        check_choice("output", state.output, OUTPUTS)
        check_choice("skip", state.skip, tuple(SKIPS))
        check_choice("weight", state.explain, tuple(PARAMETERS))
        check_choice("picture", state.below, ("curves", "beside"))
        solution = Solution(state)
        check_operation(state.operation, MOST_OPERATIONS)
        return solution

    def frames(self, state: TwoHiddenState, s: Solution) -> Iterator:
        """The diagram, and the picture below."""
        moved = (*state.parameters.values(), self.path_key(state))
        diagram = Drawing(self.diagram, (moved, state.operation),
                          lambda: views.diagram(s, lit_in(s, state.operation)))
        yield self.canvas, [diagram]
        yield self.lower, [self._below(state, s, moved)]

    def _below(self, state: TwoHiddenState, s: Solution, moved: tuple) -> Drawing:
        """The curves of the descent, or the diagram with the other skip."""
        picture = self.pictures[state.below]
        if state.below == "beside":
            return Drawing(picture, moved, lambda: views.beside(Solution(other_skip(state))))
        path, title = self.path_to(state, s), views.loss_title(state)
        return Drawing(picture, (moved, self.path_name(path)),
                       lambda: views.curves(path, title))

    def describe(self) -> str:
        """The loss, and which weights get no update, with the reasons."""
        s, state = self.solution, self.state
        text = (f"L = {number(s.values['L'])} at x = {number(state.x)}, y = {number(state.y)} "
                f"({views.formula(state)} = {number(s.values['g'])}). ")
        reasons = views.reasons(s)
        if not reasons:
            return text + "Every weight gets an update."
        return text + ". ".join(f"No update for {', '.join(names)}: {why}"
                                for why, names in reasons.items()) + "."

    def snapshot(self) -> bytes:
        """The lab as one picture: the diagram, and the numbers beside the picture below."""
        with self._lock:
            numbers = views.numbers_picture(self, self.scale)
            return composite_png(self.canvas.pictures, [numbers, *self.lower.pictures])

    def __repr__(self) -> str:
        state = self.state
        given = {name: float(value) for name, value in state.parameters.items()}
        given |= {"x": float(state.x), "y": float(state.y)}
        options = {
            "output": (state.output, "identity"),
            "skip": (state.skip, "none"),
            "others": (state.others, ()),
            "explain": (state.explain, "w2_1"),
            "below": (state.below, "curves"),
            "operation": (int(state.operation), 0),
            "learning_rate": (float(state.learning_rate), 0.01),
            "scale": (self.scale, 2.0),
        }
        return self._call(given, options)


add_fields(TwoHiddenLab, TwoHiddenState)


def _as_points(points: object) -> tuple[tuple[float, float], ...]:
    """A tuple of (x, y) pairs from any list of pairs."""
    wrong = ValueError(f"others must be a list of at most {MOST_OTHERS} points (x, y), such as "
                       f"[(-1, 2)], got {points!r:.40}")
    if isinstance(points, str) or not isinstance(points, Iterable):
        raise wrong
    found = [tuple(p) if isinstance(p, Iterable) and not isinstance(p, str) else () for p in points]
    if len(found) > MOST_OTHERS or any(len(point) != 2 for point in found):
        raise wrong
    for x, y in found:
        check_number("x of a point", x, LARGEST)
        check_number("y of a point", y, LARGEST)
    return tuple((float(x), float(y)) for x, y in found)
