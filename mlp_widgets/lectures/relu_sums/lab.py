"""The lab of sums of ReLUs: hinges by hand, by least squares, by descent, and the best there is.

    from mlp_widgets import ReluSumsLab
    lab = ReluSumsLab(K=8, target="all days")
    lab.w2j = 2                               # the slope of neuron 1; lab.neuron = 2 for another
    lab.learn()                               # descent on all parameters
    lab.errors(), lab.hinges

Source: MIT 6.390 and CMU 10-315, "Neural Networks".
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ...core import Network
from ...core.activations import Array
from ...drawing.hinges import HingesPicture
from ...drawing.picture import Picture
from ...drawing.relu_ways import WaysPicture
from ...fields import Field, Parsed, declared
from ...text import number
from ...widgets import bare as widgets
from ...widgets.canvas import Slot
from ...widgets.controls import Control
from ...widgets.host import Host
from ...widgets.layout import Fold, Section, stack
from ...widgets.own_data import DataControl
from ...widgets.parameter_table import Group
from ...widgets.pointer import Pointer, Touch
from ...widgets.presets import Preset
from ...widgets.stepper import YELLOW, Stepper
from ...widgets.trained_lab import TrainedLab
from ...widgets.training_run import TrainingRun
from . import scenes, words
from .numbers import PRESETS, Hinges, Numbers, ReluSumsState
from .starts import STARTS, short
from .targets import NAMES
from .training import Training, training_key

ABOUT = {
    "three hinges": "Three hinges, evenly spaced, against a sine",
    "two make a step": "Two hinges go through every point of the step",
    "one is dead": "Neuron 2 is off at every point",
    "traffic": "Eight hinges against the traffic means",
    "all kinks at 0": "Twelve neurons with biases 0: one kink for all",
    "as many as points": "A hinge for nearly every point: least squares goes through all",
}


MOVED = "moved"
"""Of the list of starts: none of them, since a neuron was moved."""


class HingeStepper(Stepper):
    """Walks through one point, as the neuron on the sliders takes part in it."""

    legend = f"{YELLOW}: what the step computes; a ring: what it uses. Other hinges: one number."


class ReluSumsLab(TrainedLab[ReluSumsState, Numbers, Training]):
    """ŷ = b2 + Σ_j w2j ReLU(w1j x + b1j), j = 1 ... K: the lab as a widget and as an object.

    Every argument is a keyword and an attribute; ``repr`` rebuilds the lab. w1j, b1j, w2j are the
    parameters of one neuron, that of number ``neuron``. Raises ValueError, in one sentence, on what
    is not allowed.
    """

    state_type = ReluSumsState
    stepper_type = HingeStepper
    title = "Sums of ReLUs"
    presets: ClassVar = {name: Preset(PRESETS[name], name, name.replace(" ", "-"), says)
                         for name, says in ABOUT.items()}
    slots = (
        Slot("hinges", HingesPicture, scenes.hinges, "The target, the sum, and every hinge",
             also=("operation",)),
        Slot("ways", WaysPicture, scenes.ways, "Three ways, and J against K", progress=True),
    )

    def prepare(self) -> None:
        """No curve was begun."""
        self._drawn_to: tuple[float, float] | None = None

    def compute(self, state: ReluSumsState) -> Numbers:
        """All numbers of a state."""
        return Numbers(state)

    # -- numbers from code --------------------------------------------------------------------

    @property
    def kinks(self) -> Array:
        """Where the neurons switch, x = −b1j / w1j, shape (K,); NaN where w1j is 0."""
        return self.numbers.kinks

    @property
    def hinges(self) -> Hinges:
        """What is dead, and what lies where."""
        return self.numbers.hinges

    @property
    def network(self) -> Network:
        """The whole network, all K neurons."""
        return self.numbers.network

    def errors(self) -> dict[str, float | None]:
        """J of the sliders and of the three ways, None where it is not known."""
        numbers, found = self.numbers, self.training
        return {"sliders": numbers.rounded(numbers.loss),
                "hinges fixed": numbers.error(numbers.with_best_heights),
                "descent": numbers.rounded(found.own.J) if found and found.rounds else None,
                "best": None if numbers.best is None else numbers.error(numbers.best)}

    # -- drawing a target -----------------------------------------------------------------------

    def draw_target(self, touch: Touch) -> None:
        """Put the points under the pointer at its height; all that it has passed since the last."""
        picture = self.canvases["hinges"].picture
        assert isinstance(picture, HingesPicture)
        if touch.kind == "press":
            self._drawn_to = None
        place = picture.data_at(picture.fit, touch.across, touch.down)
        if place is None:
            return
        target, before = self.state.target, self._drawn_to or place
        self._drawn_to = place
        nearest = [int(np.argmin(np.abs(target.x - x))) for x, _ in (before, place)]
        low, high = min(nearest), max(nearest)
        x, y = np.array(sorted((before, place))).T
        heights = {k: short(float(np.interp(target.x[k], x, y))) for k in range(low, high + 1)}
        self.set(target=target.with_values(heights), point=nearest[1] + 1)

    # -- words --------------------------------------------------------------------------------

    def describe(self) -> str:
        """J, and what the neuron on the sliders does."""
        return words.describe(self.numbers)

    def is_in_force(self, preset: str) -> bool:
        """Not, where the neuron on the sliders was moved away from a start."""
        return self.state.shown == self.state.given and super().is_in_force(preset)

    def groups(self) -> tuple[Group, ...]:
        """The neuron on the sliders, and the output."""
        return (Group(lambda state: f"Neuron {state.neuron} "
                                    "<small>a₁ⱼ = ReLU(w₁ⱼx + b₁ⱼ)</small>", ("w1j", "b1j", "w2j")),
                Group("Output <small>ŷ = b₂ + Σⱼ w₂ⱼa₁ⱼ</small>", ("b2",)))

    def headline(self, numbers: Numbers) -> tuple[str, str]:
        """J, the mean of the squared errors."""
        return "J = MSE", number(numbers.loss, 5)

    # -- where things stand -------------------------------------------------------------------

    def layout(self) -> list[Section]:
        """The hinges beside the parameters of one; then the three ways beside their controls."""
        assert self.table and self.stepper
        control, own = self.control, declared(ReluSumsState)
        self.trains(TrainingRun(
            self, Training, training_key, words=words.training, results=words.results,
            tooltip="Gradient descent on all parameters, for several K"))
        self.drawing = Pointer(self, self.canvases["hinges"], self.draw_target)
        target = own["target"]
        assert isinstance(target, Parsed)
        self.controls["target"] = self._part(DataControl(target, self, names=NAMES))
        self.controls["neurons"] = self._part(StartControl(own["neurons"], self))
        self.blocks["why"] = self.text(self._why, "mlp-board")
        draw = [widgets.HTML("<small>Drag on the picture, or move one point:</small>"),
                control("point").widget, control("y_at").widget]
        rates = [control("learning_rate").widget, control("steps").widget]
        return [
            Section("Hinges", ("hinges",), [stack(
                *(control(name).widget for name in ("target", "neurons", "K", "neuron")),
                self.table.widget, self.folds(
                    Fold("Step by step", "stepper", [self.stepper.widget,
                                                     control("point").widget]),
                    Fold("Draw the target", "draw", draw)))]),
            Section("Three ways", ("ways",), [stack(
                self.blocks["training"],
                self.folds(Fold("Why not the best?", "why", [self.blocks["why"]]),
                           Fold("Rate and steps", "rate", rates)))]),
        ]

    def _why(self, numbers: Numbers) -> str:
        return words.why_not(numbers, self.training)

    def table_rows(self) -> list[tuple[str, str, str]]:
        """The numbers for viewers without a kernel."""
        return words.table_rows(self.numbers, self.told)

    def table_notes(self) -> tuple[str, ...]:
        """The target."""
        return f"target: {self.state.target.says}", *super().table_notes()

    def snapshot_rows(self) -> list[list[Picture | list[Picture]]]:
        """The numbers beside both pictures."""
        upper, lower = self.pictures_in_view
        return [[self.table_picture(338, upper.height + lower.height), [upper, lower]]]


class StartControl(Control):
    """The list of starts, with an entry for neurons that were moved since."""

    def __init__(self, of: Field, host: Host) -> None:
        super().__init__(of, host)
        self.widget = widgets.Dropdown(description=of.symbol, options=self._options(True))
        self.widget.add_class("mlp-choice")
        self.connect(self.widget, f"mlp-{of.name}")

    def _options(self, is_laid: bool) -> list[tuple[str, str]]:
        names = [(text, name) for name, text in STARTS.items()]
        return names if is_laid else [*names, ("as they are now", MOVED)]

    def connect(self, control: widgets.Widget, css_class: str) -> None:
        """The entry for moved neurons says what is, and sets nothing."""
        control.add_class(css_class)
        self._host.on_value(control, self._choose)

    def _choose(self, value: str) -> None:
        if value != MOVED:
            self._host.set(**{self.of.name: value})

    def refresh(self, state: ReluSumsState, numbers: object = None) -> None:
        """The start of the state, or that neurons were moved."""
        options = self._options(state.is_laid)
        if list(self.widget.options) != options:
            self.widget.options = options
        self.widget.value = state.neurons if state.is_laid else MOVED
