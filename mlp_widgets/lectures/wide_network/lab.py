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

import ipywidgets as widgets
import numpy as np

from ...drawing.picture import Picture
from ...drawing.wide_layers import HistogramsPicture, LayersPicture
from ...fields import one_of, whole_number
from ...widgets.canvas import Sheet, Slot
from ...widgets.lab import Lab, Preset
from ...widgets.layout import column, folded, heading, line, presets
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
    descends = False
    presets: ClassVar = {name: Preset(values, name, name.lower().replace(" ", "-"))
                         for name, values in PRESETS.items()}
    sheets = (
        Sheet("lab", "Variance, gradient and activations by layer",
              Slot("layers", LayersPicture, scenes.layers),
              Slot("histograms", HistogramsPicture, scenes.histograms)),
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
        return words.why_zero(self.numbers.why_zero(name))

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

    def _trial_in_words(self, numbers: Numbers) -> str:
        """What the steps did, until the state changes."""
        state, text = self._trial
        return text if state is numbers.state else words.NO_STEPS

    # -- where things stand -----------------------------------------------------------------------

    def layout(self) -> list[widgets.Widget]:
        """Presets and pictures over the whole width, controls left, numbers right."""
        numbers = {name: self.control(name, label_width=92, box_width=190, slider_width=134,
                                      digits=7 if name == "seed" else 4).widget
                   for name in ("depth", "width", "small", "large", "seeds", "seed")}
        choices = [self.control(name).widget for name in ("activation", "init", "compare")]
        draw = self.button("New draws", "mlp-draw", self.new_draws,
                           tooltip="Other random weights and inputs")
        return [
            column("whole", *presets(self.preset_buttons), self.canvases[0].widget),
            column("left", heading("Network <small>layers × neurons, no biases</small>"),
                   numbers["depth"], numbers["width"], choices[0],
                   *folded(heading("Initialization <small>W ~ N(0, c²/n), n inputs</small>")),
                   *choices[1:],
                   *folded(numbers["small"], numbers["large"], numbers["seeds"],
                           line(numbers["seed"], draw),
                           line(self.undo_button, self.reset_button))),
            column("right", self.text(words.board, "mlp-board"), *folded(
                heading("Does it learn? <small>gradient descent, first draw</small>"),
                *self._trial_rows())),
        ]

    def _trial_rows(self) -> tuple[widgets.Widget, widgets.Widget]:
        """Learning rate and button; below, what the steps did."""
        rate = self.control("learning_rate", label_width=0, box_width=200, digits=7)
        button = self.button("20 steps", "mlp-learn", lambda: self.step(SHOWN_STEPS),
                             tooltip="Gradient descent from the first draw")
        # room for the answer from the start, so that nothing moves when it comes
        answer = self.text(self._trial_in_words, height="190px", margin="0", overflow="auto",
                           flex="0 0 auto")
        return line(rate.widget, button), answer

    def table_rows(self) -> list[tuple[str, str, str]]:
        """The numbers for viewers without a kernel."""
        return words.table_rows(self.numbers)

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
