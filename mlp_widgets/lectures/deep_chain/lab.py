"""The deep-chain lab: both passes, why backwards, vanishing and exploding, skip, clipping.

    from mlp_widgets import DeepChainLab
    lab = DeepChainLab(depth=20)              # 20 sigmoid layers, every weight 1
    lab.gradient["w1"]                        # about 1e-13: it has vanished
    lab.skip = True

Source: CMU 10-315, "Neural Networks" (the width-1 deep chain); MIT 6.390, "Neural Networks II".
"""

from __future__ import annotations

from typing import ClassVar

import ipywidgets as widgets

from ...drawing.chain import ChainPicture
from ...drawing.clipping import ClippingPicture
from ...drawing.gradient_map import MapPicture
from ...drawing.multiplication_counts import CountsPicture
from ...drawing.picture import Picture
from ...drawing.profiles import ProfilesPicture
from ...drawing.training import TrainingPicture
from ...widgets.canvas import Progress, Sheet, Slot
from ...widgets.lab import Lab, Preset
from ...widgets.layout import OneOf, column, folded, heading, line, presets
from ...widgets.parameter_table import Group
from . import scenes, words
from .depth_map import shown_on_map
from .map_clicks import MapClicks
from .numbers import MOST_DRAWN, OWN, PRESETS, DeepChainState, Numbers
from .training import Training
from .training_run import TrainingRun

CLASSES = ("lecture", "vanishes", "explodes", "edge", "dead", "skip", "clipping")
"""CSS classes of the presets."""


def drawn_as_chain(state: DeepChainState) -> bool:
    """Whether all numbers are shown; deeper chains are shown as profiles."""
    return state.view == "chain" and state.depth <= MOST_DRAWN


class DeepChainLab(Lab[DeepChainState, Numbers]):
    """A chain of layers of one neuron each: the lab as a widget and as an object.

    Every argument is a keyword and an attribute; ``repr`` rebuilds the lab. To set one of the
    weights w1 to w10 means that each layer has its own. Raises ValueError, in one sentence, on
    what is not allowed.
    """

    state_type = DeepChainState
    title = "A deep chain"
    descends = False  # its training is of three chains, see TrainingRun
    no_operations = words.NO_STEPPER
    presets: ClassVar = {name: Preset(values, name, css) for (name, values), css in zip(
        PRESETS.items(), CLASSES, strict=True)}
    sheets = (
        Sheet("lab", "The chain, layer by layer",
              Slot("chain", ChainPicture, scenes.chain, of=lambda s: s.passes,
                   also=("operation",), when=drawn_as_chain),
              Slot("profiles", ProfilesPicture, scenes.profiles, of=lambda s: s.passes,
                   also=("mode", "std", "view"), when=lambda s: not drawn_as_chain(s))),
        Sheet("below", "The picture that is chosen below the chain",
              Slot("map", MapPicture, scenes.depth_map, of=shown_on_map,
                   when=lambda s: s.below == "map"),
              Slot("why", CountsPicture, scenes.counts, of=lambda s: (s.depth, s.skip),
                   when=lambda s: s.below == "why"),
              Slot("clipping", ClippingPicture, scenes.clipping,
                   of=lambda s: (s.passes, s.max_norm), when=lambda s: s.below == "clipping"),
              Slot("training", TrainingPicture, scenes.training, progress=True,
                   of=lambda s: None, when=lambda s: s.below == "training")),
    )

    def compute(self, state: DeepChainState) -> Numbers:
        """All numbers of a state."""
        return Numbers(state)

    # -- numbers from code --------------------------------------------------------------------

    @property
    def weights(self) -> tuple[float, ...]:
        """w_1 ... w_L."""
        return self.state.weights

    @property
    def training(self) -> Training | None:
        """The training from the present setting, as far as it is; None if there is none."""
        return self.training_run.found

    # -- training -----------------------------------------------------------------------------

    def run(self) -> None:
        """Train from the present weights in all three ways, until the end or ``pause``."""
        self.training_run.run()

    def learn(self) -> Training:
        """Train in all three ways to the end, and return the result; for use from code."""
        return self.training_run.learn()

    def step(self, count: int = 1) -> None:
        """``count`` steps of each of the three ways; they go on from where a training stopped."""
        self.training_run.step(count)

    def pause(self) -> None:
        """Stop the training; what it found stays."""
        self.training_run.pause()

    @property
    def progress(self) -> Progress:
        """The training so far."""
        return self.training_run.progress

    # -- words --------------------------------------------------------------------------------

    def describe(self) -> str:
        """The chain, J, and the first and the last gradient, or where it overflows."""
        return words.describe(self.numbers)

    def about_change(self, before: DeepChainState, after: DeepChainState) -> str:
        """That a training has ended, or the depth has followed; else the change itself."""
        if self.training_run.ends_with(after):
            return "Training stopped, because the setting has changed. "
        if before.mode != after.mode == "each" and before.depth > after.depth == MOST_DRAWN:
            return f"Depth set to {MOST_DRAWN}, the most for one weight a layer. "
        return super().about_change(before, after)

    def groups(self) -> tuple[Group, ...]:
        """No table: of up to 100 gradients the board names the first and the extremes."""
        return ()

    # -- where things stand -------------------------------------------------------------------

    def layout(self) -> list[widgets.Widget]:
        """The chain over the whole width, controls on the left, explanations on the right."""
        assert self.stepper
        upper, lower = self.canvases
        self.training_run: TrainingRun = self._part(TrainingRun(self))
        self.clicks = MapClicks(self, lower)
        row = self._narrow_row
        area = widgets.VBox([self._below()], layout=widgets.Layout(
            height="168px", margin="0", overflow="hidden", flex="0 0 auto"))
        first, second = self.preset_buttons[:4], self.preset_buttons[4:]
        return [
            column("whole", *presets(first, [*second, self.control("view").widget]), upper.widget),
            column("left", row("depth"),
                   *folded(line(self.control("activation").widget, self.control("skip").widget),
                           self.control("mode").widget),
                   self._weights(),
                   *folded(row("x"), row("y"), line(self.undo_button, self.reset_button)),
                   self.text(words.board, "mlp-board"), self.text(words.blocked)),
            column("right", heading("Step by step"), *self.stepper.rows,
                   self.control("below").widget, area, lower.widget),
        ]

    def _narrow_row(self, name: str) -> widgets.Widget:
        return self.control(name, label_width=52, box_width=158, slider_width=162).widget

    def _wide_row(self, name: str) -> widgets.Widget:
        return self.control(name, label_width=122, box_width=228, slider_width=220).widget

    def _weights(self) -> widgets.Widget:
        """The rows from which the weights come."""
        rows = {"shared": ("w",), "each": OWN, "random": ("seed", "std")}
        return self._part(OneOf(lambda state: state.mode, {
            mode: [self._narrow_row(name) for name in names] for mode, names in rows.items()}))

    def _below(self) -> widgets.Widget:
        """The rows and the words above the lower picture."""
        text, threshold = self.text(words.below), self._wide_row("max_norm")
        rates = [self._wide_row(name) for name in ("learning_rate", "steps")]
        return self._part(OneOf(lambda state: state.below, {
            "map": [text], "why": [text], "clipping": [threshold, text],
            "training": [threshold, *rates, *self.training_run.rows]}))

    def table_rows(self) -> list[tuple[str, str, str]]:
        """The numbers for viewers without a kernel."""
        return words.table_rows(self.numbers)

    def table_notes(self) -> tuple[str, ...]:
        """The chain in a few words."""
        return words.title(self.state), *super().table_notes()

    def snapshot_rows(self) -> list[list[Picture | list[Picture]]]:
        """The chain, and the numbers beside the picture below."""
        upper, lower = self.canvases
        return [[*upper.in_view], [self.table_picture(338, 420), *lower.in_view]]

    def close(self) -> None:
        """Stop the training, and remove the lab from the page."""
        self.training_run.runner.stop()
        self.training_run.runner.join(1.0)
        self.clicks.close()
        super().close()
