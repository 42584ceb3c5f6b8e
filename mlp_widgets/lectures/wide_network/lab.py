"""The wider-networks lab: what the size of the first weights does to many layers.

    from mlp_widgets import WideNetworkLab
    lab = WideNetworkLab(activation="relu", init="xavier", compare="he")
    lab.depth = 50                            # the same as moving the slider
    lab.per_layer, lab.variance, lab.gradient_norms
    lab.step(20)                              # a trial: 20 steps of gradient descent

Source: MIT 6.390, "Neural Networks II", "Reference: weight initialization".
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ...drawing.picture import Picture
from ...drawing.wide_layers import HistogramsPicture, LayersPicture
from ...fields import one_of, whole_number
from ...widgets.canvas import Slot
from ...widgets.lab import Lab
from ...widgets.layout import Fold, Section, heading, line, stack
from ...widgets.presets import Preset
from ...widgets.why_zero import why_of_layers
from . import scenes, words
from .learning import Learning
from .numbers import LARGEST_SEED, PRESETS, Numbers, WideState

MOST_STEPS = 1000
SHOWN_STEPS = 20
"""Of the button."""


class WideNetworkLab(Lab[WideState, Numbers]):
    """Many networks drawn at random, w[l] ~ N(0, c²/n_{l-1}), measured layer by layer: the lab as
    a widget and as an object.

    The output is one linear neuron, J the mean squared error on random targets. Every argument is
    a keyword and an attribute; ``repr`` rebuilds the lab. Raises ValueError, in one sentence, on
    what is not allowed. ``parameters``, ``gradient`` and ``loss`` are those of the first draw of
    ``init``: the names are "W1", "W2", ..., the values matrices.
    """

    state_type = WideState
    title = "Wider networks: the size of the first weights"
    descends = False
    presets: ClassVar = {name: Preset(values, name, name.lower().replace(" ", "-"))
                         for name, values in PRESETS.items()}
    slots = (
        Slot("layers", LayersPicture, scenes.layers, "Variance and gradient by layer",
             covered=words.COVERED, halves="50-50"),
        Slot("histograms", HistogramsPicture, scenes.histograms, "The activations of three layers",
             covered=words.COVERED, blank=scenes.blank_histograms, halves="65-64"),
    )

    def prepare(self) -> None:
        """No step was taken yet."""
        self._trial: tuple[WideState | None, str] = None, ""

    def compute(self, state: WideState) -> Numbers:
        """All numbers of a state."""
        return Numbers(state)

    # -- numbers from code --------------------------------------------------------------------

    @property
    def variance(self) -> np.ndarray:
        """Variance of a[l] for l = 0..depth: geometric mean over the draws, shape (depth + 1,)."""
        return self.numbers.main.typical_variance

    @property
    def gradient_norms(self) -> np.ndarray:
        """Length of ∂J/∂W^l for l = 1..depth + 1: geometric mean over the draws."""
        return self.numbers.main.typical_gradient

    @property
    def per_layer(self) -> float:
        """By what each layer multiplies the variance."""
        return self.numbers.main.per_layer

    def why_zero(self, name: str) -> str:
        """Why all of a gradient ∂J/∂W is exactly 0, in words; "" if it is not."""
        one_of("parameter", name, self.numbers.parameters)
        return why_of_layers(self.numbers.why_zero(name))

    # -- actions --------------------------------------------------------------------------------

    def step(self, count: int = 1) -> dict[str, Learning]:
        """A trial: ``count`` steps of gradient descent on the first draw of each initialization.

        The lab stays as it is; what the steps did is shown and returned, by initialization.
        """
        whole_number("count", count, 1, MOST_STEPS)
        with self._lock:
            found = {init: self.numbers.learn(init, int(count)) for init in self.numbers.profiles}
            self._trial = self.state, words.learning_table(found)
            self.refresh()
            self.show_status(" ".join(words.learning_verdict(*pair) for pair in found.items()))
        return found

    def new_draws(self) -> None:
        """The same setting with other random weights and inputs."""
        self.set(seed=(self.state.seed + self.state.seeds) % (LARGEST_SEED + 1))

    # -- words ------------------------------------------------------------------------------------

    def describe(self) -> str:
        """What happens to the variance and the gradient on the way through the layers."""
        return words.verdict(self.numbers)

    def in_words(self) -> str:
        """Not the results, while they are covered."""
        return words.COVERED if self.state.covered else self.describe()

    def _trial_in_words(self, numbers: Numbers) -> str:
        """What the steps did, until the state changes."""
        state, text = self._trial
        return text if state is numbers.state else words.NO_STEPS

    # -- where things stand -----------------------------------------------------------------------

    def headline(self, numbers: Numbers) -> tuple[str, str]:
        """What each layer multiplies the variance by."""
        found = words.short(numbers.main.per_layer)
        return "variance per layer", f"× {'?' if self.state.covered else found}"

    def layout(self) -> list[Section]:
        """The layers over the whole width, controls below; then the activations of three layers."""
        control = self.control
        draw = self.button("New draws", "mlp-draw", self.new_draws,
                           tooltip="Other random weights and inputs")
        learn = self.button("20 steps", "mlp-learn", lambda: self.step(SHOWN_STEPS), primary=True,
                            tooltip="Gradient descent from the first draw")
        trial = (stack(heading("Does it learn? <small>gradient descent, first draw</small>"),
                       line(control("learning_rate").widget, learn)),
                 self.text(self._trial_in_words, "mlp-trial"))
        self.blocks |= {
            "board": self.text(words.board, "mlp-board", words.COVERED),
            "trial": stack(*trial)}
        folds = self.folds(
            Fold("Compare", "compare", [control("compare").widget]),
            Fold("Too small, too large", "sizes",
                 [control("small").widget, control("large").widget]),
            Fold("Draws", "draws", [control("seeds").widget, control("seed").widget, line(draw)]),
            Fold("Numbers", "board", [self.blocks["board"]]))
        return [
            Section("Layers", ("layers",), [
                stack(control("depth").widget, control("width").widget,
                      control("activation").widget),
                control("init").widget], wide=4, folds=folds),
            Section("Activations and learning", ("histograms",), trial, wide=7),
        ]

    def table_rows(self) -> list[tuple[str, str, str]]:
        """The numbers for viewers without a kernel."""
        return [(words.COVERED, "", "")] if self.state.covered else words.table_rows(self.numbers)

    def table_notes(self) -> tuple[str, ...]:
        """How many inputs there are."""
        return words.table_notes(self.state)

    @property
    def picture_title(self) -> str:
        """Depth, width, activation and draws."""
        return words.table_title(self.state)

    def snapshot_rows(self) -> list[list[Picture | list[Picture]]]:
        """The pictures, and the numbers below."""
        return [[self.pictures_in_view], [self.table_picture(490, 370)]]
