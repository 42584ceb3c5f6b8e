"""The names-and-counts lab: which weight is w₂,₁,₃, and how many parameters are there?

    from mlp_widgets import NamesCountsLab
    lab = NamesCountsLab(n1=4)                # 3-4-2-1
    lab.set(layer=1, output=4, input=0)       # pick b₁,₄
    lab.count, lab.count_by_layer, lab.name

Source: CMU 10-315, P. Virtue, "Neural Networks": parameter naming, the ways to define a layer,
polls 1 and 4 to 6.
"""

from __future__ import annotations

from typing import ClassVar

from ...drawing.kinds_of_layer import LayersPicture
from ...drawing.named_network import NamesPicture
from ...drawing.picture import Picture
from ...text import number
from ...widgets.canvas import Slot
from ...widgets.lab import Lab
from ...widgets.layout import Fold, Section, stack, styled
from ...widgets.parameter_table import Group
from ...widgets.pointer import Pointer, Touch
from ...widgets.presets import Preset
from . import scenes, words
from .numbers import PICK, PRESETS, WIDTHS, NamesState, Numbers

CLASSES = ("lecture", "traffic", "logistic", "digits")


class NamesCountsLab(Lab[NamesState, Numbers]):
    """Every w[layer, output, input] and b[layer, output] of a network: the lab as a widget and an
    object.

    Its numbers are drawn once and for all; the picked parameter has a value that can be set, and
    is the only one in ``parameters`` and ``gradient``, by the name "value". The stepper walks
    through a network with one output of which every neuron is drawn. Every argument is a keyword
    and an attribute; ``repr`` rebuilds the lab. Raises ValueError, in one sentence, on what is not
    allowed.
    """

    state_type = NamesState
    title = "Names and counts"
    descends = False  # one parameter of many is no descent
    no_operations = words.NO_STEPPER
    presets: ClassVar = {name: Preset(values, name, css) for (name, values), css
                         in zip(PRESETS.items(), CLASSES, strict=True)}
    slots = (
        Slot("names", NamesPicture, scenes.names, "The network and the matrix of one layer",
             also=("operation",), halves="59-58"),
        Slot("kinds", LayersPicture, scenes.kinds, "What people call a layer",
             of=lambda state: (state.widths, state.layer), halves="50-50"),
    )

    def compute(self, state: NamesState) -> Numbers:
        """All numbers of a state."""
        return Numbers(state)

    # -- numbers from code ----------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The picked parameter as the lecture writes it."""
        return self.state.pick.name

    @property
    def count(self) -> int:
        """How many parameters the network has."""
        return self.numbers.network.parameter_count

    @property
    def count_by_layer(self) -> dict[int, int]:
        """The same for each layer."""
        return {count.layer: count.total for count in self.numbers.counts}

    @property
    def count_of_neuron(self) -> int:
        """The parameters of one neuron of the picked layer."""
        return self.numbers.count.of_one_neuron

    # -- picking --------------------------------------------------------------------------------

    def pick_at(self, touch: Touch) -> None:
        """Pick the parameter under the pointer, if there is one."""
        picture = self.canvases["names"].picture
        assert isinstance(picture, NamesPicture)
        place = picture.place_at(touch.across, touch.down)
        if place is not None:
            self.set(**dict(zip(("layer", "output", "input"), place, strict=True)))

    # -- words ----------------------------------------------------------------------------------

    def describe(self) -> str:
        """The sum of all parameters, and which one is picked."""
        return words.describe(self.numbers)

    def in_words(self) -> str:
        """The same without what tells a gradient that is covered."""
        return words.describe_covered(self.numbers) if self.state.covered else self.describe()

    def groups(self) -> tuple[Group, ...]:
        """The picked parameter alone."""
        return (Group(lambda state: state.pick.name, ("value",)),)

    # -- where things stand ---------------------------------------------------------------------

    def headline(self, numbers: Numbers) -> tuple[str, str]:
        """How many parameters there are."""
        return "parameters", words.total(numbers)

    def layout(self) -> list[Section]:
        """The names over the whole width, below it what builds and picks; then the layers."""
        control = self.control
        assert self.table and self.stepper
        self.clicks = Pointer(self, self.canvases["names"], self.pick_at)
        board = "mlp-board"
        self.blocks |= {
            "counts": stack(self.text(words.counts_board, board)),
            "formula": self.text(words.formula),
            "spellings": self.text(words.names_board, board),
            "update": self.text(words.gradient, covered=words.gradient_covered),
            "who": self.text(words.kinds_board, board), "three": self.text(words.three_layers)}
        self.blocks["counts"].add_class("mlp-counts")
        folds = self.folds(Fold("Value and gradient", "value", [
            self.table.widget, control("learning_rate").widget, self.blocks["update"]]),
            Fold("Step by step", "stepper", [self.stepper.widget]))
        widths = styled("mlp-weights", control("layers").widget,
                        *(control(name).widget for name in WIDTHS))
        picks = styled("mlp-picks", *(control(name).widget for name in PICK))
        return [
            Section("Names", ("names",), [
                stack(widths), picks,
                stack(self.blocks["formula"], self.blocks["spellings"]),
                stack(control("biases").widget, self.blocks["counts"])], wide=3, folds=folds),
            Section("What is a layer?", ("kinds",), [
                stack(self.blocks["who"]), stack(self.blocks["three"])], wide=5),
        ]

    def table_rows(self) -> list[tuple[str, str, str]]:
        """The counts, for viewers without a kernel."""
        rows = [("", "weights + biases", "parameters")]
        rows += [(f"layer {count.layer}", words.layer_sum(count), f"{count.total:,}")
                 for count in self.numbers.counts]
        name = self.name
        return [*rows, ("all", words.total_sum(self.numbers), words.total(self.numbers)),
                (name, "", number(self.state.value)),
                (f"∂J/∂{name}", "", self.told(self.gradient["value"]))]

    def snapshot_rows(self) -> list[list[Picture | list[Picture]]]:
        """The pictures, and the counts below."""
        return [[self.pictures_in_view], [self.table_picture(490, 370)]]
