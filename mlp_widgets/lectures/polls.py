"""The lecture's polls 1 to 6; what is right is computed.

    lecture_poll(3, lab)                      # what is the smallest MSE that you can find?

Source: CMU 10-315, P. Virtue, "Neural Networks".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial

from ..core import Network
from ..drawing.widths import WidthsPicture
from ..widgets.poll import Given, Poll
from .names_counts.numbers import PRESETS, NamesState
from .names_counts.numbers import Numbers as Counted
from .three_neuron.lab import ThreeNeuronLab
from .three_neuron.numbers import LECTURE, NOTATION, build_network
from .three_neuron.poll_3 import poll_3

NO_IDEA = "no idea yet"

# -- the lecture's polls ------------------------------------------------------------------------


def lecture_poll(poll: int, lab: ThreeNeuronLab | None = None) -> Poll:
    """Poll 1 to 6 of CMU 10-315, "Neural Networks".

    Polls 1 to 3 are about the three-neuron network; poll 3 needs its lab. ValueError on another
    number or another lab.
    """
    if isinstance(poll, bool) or poll not in _POLLS:
        raise ValueError(f"the polls are 1 to 6, got {poll!r:.40}")
    if lab is not None and (poll > 3 or not isinstance(lab, ThreeNeuronLab)):
        belongs = "is about ThreeNeuronLab" if poll <= 3 else "belongs to no lab"
        raise ValueError(f"poll {poll} {belongs}, got {type(lab).__name__}")
    return _POLLS[poll](lab)


def _three_neurons(lab: ThreeNeuronLab | None) -> Network:
    return build_network(LECTURE, "relu") if lab is None else lab.numbers.network


def _poll_1(lab: ThreeNeuronLab | None) -> Poll:
    network = _three_neurons(lab)
    count, hidden = network.parameter_count, network.widths[1]
    weights = sum(w.size for w in network.w[1:])
    biases = count - weights
    reasons: dict[Given, str] = {
        weights: f"{weights} is the number of weights: is that all?",
        biases: f"{biases} is the number of neurons, and of biases: is that all?",
        count - 1: f"{count - 1} is the number of weights and of the biases of the {hidden} hidden "
                   "neurons: is that all?"}

    def hint(given: Given) -> str:
        few = isinstance(given, float) and given < count
        return reasons.get(given) or ("That is too few: count lines and neurons." if few else
                                      "That is too many: x, y, z, a and ŷ are no parameters.")

    return Poll("How many parameters does the network of three neurons have?", count, hint=hint,
                explain=f"{count}: {weights} weights, one for each line, and {biases} biases, one "
                        "for each neuron. x, y, z, a and ŷ are no parameters.", title="Poll 1")


UPDATED = {"A": ("x", "x"), "B": ("w11", "w₁₁"), "C": ("b11", "b₁₁"), "D": ("a11", "a₁₁"),
           "E": ("y_hat", "ŷ"), "F": ("y", "y")}
"""Poll 2: letter -> what would be updated: in code, and as the lecture writes it."""
NOT_UPDATED = {
    "A": "x is data: it is given.",
    "D": "a₁₁ changes too, but only because it is computed anew: it is no parameter.",
    "E": "ŷ changes too, but only because it is computed anew: it is no parameter.",
    "F": "y is data: it is given.",
}


def _poll_2(lab: ThreeNeuronLab | None) -> Poll:
    def parameters() -> list[str]:
        names = NOTATION.values(_three_neurons(lab))
        return [letter for letter, (name, _) in UPDATED.items() if name in names]

    return Poll(
        "Which of these does gradient descent update? Choose all that it does.",
        parameters, {letter: f"{sign} ← {sign} − α ∂J/∂{sign}"
                     for letter, (_, sign) in UPDATED.items()},
        several=True, hint=NOT_UPDATED, title="Poll 2",
        explain="Only parameters, w and b, are updated. The data x and y are given. a and ŷ change "
                "too, but only because they are computed from the parameters.",
    )


@lru_cache(maxsize=2)
def _counted(preset: str) -> Counted:
    """A network of the lab of names and counts: it has no other answers than the lab."""
    return Counted(NamesState().changed(**PRESETS[preset]))


def _poll_4(_: object) -> Poll:
    network = _counted("logistic regression 784-10").network
    pixels, classes = network.widths
    lines = classes * pixels
    counts = {"A": ("10", classes), "B": ("10 + 784", classes + pixels), "C": ("10 · 784", lines),
              "D": ("10 · 784 + 10", lines + classes), "E": ("10 · 784 + 784", lines + pixels),
              "F": (NO_IDEA, -1)}
    return _count_poll(
        "Poll 4", "A logistic regression sorts images of 28 × 28 = 784 pixels into the 10 digits. "
        "How many parameters does it have, with the biases?", counts, network.parameter_count,
        f"{network.parameter_count:,}: {network.w[1].size:,} weights, one from each pixel "
        f"to each class, and {network.widths[1]} biases, one for each class.",
        {"A": "10 is the number of classes, and of biases: where are the weights?",
         "B": "10 + 784 would be one weight for each pixel, shared by all classes.",
         "C": "10 · 784 counts the weights, not the biases.",
         "E": "784 biases would be one for each pixel, but the input has none.",
         "F": "Begin with one class: how many weights does it need?"},
        partial(WidthsPicture, network.widths, ("pixels", "classes")),
    )


def _count_poll(title: str, question: str, counts: dict[str, tuple[str, int]], right: int,
                explain: str, reasons: Mapping[str, str],
                picture: Callable[..., WidthsPicture]) -> Poll:
    """A poll whose choices are counts: letter -> (text, count); the last letter may be NO_IDEA."""
    letter = next(letter for letter, (_, count) in counts.items() if count == right)
    return Poll(question, letter, {letter: text for letter, (text, _) in counts.items()},
                explain=explain, hint=reasons, picture=picture, title=title)


def _neuron_poll(title: str, where: str, layer: int, counts: tuple[int, ...]) -> Poll:
    """Polls 5 and 6: the parameters of one neuron of the digit network."""
    numbers = _counted("digits 784-300-100-10")
    widths, count = numbers.network.widths, numbers.counts[layer - 1]
    inputs, beside, right = count.inputs, count.outputs, count.of_one_neuron
    own = "neurons stand in its own layer: what counts is the layer before"
    reasons = {1: "1 is the bias alone: where are the weights?",
               2: "2 would be one weight and the bias: how many lines come in?",
               beside: f"{beside} {own}.",
               beside + 1: f"{beside} {own}, and one bias.",
               inputs: f"{inputs} counts the weights: is there a bias?"}
    letters = dict(zip("ABCDEF", counts, strict=True))
    return _count_poll(
        title, f"The digit network has 784 pixels, hidden layers of 300 and 100 neurons, and 10 "
        f"output neurons. How many parameters does one neuron in the {where} have?",
        {letter: (str(count), count) for letter, count in letters.items()}, right,
        f"{right}: one weight for each of its {inputs} inputs, and one bias. How many neurons "
        "stand beside it does not matter.",
        {letter: reasons[count] for letter, count in letters.items() if count != right},
        partial(WidthsPicture, widths, ("pixels", "neurons", "neurons", "outputs"), layer),
    )


_POLLS: dict[int, Callable[[ThreeNeuronLab | None], Poll]] = {
    1: _poll_1, 2: _poll_2, 3: poll_3, 4: _poll_4,
    5: lambda _: _neuron_poll("Poll 5", "output layer", 3, (1, 2, 10, 11, 100, 101)),
    6: lambda _: _neuron_poll("Poll 6", "first hidden layer", 1, (1, 2, 300, 301, 784, 785)),
}
