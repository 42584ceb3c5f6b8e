"""The three-neuron traffic lab: seven sliders, a real fit, its J and its seven gradients.

    from mlp_widgets import ThreeNeuronLab
    lab = ThreeNeuronLab()                    # show it: put `lab` last in a cell
    lab.w11 = 0.5                             # the same as moving the slider
    lab.loss, lab.gradient["w11"]

Source: CMU 10-315, P. Virtue, "Neural Networks", three-neuron traffic network, polls 1 to 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar
from weakref import WeakKeyDictionary, WeakSet

from ...core.activations import Array
from ...data.points import Points
from ...drawing.diagram import DiagramPicture
from ...drawing.fit import FitPicture
from ...drawing.landscape import LandscapePicture
from ...drawing.style import HIDDEN
from ...fields import Parsed, declared, whole_number
from ...text import LETTERS, fixed
from ...widgets import bare as widgets
from ...widgets.canvas import Slot
from ...widgets.lab import Lab
from ...widgets.layout import Fold, OneOf, Section, line, stack
from ...widgets.own_data import DataControl
from ...widgets.parameter_table import Group
from ...widgets.presets import Preset
from . import scenes, words
from .attempts import Attempts, Best, levels_of
from .numbers import (
    PRESETS,
    Baselines,
    Numbers,
    ThreeNeuronState,
    random_start,
)

QUICK = 100
"""Different x up to which the optimum is found at once, and nobody has to be asked to wait."""
MOST_SEED = 10**9
"""Of a random start."""


class ThreeNeuronLab(Lab[ThreeNeuronState, Numbers]):
    """ŷ = b21 + w21 a11 + w22 a12, a1j = f(w1j x + b1j): the lab as a widget and as an object.

    Every argument is a keyword and an attribute; ``repr`` rebuilds the lab. Raises ValueError, in
    one sentence, on what is not allowed.
    """

    state_type = ThreeNeuronState
    title = "Three-neuron traffic network"
    presets: ClassVar[dict[str, Preset]] = {
        "lecture": Preset(PRESETS["lecture"], "Lecture", "lecture", "The lecture's parameters"),
        "zeros": Preset(PRESETS["zeros"], "Zeros", "zeros", "All seven parameters 0"),
        "random": Preset({}, "Random", "random", "The next seeded random start"),
        "stuck": Preset(PRESETS["stuck"], "Stuck", "stuck",
                        "A start from which descent ends on a plateau"),
    }
    slots = (
        Slot("fit", FitPicture, scenes.fit, "The fit", also=("compare",)),
        Slot("diagram", DiagramPicture, scenes.diagram, "The network with its numbers",
             also=("hour", "edges", "operation"), when=lambda state: state.view == "network",
             covered=scenes.values_diagram),
        Slot("landscape", LandscapePicture, scenes.landscape, "The landscape of J",
             also=("across", "up"), progress=True, when=lambda state: state.view == "landscape"),
    )

    def prepare(self) -> None:
        """What the lab remembers beside a state: what the student did, what was given, the seed."""
        # of each data set as long as there is a way back to it
        self._attempts: WeakKeyDictionary[Points, dict[str, Attempts]] = WeakKeyDictionary()
        self._noted: dict[str, float] = {}
        self._is_own = True
        self._praise = ""
        self._revealed: WeakSet[Points] = WeakSet()
        self._random: Mapping[str, float] = {}
        self._seed = -1

    def compute(self, state: ThreeNeuronState) -> Numbers:
        """All numbers of a state."""
        return Numbers(state)

    # -- numbers from code --------------------------------------------------------------------

    @property
    def kinks(self) -> tuple[float | None, float | None]:
        """Where each hidden neuron switches, x = -b1j / w1j; None if w1j is 0."""
        return self.numbers.kinks

    def path_factors(self, name: str, hour: float) -> Array:
        """The factors of one hour's gradient along the path from the loss to a parameter.

        Their product, averaged over all hours, is ``gradient[name]``.
        """
        return self.numbers.path_factors(name, hour)

    @property
    def baselines(self) -> Baselines:
        """Fits that do not depend on the sliders: line, quadratic, optimum (exact, ReLU)."""
        return self.numbers.baselines

    @property
    def attempts(self) -> Attempts:
        """What you did on the present data with the present activation."""
        of_data = self._attempts.setdefault(self.state.data, {})
        return of_data.setdefault(self.state.activation, Attempts())

    @property
    def best(self) -> Best | None:
        """The smallest J you found on this data with its parameters; None before the first.

        Only moves by hand count, and steps and runs that were asked for in the page.
        """
        return self.attempts.best

    @property
    def revealed(self) -> bool:
        """True once the optimum of the present data was revealed (and the activation is ReLU)."""
        return self.state.data in self._revealed and self.state.activation == "relu"

    # -- actions ------------------------------------------------------------------------------

    def bring_back_best(self) -> None:
        """Load the parameters of the smallest J you found."""
        with self._lock:
            if self.best is None:
                self.show_status(words.NO_BEST)
            else:
                self._set_all(self.best[1])

    def reveal(self) -> None:
        """Show the exact optimum for this data; a second time, load its parameters."""
        if self.state.activation != "relu":
            raise ValueError("the exact optimum is known for ReLU only; choose ReLU first")
        with self._lock:
            if self.revealed:
                with self.asked(by_hand=False):  # given, not found
                    self._set_all(self.baselines.optimum.parameters)
                return
            if len(set(self.state.data.x)) > QUICK:
                self.show_status(words.SEARCHING)
            self._revealed.add(self.state.data)
            self.refresh()
            self.show_status(words.revealed(self.numbers))

    def _set_all(self, values: Mapping[str, float]) -> None:
        """Other parameters, as one step for undo."""
        before = self.state
        self.change(**values)
        self._after_change(before)

    def load(self, text: str) -> None:
        """As in every lab; parameters that come so are given, not found."""
        with self._lock, self.asked(by_hand=False):
            super().load(text)

    def preset_values(self, name: str, seed: int | None = None) -> Mapping[str, float]:
        """What a preset sets; "random" takes the next seed unless one is given."""
        if name != "random":
            return PRESETS[name]
        self._seed = self._seed + 1 if seed is None else whole_number("seed", seed, 0, MOST_SEED)
        self._random = random_start(self._seed, self.state.data)
        return self._random

    def is_in_force(self, preset: str) -> bool:
        """Whether the parameters are those of a preset; of "random" the last drawn."""
        if preset == "random":
            return bool(self._random) and dict(self.numbers.parameters) == self._random
        return super().is_in_force(preset)

    def preset_title(self, name: str) -> str:
        """With the seed of a random start."""
        return f"random, seed {self._seed}" if name == "random" else name

    # -- words --------------------------------------------------------------------------------

    def describe(self) -> str:
        """J, the chosen hour, and the steepest parameter."""
        return words.describe(self.numbers)

    def headline(self, numbers: Numbers) -> tuple[str, str]:
        """J, which is the mean squared error."""
        return "J = MSE", fixed(numbers.loss)

    def board(self, numbers: Numbers) -> str:
        """The best so far, the baselines' MSE, and the optimum once revealed."""
        return words.board(numbers, self.attempts, self.revealed, self._is_own)

    def table_rows(self) -> list[tuple[str, str, str]]:
        """The numbers for viewers without a kernel."""
        return words.table(self.numbers, self.best, self.told)

    def table_notes(self) -> tuple[str, ...]:
        """The data, and the activation."""
        return (f"data: {self.state.data.name}", f"hidden neurons: {self.state.activation}",
                *super().table_notes())

    def groups(self) -> tuple[Group, ...]:
        """The rows of the parameter table, by neuron."""
        return (_hidden(0, "a₁₁ = {}(w₁₁x + b₁₁)", "w11", "b11"),
                _hidden(1, "a₁₂ = {}(w₁₂x + b₁₂)", "w12", "b12"),
                Group("Output <small>ŷ = w₂₁a₁₁ + w₂₂a₁₂ + b₂₁</small>", ("w21", "w22", "b21")))

    # -- where things stand ---------------------------------------------------------------------

    def layout(self) -> list[Section]:
        """The fit beside the parameters; the network, hour by hour, or the landscape."""
        assert self.table and self.descent
        best = self.button("My best", "mlp-best", self.bring_back_best,
                           tooltip="Bring back the parameters of your smallest MSE")
        self._reveal_button = self.button("Reveal optimum", "mlp-reveal", self.reveal)
        of = declared(ThreeNeuronState)["data"]
        assert isinstance(of, Parsed)
        data: DataControl = self._part(DataControl(of, self))
        self.blocks["board"] = stack(self.text(self.board, "mlp-board"),
                                     line(best, self._reveal_button))
        self.blocks["data"] = data.widget
        folds = self.folds(
            Fold("Descent", "descent", [self.descent.widget]),
            Fold("Compare", "compare", [self.blocks["board"], self.control("compare").widget]),
            Fold("Data", "data", [data.widget, self.control("activation").widget]))
        return [
            Section("Fit", ("fit",), [stack(self.table.widget, folds)]),
            Section("Network and landscape", ("diagram", "landscape"), [stack(
                self.control("view").widget, self._below())]),
        ]

    def _below(self) -> OneOf:
        """What stands beside the lower picture: the hour and the stepper, or the two axes."""
        assert self.stepper
        axes = [self.control(name).widget for name in ("across", "up")]
        steps = self.folds(Fold("Step by step", "stepper", [self.stepper.widget]))
        return self._part(OneOf(lambda state: state.view, {
            "network": (self.control("hour").widget, self.control("edges").widget, steps),
            "landscape": (*axes, widgets.HTML("the other five stay")),
        }))

    def refresh(self, changed: str = "") -> None:
        """All in line with the state, the student's best included."""
        praise = self._note()
        if praise or not (self.descent and self.descent.running):
            self._praise = praise  # during a run it stays: frames follow each other too fast
        super().refresh(self._praise + changed)
        self._reveal_button.description = "Load optimum" if self.revealed else "Reveal optimum"

    def _note(self) -> str:
        """Remember what the student did, and say which levels it passed.

        A way by hand, or by descent from the page, counts if it began at a place that everybody
        has: at a preset, where the lab was made, or at the student's best.
        """
        parameters, before = dict(self.numbers.parameters), self._noted
        moved = [name for name in parameters if parameters[name] != before.get(name)]
        is_start = self._is_start(parameters)
        if moved:
            self._noted = parameters
            self._is_own = is_start or (self._is_own and self.by_hand)
        if is_start:
            self.attempts.begin(self.loss)
        if is_start or not (self._is_own and self.by_hand):
            return ""
        passed = self.attempts.note(self.loss, parameters, moved, levels_of(self.numbers))
        return "".join(f"{words.praise(level)} " for level in passed)

    def _is_start(self, parameters: dict[str, float]) -> bool:
        """Whether a way that counts may begin here."""
        best = [self.best[1]] if self.best else []
        return parameters in [*PRESETS.values(), self._random, self.initial.parameters, *best]


def _hidden(neuron: int, text: str, *names: str) -> Group:
    """The rows of a hidden neuron, under a heading that names its activation and has the mark and
    the colour of its curve."""
    mark = (f'<span class="mlp-mark-sample mlp-mark-{neuron + 1}" '
            f'style="background: {HIDDEN[neuron]}"></span>')
    return Group(lambda state: f"Neuron {neuron + 1} {mark} "
                               f"<small>{text.format(LETTERS[state.activation])}</small>", names)
