"""The digits lab: a network learns to read handwritten digits, epoch by epoch.

    from mlp_widgets import DigitsLab
    lab = DigitsLab()                          # untrained
    lab.epochs = 30                            # the same as Train: about a second
    lab.accuracy, lab.loss, lab.gradient["W1"]
    lab.digit = 1573                           # another digit
    lab.probabilities, lab.dJ_dx

The digits come with scikit-learn, an extra: ``pip install "mlp-widgets[digits]"``.
Source: MIT 6.390, "Neural Networks II"; CMU 10-315, "Neural Networks", polls 4 to 6.
"""

from __future__ import annotations

from functools import partial
from typing import ClassVar

import numpy as np

from ...data.digits import DARKEST
from ...drawing.dead_neurons import DeadPicture
from ...drawing.learning import LearningPicture, percent
from ...drawing.mistakes import MistakesPicture
from ...drawing.picture import Picture
from ...drawing.reading import ReadingPicture
from ...fields import one_of, whole_number
from ...widgets import bare as widgets
from ...widgets.canvas import Progress, Slot
from ...widgets.counted_run import CountedRun
from ...widgets.lab import Lab
from ...widgets.layout import Fold, Section, line, stack
from ...widgets.pointer import Pointer, Touch
from ...widgets.presets import Preset
from ...widgets.why_zero import why_of_layers
from . import scenes, words
from .numbers import PRESETS, DigitsState, Mistake, Numbers
from .others import Others
from .training import MOST_EPOCHS

TRAIN, STOP = "▶ Train", "❚❚ Stop"


class DigitsLab(Lab[DigitsState, Numbers]):
    """64 pixels, two hidden layers of ReLUs, 10 softmax outputs; cross-entropy: the lab as a widget
    and as an object.

    One half of scikit-learn's 1797 digits is learned by mini-batch gradient descent, the other is
    held out. The weights follow from the fields: the same epochs, seed, learning rate and widths
    always give the same network. Every argument is a keyword and an attribute; ``repr`` rebuilds
    the lab. Raises ValueError, in one sentence, on what is not allowed, and ImportError without
    scikit-learn. ``parameters``, ``gradient`` and ``loss`` are over the half that is learned: the
    names are "W1", "b1", ..., the values arrays.
    """

    state_type = DigitsState
    title = "Digits: a network learns to read"
    descends = False
    presets: ClassVar = {name: Preset(values, name, name.replace(" ", "-"))
                         for name, values in PRESETS.items()}
    slots = (
        Slot("learning", LearningPicture, scenes.learning, "J and accuracy, epoch by epoch",
             of=lambda s: s.trained, when=lambda s: s.view == "learning"),
        Slot("reading", ReadingPicture, scenes.reading, "How the network reads the digit",
             of=lambda s: (s.trained, s.digit, s.pixels), also=("pixel_row", "pixel_column", "ink"),
             covered=scenes.covered_reading, halves="50-50"),
        Slot("mistakes", MistakesPicture, scenes.mistakes, "Digits that are read wrong",
             of=lambda s: s.trained, also=("digit",), when=lambda s: s.view == "mistakes"),
        Slot("dead", DeadPicture, scenes.dead, "Dead neurons by initialization",
             of=lambda s: s.trained, when=lambda s: s.view == "dead", progress=True,
             covered=scenes.covered_dead),
    )

    def compute(self, state: DigitsState) -> Numbers:
        """All numbers of a state; trains the network, if that was not done before."""
        return Numbers(state)

    # -- numbers from code --------------------------------------------------------------------

    @property
    def accuracy(self) -> tuple[float, float]:
        """The part of the digits that is read right: learned, held out."""
        return self.numbers.accuracy

    @property
    def mistakes(self) -> list[Mistake]:
        """The digits held out that are read wrong: (digit, label, read)."""
        return list(self.numbers.mistakes)

    @property
    def dead(self) -> tuple[int, int]:
        """How many neurons of each hidden layer are 0 at every digit that is learned."""
        first, second = (int(layer.sum()) for layer in self.numbers.dead)
        return first, second

    @property
    def probabilities(self) -> np.ndarray:
        """ŷ of the digit shown, shape (10,)."""
        return self.numbers.probabilities

    @property
    def dJ_dx(self) -> np.ndarray:
        """∂J/∂x of the digit shown, by pixel, shape (8, 8)."""
        return self.numbers.dJ_dx

    def why_zero(self, name: str) -> str:
        """Why all of a gradient is exactly 0, in words; "" if it is not."""
        one_of("parameter", name, self.numbers.parameters)
        return why_of_layers(self.numbers.why_zero(name))

    # -- actions --------------------------------------------------------------------------------

    def step(self, count: int = 1) -> None:
        """``count`` epochs more, to at most 30."""
        whole_number("count", count, 1, MOST_EPOCHS)
        self.set(epochs=min(self.state.epochs + count, MOST_EPOCHS))

    def run(self) -> None:
        """Train epoch by epoch until ``pause`` or the last one; after that from the first."""
        self.training_run.run()

    def pause(self) -> None:
        """Stop the training; what it has come to stays."""
        self.training_run.stop()

    def network_changed(self, before: DigitsState) -> None:
        """A training ends with another setting, not with another digit."""
        if self.is_built and before.trained != self.state.trained:
            self.training_run.stop()

    @property
    def progress(self) -> Progress:
        """How many epochs the networks of other first weights have left, for the page."""
        return Progress(self.others.left, self.others.left)

    def show_pictures(self) -> None:
        """That of dead neurons does not wait for the networks of other first weights."""
        with self.others.shown():
            super().show_pictures()

    def paint(self, row: int, column: int, ink: int = DARKEST) -> None:
        """Give a pixel of the digit shown another ink, 0 to 16; rows and columns count from 1."""
        with self._lock:
            where = self.state.changed(pixel_row=row, pixel_column=column, ink=ink)
            self.set(**self.state.with_pixel(where.pixel_row, where.pixel_column, where.ink))

    def next_mistake(self, step: int = 1) -> None:
        """Show the next digit that is read wrong, or with -1 the one before."""
        with self._lock:
            digits = [mistake.digit for mistake in self.numbers.mistakes]
            if not digits:
                self.show_status(words.no_mistakes(self.numbers))
                return
            here = (digits.index(self.state.digit) + step if self.state.digit in digits
                    else min(step, 0))
            self.set(digit=digits[here % len(digits)])

    def _paint_frame(self) -> None:
        self.paint(self.state.pixel_row, self.state.pixel_column, self.state.ink)

    def _touch_digit(self, touch: Touch) -> None:
        """Paint the pixel that is pressed, or drawn over."""
        picture = self.canvases["reading"].picture
        assert isinstance(picture, ReadingPicture)
        pixel = picture.pixel_at(touch.across, touch.down)
        if pixel is not None and touch.kind != "release":
            self.paint(pixel[0] + 1, pixel[1] + 1, self.state.ink)

    def _touch_mistake(self, touch: Touch) -> None:
        """Show the mistake that is pressed."""
        picture = self.canvases["mistakes"].picture
        assert isinstance(picture, MistakesPicture)
        place = picture.place_at(touch.across, touch.down)
        if touch.kind == "press" and place is not None and place < len(self.mistakes):
            self.set(digit=self.mistakes[place].digit)

    # -- words ------------------------------------------------------------------------------------

    def describe(self) -> str:
        """How far the training is, and as what the digit is read."""
        return words.describe(self.numbers)

    def in_words(self) -> str:
        """The same while gradients are covered: it tells none."""
        return self.describe()

    # -- where things stand -----------------------------------------------------------------------

    def headline(self, numbers: Numbers) -> tuple[str, str]:
        """How many of the digits held out are read right."""
        return "held out, read right", percent(numbers.accuracy[1])

    def layout(self) -> list[Section]:
        """The training, with its mistakes and dead neurons; the digit on its way through the
        network."""
        control = self.control
        self.training_run = self._part(CountedRun(
            self, "epochs", (TRAIN, STOP), tooltip="Epoch by epoch, to the last one"))
        self.others = Others(self, self.canvases["dead"])
        self.pointers = [Pointer(self, self.canvases["reading"], self._touch_digit),
                         Pointer(self, self.canvases["mistakes"], self._touch_mistake)]
        self.blocks |= {
            "train": self.training_run.widget,
            "about_learning": self.text(words.learning, covered=words.learning_covered),
            "about_reading": self.text(words.reading, covered=words.reading_covered),
            "paint": self._paint_controls(),
            "find": line(*self._mistake_buttons())}
        steps, network = ("learning_rate", "batch", "seed"), ("hidden1", "hidden2")
        folds = self.folds(
            Fold("Steps", "steps", [control(name).widget for name in steps]),
            Fold("Network", "network", [control(name).widget for name in network]))
        return [
            Section("Learning", ("learning", "mistakes", "dead"), [stack(
                control("epochs").widget, self.blocks["train"], control("init").widget,
                control("view").widget, folds, self.blocks["about_learning"])]),
            Section("Reading", ("reading",), [
                stack(control("digit").widget, self.blocks["find"],
                      self.folds(Fold("Change pixels", "pixels", [self.blocks["paint"]]))),
                self.blocks["about_reading"]], wide=5),
        ]

    def _mistake_buttons(self) -> list[widgets.Widget]:
        return [self.button(text, css, partial(self.next_mistake, step), tooltip=tooltip)
                for text, css, step, tooltip in (
                    ("◂ mistake", "mlp-mistake-before", -1, "The mistake before this one"),
                    ("mistake ▸", "mlp-mistake-next", 1, "The next digit that is read wrong"))]

    def _paint_controls(self) -> widgets.Widget:
        """What changes the pixels without a mouse."""
        rows = [self.control(name).widget for name in ("pixel_row", "pixel_column", "ink")]
        return stack(*rows, line(
            self.button("Set pixel", "mlp-paint", self._paint_frame, primary=True,
                        tooltip="Give the pixel in the frame this ink"),
            self.button("Reset pixels", "mlp-pixels", lambda: self.set(pixels=()),
                        tooltip="The digit as it was written")),
            widgets.HTML("<small>Or draw on the digit with the mouse.</small>"))

    def table_rows(self) -> list[tuple[str, str, str]]:
        """The numbers for viewers without a kernel."""
        return words.table_rows(self.numbers, self.told)

    def table_notes(self) -> tuple[str, ...]:
        """How far it is trained."""
        return (f"after {words.counted_epochs(self.state.epochs)}", *super().table_notes())

    def snapshot_rows(self) -> list[list[Picture | list[Picture]]]:
        """The numbers beside the training; the digit."""
        pictures = {canvas.slot.name: canvas.in_view for canvas in self._in_view()}
        reading = pictures.pop("reading")
        return [[self.table_picture(338, 400), *pictures.values()], [reading]]
