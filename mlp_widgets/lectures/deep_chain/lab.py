"""The deep-chain lab: both passes, why backwards, vanishing and exploding, skip, clipping.

    from mlp_widgets import DeepChainLab
    lab = DeepChainLab(depth=20)              # 20 sigmoid layers, every weight 1
    lab.gradient["w1"]                        # about 1e-13: it has vanished
    lab.skip = True

Source: CMU 10-315, "Neural Networks" (the width-1 deep chain); MIT 6.390, "Neural Networks II".
"""

from __future__ import annotations

from typing import ClassVar

from ...drawing.chain import ChainPicture, ForwardPicture
from ...drawing.clipping import ClippingPicture
from ...drawing.gradient_map import MapPicture
from ...drawing.multiplication_counts import CountsPicture
from ...drawing.picture import Picture
from ...drawing.profiles import ProfilesPicture
from ...drawing.training import TrainingPicture
from ...widgets import bare as widgets
from ...widgets.blocks import COVERED
from ...widgets.canvas import Slot, in_parts_only
from ...widgets.layout import Fold, OneOf, Section, line, stack
from ...widgets.parameter_table import Group
from ...widgets.pointer import Pointer, Touch
from ...widgets.presets import Preset
from ...widgets.trained_lab import TrainedLab
from ...widgets.training_run import TrainingRun
from . import scenes, words
from .depth_map import changes_to, shown_on_map
from .numbers import MOST_DRAWN, OWN, PRESETS, DeepChainState, Numbers
from .training import Training, training_key

BUTTONS = {"lecture chain": ("lecture", "lecture"), "sigmoid vanishes": ("vanishes", "vanishes"),
           "identity w = 1.5 explodes": ("explodes", "explodes"),
           "tanh at the edge": ("tanh at the edge", "edge"),
           "ReLU dead in the middle": ("dead ReLU", "dead"),
           "skip saves it": ("skip saves it", "skip"),
           "skip explodes": ("skip explodes", "skip-explodes"),
           "clipping tames it": ("clipping tames it", "clipping")}
"""Preset -> the text of its button, short enough for all in one line, and its CSS class."""


def drawn_as_chain(state: DeepChainState) -> bool:
    """Whether all numbers are shown; deeper chains are shown as profiles."""
    return state.view == "chain" and state.depth <= MOST_DRAWN


class DeepChainLab(TrainedLab[DeepChainState, Numbers, Training]):
    """A chain of layers of one neuron each: the lab as a widget and as an object.

    Every argument is a keyword and an attribute; ``repr`` rebuilds the lab. To set one of the
    weights w1 to w10 means that each layer has its own. Raises ValueError, in one sentence, on
    what is not allowed.
    """

    state_type = DeepChainState
    title = "A deep chain"
    no_operations = words.NO_STEPPER
    presets: ClassVar = {
        name: Preset(PRESETS[name], text, css,
                     f"{name}: {words.title(DeepChainState().changed(**PRESETS[name]))}")
        for name, (text, css) in BUTTONS.items()}
    slots = (
        Slot("chain", ChainPicture, scenes.chain, "The chain, layer by layer",
             of=lambda s: s.passes, also=("operation",), when=drawn_as_chain,
             lacks=words.not_drawn, covered=scenes.covered_chain, halves="60-40"),
        # for parts: until the backward pass is treated nothing asks what its rows are
        Slot("forward", ForwardPicture, scenes.covered_chain, "The chain, layer by layer, forward",
             of=lambda s: s.passes, also=("operation",), when=in_parts_only,
             lacks=words.not_drawn, halves="60-40"),
        Slot("profiles", ProfilesPicture, scenes.profiles, "Values and gradients over the layers",
             of=lambda s: s.passes, also=("mode", "std", "view"),
             when=lambda s: not drawn_as_chain(s), covered=scenes.covered_profiles,
             halves="50-49"),
        Slot("map", MapPicture, scenes.depth_map, "The first gradient over depth and weight",
             of=shown_on_map, when=lambda s: s.below == "map", covered=COVERED),
        Slot("why", CountsPicture, scenes.counts, "Multiplications with and without reuse",
             of=lambda s: (s.depth, s.skip), when=lambda s: s.below == "why"),
        Slot("clipping", ClippingPicture, scenes.clipping, "The gradient before and after clipping",
             of=lambda s: (s.passes, s.max_norm), when=lambda s: s.below == "clipping",
             covered=COVERED),
        Slot("training", TrainingPicture, scenes.training, "J over the steps of three trainings",
             progress=True, of=lambda s: None, when=lambda s: s.below == "training"),
    )

    def compute(self, state: DeepChainState) -> Numbers:
        """All numbers of a state."""
        return Numbers(state)

    # -- numbers from code --------------------------------------------------------------------

    @property
    def weights(self) -> tuple[float, ...]:
        """w_1 ... w_L."""
        return self.state.weights

    # -- words --------------------------------------------------------------------------------

    def describe(self) -> str:
        """The chain, J, and the first and the last gradient, or where it overflows."""
        return words.describe(self.numbers)

    def about_change(self, before: DeepChainState, after: DeepChainState) -> str:
        """That a training has ended, or the depth has followed; else the change itself."""
        followed = before.mode != after.mode == "each" and before.depth > after.depth == MOST_DRAWN
        if followed and not self.training_run.ends_with(after):
            return words.SHORTENED
        return super().about_change(before, after)

    def groups(self) -> tuple[Group, ...]:
        """No table: of up to 100 gradients the board names the first and the extremes."""
        return ()

    def go_to(self, touch: Touch) -> None:
        """Move the setting to where the map is clicked."""
        picture = self.canvases["map"].picture
        assert isinstance(picture, MapPicture)
        place = picture.share_to_setting(touch.across, touch.down)
        if place is not None:
            self.set(**changes_to(self.state, *place))

    # -- where things stand -------------------------------------------------------------------

    def headline(self, numbers: Numbers) -> tuple[str, str]:
        """J, or that it overflows."""
        return "J = (ŷ − y)²", words.loss(numbers)

    def layout(self) -> list[Section]:
        """The chain over the whole width; below it one of four pictures with what it needs."""
        assert self.stepper
        self.trains(TrainingRun(
            self, Training, training_key, words=words.training, results=words.results,
            opens={"below": "training"}, tooltip="Three descents from the present weights"))
        self.clicks = Pointer(self, self.canvases["map"], self.go_to)
        control = self.control
        self.blocks |= {
            "board": self.text(words.board, "mlp-board", words.board_covered),
            "blocked": self.text(words.blocked, covered=COVERED),
            "below": self.text(words.below), "weights": self._weights()}
        # for parts, whose picture does not follow what the lab has below its chain
        self.blocks |= {f"about_{name}": self.text(make) for name, make in words.ABOUT.items()}
        folds = self.folds(
            Fold("Step by step", "stepper", [self.stepper.widget]),
            Fold("Input and target", "point", [control("x").widget, control("y").widget]))
        return [
            Section("Chain", ("chain", "forward", "profiles"), [
                stack(control("depth").widget, control("mode").widget, self.blocks["weights"]),
                stack(line(control("activation").widget, control("skip").widget),
                      control("view").widget),
                self.blocks["board"], self.blocks["blocked"]], wide=4, folds=folds),
            Section("Map, clipping, training", ("map", "why", "clipping", "training"), [stack(
                control("below").widget, self._below())]),
        ]

    def _weights(self) -> widgets.Widget:
        """The rows from which the weights come. The style sheet hides those that are not in use."""
        rows = {"shared": ("w",), "each": OWN, "random": ("seed", "std")}
        shown = self._part(OneOf(lambda state: state.mode, {
            mode: [self.control(name).widget for name in names] for mode, names in rows.items()}))
        shown.add_class("mlp-weights")
        return shown

    def _below(self) -> widgets.Widget:
        """The rows and the words beside the lower picture."""
        text, threshold = self.blocks["below"], self.control("max_norm").widget
        rates = [self.control(name).widget for name in ("learning_rate", "steps")]
        rows = self._part(OneOf(lambda state: state.below, {
            "map": [text], "why": [text], "clipping": [threshold, text],
            "training": [threshold, *rates, self.blocks["training"]]}))
        rows.add_class("mlp-below")
        return rows

    def table_rows(self) -> list[tuple[str, str, str]]:
        """The numbers for viewers without a kernel."""
        return words.table_rows(self.numbers, self._told)

    def _told(self, gradient: float) -> str:
        """A gradient, "overflow" where it is none; a ? while it is covered."""
        return "?" if self.state.covered else words.written(gradient)

    def table_notes(self) -> tuple[str, ...]:
        """The chain in a few words."""
        return words.title(self.state), *super().table_notes()

    def snapshot_rows(self) -> list[list[Picture | list[Picture]]]:
        """The chain, and the numbers beside the picture below."""
        upper, lower = self.pictures_in_view
        return [[upper], [self.table_picture(338, 420), lower]]
