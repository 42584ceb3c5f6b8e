"""The training-loop lab: the loop line by line, and GD, SGD and mini-batches side by side.

    from mlp_widgets import TrainingLoopLab
    lab = TrainingLoopLab(batch=4)            # show it: put `lab` last in a cell
    lab.operation = 3                         # the third line of the walk: forward
    lab.learn().ways["SGD"].J[-1]             # J after all epochs

Source: MIT 6.390, Lecture 6 "Neural Networks II", the training loop, SGD and mini-batches.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

from ...drawing.descents import DescentsPicture
from ...drawing.gradient_noise import NoisePicture
from ...drawing.loop_line import LoopPicture
from ...drawing.picture import Picture
from ...text import number
from ...widgets.blocks import COVERED
from ...widgets.canvas import Slot
from ...widgets.layout import Fold, Section, line, stack
from ...widgets.parameter_table import Group
from ...widgets.pointer import Pointer, Touch
from ...widgets.presets import Preset
from ...widgets.stepper import Stepper
from ...widgets.trained_lab import TrainedLab
from ...widgets.training_run import TrainingRun
from . import scenes, words
from .numbers import PRESETS, Numbers, TrainingLoopState
from .training import WAYS, Training, training_key
from .walk import Line

BUTTONS = {"SGD": "SGD, B = 1", "mini-batch": "B = 4", "GD": "GD, B = 24",
           "minimum": "at the minimum", "exact": "exact data",
           "too fast": "η too large", "network": "1-3-1 network"}


class LineStepper(Stepper):
    """Walks through the lines of the loop; its words are the loop, with one line lit."""

    noun = "step"  # "repeat" is a line, and no step

    def steps(self, numbers: Numbers) -> Sequence[Line]:
        """The lines of the first updates."""
        return numbers.stops

    def _words(self, found: Sequence[object], step: int, numbers: Numbers,
               covered: bool = False) -> str:
        return words.listing(numbers)


class TrainingLoopLab(TrainedLab[TrainingLoopState, Numbers, Training]):
    """The training loop: initialize; repeat forward, loss, backward, update. As a widget and as an
    object.

    Every argument is a keyword and an attribute; ``repr`` rebuilds the lab. Another seed draws
    another start w, b. Raises ValueError, in one sentence, on what is not allowed.
    """

    state_type = TrainingLoopState
    title = "The training loop"
    stepper_type = LineStepper
    presets: ClassVar = {name: Preset(PRESETS[name], text, name.lower().replace(" ", "-"))
                         for name, text in BUTTONS.items()}
    slots = (
        Slot("loop", LoopPicture, scenes.loop, "A line of the loop with its arrays",
             of=lambda s: (s.of_the_network, s.rate_so_far), also=("operation",),
             covered=scenes.loop, halves="51-51"),
        Slot("descents", partial(DescentsPicture, WAYS), scenes.descents,
             "GD, SGD and mini-batches: J and the paths", progress=True, also=("epochs",),
             halves="50-50"),
        Slot("noise", NoisePicture, scenes.noise, "The gradients of mini-batches",
             covered=COVERED, halves="50-50"),
    )

    def compute(self, state: TrainingLoopState) -> Numbers:
        """All numbers of a state."""
        return Numbers(state)

    # -- actions ------------------------------------------------------------------------------

    def go_to(self, touch: Touch) -> None:
        """Move the start to where the map is clicked."""
        picture = self.canvases["descents"].picture
        assert isinstance(picture, DescentsPicture)
        place = picture.data_at(picture.map, touch.across, touch.down)
        if place is not None:
            self.set(w=round(place[0], 2), b=round(place[1], 2))

    # -- words ----------------------------------------------------------------------------------

    def describe(self) -> str:
        """The model, J at the start, and what the batch size means."""
        return words.describe(self.numbers)

    def groups(self) -> tuple[Group, ...]:
        """The two parameters that stand on sliders."""
        return (Group(lambda state: "Start <small>" + (
            "g = w·x + b" if state.model == "line" else "w is the first entry of W¹, b is b²")
            + "</small>", ("w", "b")),)

    # -- where things stand -----------------------------------------------------------------------

    def headline(self, numbers: Numbers) -> tuple[str, str]:
        """J over all points at the start."""
        return "J at the start, all points", number(numbers.loss, 5)

    def layout(self) -> list[Section]:
        """The loop; three trainings; the noise of the gradient."""
        assert self.table and self.stepper
        control = self.control
        self.trains(TrainingRun(
            self, Training, training_key, words=words.training, results=words.results,
            tooltip="GD, SGD and mini-batches from the same start", per_frame=1))
        epoch = self.button("1 epoch", "mlp-epoch", lambda: self.step(1),
                            tooltip="Each of them sees all points once more")
        self.clicks = Pointer(self, self.canvases["descents"], self.go_to)
        self.blocks["noise"] = self.text(words.noise, covered=COVERED)
        folds = self.folds(
            Fold("Model, data, seed", "data", [control(name).widget for name in (
                "model", "data", "seed")]))
        epochs = self.folds(Fold("Epochs", "epochs", [control("epochs").widget, line(epoch)]))
        return [
            Section("The loop", ("loop",), [
                stack(self.table.widget, control("batch").widget,
                      control("learning_rate").widget, folds),
                self.stepper.widget], wide=5),
            Section("Three trainings", ("descents",), [self.blocks["training"], epochs],
                    wide=5),
            Section("Noise", ("noise",), [self.blocks["noise"]], wide=5),
        ]

    def snapshot_rows(self) -> list[list[Picture | list[Picture]]]:
        """All pictures, and the numbers below."""
        rows: list[list[Picture | list[Picture]]] = [[p] for p in self.pictures_in_view]
        return [*rows, [self.table_picture(490, 200)]]
