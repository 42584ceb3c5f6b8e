"""The two-sigmoid-features lab: nine parameters, the plane, and the space of the two features.

    from mlp_widgets import SigmoidFeaturesLab
    lab = SigmoidFeaturesLab()                # the lecture's two features
    lab.b21 = 3.7                             # the same as moving the slider
    lab.right, lab.loss, lab.gradient["b21"]

Source: MIT 6.390, "Neural Networks II", two sigmoid features.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import ClassVar
from weakref import WeakKeyDictionary

from ...data.labelled import COLUMNS, LabelledPoints
from ...drawing.diagram import DiagramPicture
from ...drawing.feature_maps import FeatureMapsPicture
from ...drawing.loss_curve import LossCurvePicture
from ...drawing.separation import SeparationPicture
from ...fields import Parsed, declared
from ...text import number
from ...widgets import bare as widgets
from ...widgets.canvas import Slot
from ...widgets.lab import Lab
from ...widgets.layout import Fold, OneOf, Section, line, stack
from ...widgets.own_data import DataControl
from ...widgets.parameter_table import Group
from ...widgets.pointer import Pointer, Touch
from ...widgets.presets import Preset
from . import scenes, words
from .attempts import Attempts
from .numbers import FEATURES, NOTATION, PRESETS, Numbers, SigmoidFeaturesState

TITLES = {
    "lecture": ("Lecture", "The lecture's features, on diagonal bands"),
    "XOR": ("XOR", "Four clusters: no line has all right; from a usual start"),
    "ring": ("Ring", "A disc and what is around it; from a usual start"),
    "blobs": ("Blobs", "Two blobs: one line is enough; from a usual start"),
    "stuck": ("Stuck", "A start on XOR from which descent ends on a plateau"),
    "twins": ("Twins", "Two equal features: they stay equal"),
    "zeros": ("Zeros", "All nine parameters 0"),
}
MARK = ("x1", "x2", "label")


class SigmoidFeaturesLab(Lab[SigmoidFeaturesState, Numbers]):
    """σⱼ = σ(w₁ⱼ₁ x₁ + w₁ⱼ₂ x₂ + b₁ⱼ), z = w₂₁₁ σ₁ + w₂₁₂ σ₂ + b₂₁: a widget and an object.

    Every argument is a keyword and an attribute; ``repr`` rebuilds the lab. Raises ValueError, in
    one sentence, on what is not allowed.
    """

    state_type = SigmoidFeaturesState
    title = "Two sigmoid features"
    presets: ClassVar[Mapping[str, Preset]] = {
        name: Preset(values, *(TITLES[name][0], name.lower(), TITLES[name][1]))
        for name, values in PRESETS.items()}
    slots = (
        # first what every control changes: it is seen with each of them
        Slot("space", SeparationPicture, scenes.space,
             "The feature space, and the plane with the boundary", also=MARK, progress=True),
        Slot("features", FeatureMapsPicture, scenes.features, "The two features over the plane",
             also=MARK[:2],
             of=lambda state: (state.points, *(getattr(state, name) for name in FEATURES))),
        Slot("network", partial(DiagramPicture, height=290), scenes.network,
             "The network at the mark", also=(*MARK, "edges", "operation"),
             when=lambda state: state.view == "network", covered=scenes.network_of_values),
        Slot("steps", LossCurvePicture, scenes.steps, "J over the steps", progress=True,
             when=lambda state: state.view == "steps"),
    )

    def prepare(self) -> None:
        """What the student did on each set of points with each loss."""
        # of each set of points as long as there is a way back to it
        self._attempts: WeakKeyDictionary[LabelledPoints, dict[str, Attempts]] = (
            WeakKeyDictionary())

    def compute(self, state: SigmoidFeaturesState) -> Numbers:
        """All numbers of a state."""
        return Numbers(state)

    # -- numbers from code --------------------------------------------------------------------

    @property
    def right(self) -> int:
        """How many points are put into their class."""
        return self.numbers.count_right

    @property
    def attempts(self) -> Attempts:
        """The smallest J by hand and by descent, on the present points with the present loss."""
        of_points = self._attempts.setdefault(self.state.points, {})
        return of_points.setdefault(self.state.loss_name, Attempts())

    # -- own points ---------------------------------------------------------------------------

    def add_point(self) -> None:
        """Add the place of the mark, with its class, to the points."""
        s = self.state
        self._set_points(s.points.with_point(s.x1, s.x2, int(s.label)))

    def remove_point(self) -> None:
        """Take the point that is nearest to the mark away."""
        s = self.state
        self._set_points(s.points.without(s.points.nearest(s.x1, s.x2)))

    def only_mark(self) -> None:
        """Begin own points: the mark is the only one."""
        s = self.state
        self._set_points(([s.x1], [s.x2], [int(s.label)]))

    def _set_points(self, points: object) -> None:
        """Other points, as a step of its own for undo, however soon it follows another."""
        with self._lock:
            self._history.separate()
            self.set(points=points)

    def touch(self, touch: Touch) -> None:
        """What the mouse does on the plane of the output: the mark goes there; a click may add or
        remove a point."""
        picture = self.canvases["space"].picture
        assert isinstance(picture, SeparationPicture)
        place = picture.place_at(touch.across, touch.down)
        if place is None:
            return
        self.set(**{name: float(f"{value:.3g}") for name, value in zip(MARK, place, strict=False)})
        if touch.kind == "release" and self.state.click != "mark":
            (self.add_point if self.state.click == "add" else self.remove_point)()

    # -- words --------------------------------------------------------------------------------

    def describe(self) -> str:
        """J, how many points are right, and what a line could do."""
        return words.describe(self.numbers)

    def in_words(self) -> str:
        """The same while gradients are covered: how many points are right."""
        return words.describe_covered(self.numbers) if self.state.covered else self.describe()

    def groups(self) -> tuple[Group, ...]:
        """The two features and the output."""
        names = tuple(NOTATION.parameters)
        return (Group(lambda state: words.group_title(state, 0), names[:3]),
                Group(lambda state: words.group_title(state, 1), names[3:6]),
                Group(words.output_title, names[6:]))

    def descent_title(self, state: SigmoidFeaturesState) -> str:
        """With the learning rate of this lecture, η."""
        return "Gradient descent <small>θ ← θ − η ∂J/∂θ</small>"

    def preset_title(self, name: str) -> str:
        """The text of its button."""
        return TITLES[name][0]

    def board(self, numbers: Numbers) -> str:
        """How many points are right, what lines could do, the smallest J so far."""
        return words.board(numbers, self.attempts)

    def table_notes(self) -> tuple[str, ...]:
        """The points and the loss."""
        n = self.numbers
        return (f"{n.count_right} of {n.points.count} points right ({n.points.name})",
                words.LOSS[self.state.loss_name], *super().table_notes())

    # -- where things stand -------------------------------------------------------------------

    def layout(self) -> list[Section]:
        """The maps beside the nine parameters; below them the descent's curve and the board."""
        assert self.table and self.descent
        control = self.control
        self.pointer = Pointer(self, self.canvases["space"], self.touch)
        self.blocks |= {
            "board": self.text(self.board, "mlp-board"), "formulas": self.text(words.formulas),
            "own": self._own()}
        folds = self.folds(
            Fold("Descent", "descent", [self.descent.widget, control("loss_name").widget]),
            Fold("Points", "points", [self.blocks["own"]]))
        return [
            Section("Features", ("space", "features"), [
                stack(self.table.widget, folds)]),
            Section("Network", ("network", "steps"), [stack(
                control("view").widget, self._below())]),
        ]

    def _below(self) -> OneOf:
        """What stands beside the lower picture: the stepper, or what was found so far."""
        assert self.stepper
        steps = self.folds(Fold("Step by step", "stepper", [self.stepper.widget]))
        return self._part(OneOf(lambda state: state.view, {
            "network": (self.control("edges").widget, self.blocks["formulas"], steps),
            "steps": (self.blocks["board"],)}))

    def _own(self) -> widgets.Widget:
        """The sets, a file, the mark, and what can be done with it."""
        of = declared(SigmoidFeaturesState)["points"]
        assert isinstance(of, Parsed)
        data: DataControl = self._part(DataControl(of, self, COLUMNS))
        buttons = [
            self.button("Add ×", "mlp-add-point", self.add_point,
                        tooltip="Add a point of this class at the mark"),
            self.button("Remove nearest", "mlp-remove-point", self.remove_point,
                        tooltip="Take the point away that is nearest to the mark"),
            self.button("Only ×", "mlp-only-point", self.only_mark,
                        tooltip="Begin your own points with the mark alone")]
        marks = [self.control(name).widget for name in MARK]
        return stack(data.widget, self.text(words.points), *marks, line(*buttons),
                     self.control("click").widget)

    def refresh(self, changed: str = "") -> None:
        """All in line with the state; the student's best so far included."""
        path = self.path if self.descent else []
        parameters = self.numbers.parameters
        given = parameters == self.initial.parameters or any(
            all(parameters[name] == values[name] for name in parameters)
            for values in PRESETS.values())
        self.attempts.note(parameters, self.loss, self.right, given=given,
                           asked_by_hand=self.by_hand, descended=len(path) > 1)
        super().refresh(changed)

    def table_rows(self) -> list[tuple[str, str, str]]:
        """The numbers for viewers without a kernel."""
        right = f"{self.right} of {self.state.points.count}"
        return [*super().table_rows(), ("points right", "", right),
                ("learning rate η", "", number(self.state.learning_rate))]
