"""The lecture's polls 1 to 6; what is right is computed.

    lecture_poll(3, lab)                      # what is the smallest MSE that you can find?

Source: CMU 10-315, P. Virtue, "Neural Networks".
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from ..core import Network
from ..text import fixed
from ..widgets.poll import Given, Poll
from .three_neuron.lab import ThreeNeuronLab
from .three_neuron.numbers import LECTURE, NOTATION, build_network

CLOSE_TO_THE_OPTIMUM = 0.01
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
    def explain() -> str:
        network = _three_neurons(lab)
        weights = sum(w.size for w in network.w[1:])
        biases = network.parameter_count - weights
        return (f"{network.parameter_count}: {weights} weights, one for each line, and {biases} "
                "biases, one for each neuron. x, y, z, a and ŷ are no parameters.")

    return Poll("How many parameters does the network of three neurons have?",
                lambda: _three_neurons(lab).parameter_count, explain=explain, title="Poll 1")


UPDATED = {"A": ("x", "x"), "B": ("w11", "w₁₁"), "C": ("b11", "b₁₁"), "D": ("a11", "a₁₁"),
           "E": ("y_hat", "ŷ"), "F": ("y", "y")}
"""Poll 2: letter -> what would be updated: in code, and as the lecture writes it."""


def _poll_2(lab: ThreeNeuronLab | None) -> Poll:
    def parameters() -> list[str]:
        names = NOTATION.values(_three_neurons(lab))
        return [letter for letter, (name, _) in UPDATED.items() if name in names]

    return Poll(
        "Which of these does gradient descent update? Choose all that it does.",
        parameters, {letter: f"{sign} ← {sign} − α ∂J/∂{sign}"
                     for letter, (_, sign) in UPDATED.items()},
        several=True, title="Poll 2",
        explain="Only parameters, w and b, are updated. The data x and y are given. a and ŷ change "
                "too, but only because they are computed from the parameters.",
    )  # fmt: skip


def _poll_3(lab: ThreeNeuronLab | None) -> Poll:
    if lab is None:
        raise ValueError("poll 3 needs the lab in which you look: lecture_poll(3, lab)")

    def optimum() -> float:
        if lab.state.activation != "relu":
            raise ValueError("the smallest MSE is known for ReLU only: choose ReLU in the lab")
        return lab.baselines.optimum.mse

    def hint(given: Given) -> str:
        if isinstance(given, float) and given < optimum():
            return "No seven parameters reach that on these data."
        return f"There is a smaller one. {_best_words(lab)}"

    def explain() -> str:
        gap = f" That is {fixed(lab.best[0] - optimum())} above it." if lab.best else ""
        return (f"The smallest MSE that any seven parameters reach on these data is "
                f"{fixed(optimum())}. {_best_words(lab)}{gap}")

    return Poll("How small can you make the MSE? Look in the lab, then give the smallest.", optimum,
                explain=explain, hint=hint, tolerance=CLOSE_TO_THE_OPTIMUM, about=lab,
                depends=lambda: (lab.state.data, lab.state.activation), title="Poll 3")


def _best_words(lab: ThreeNeuronLab) -> str:
    if lab.best is None:
        return "You have no best in the lab yet: move a slider or take a step."
    return f"Your best in the lab is {fixed(lab.best[0])}."


def _zeros(widths: tuple[int, ...], last: str) -> Network:
    """A network of these widths, for its size alone."""
    pairs = list(zip(widths[1:], widths[:-1], strict=True))
    hidden = ["sigmoid"] * (len(pairs) - 1)
    return Network([np.zeros(shape) for shape in pairs], [np.zeros(n) for n, _ in pairs],
                   [*hidden, last])


@lru_cache(maxsize=2)
def _digits(*widths: int) -> Network:
    """The lecture's networks for images of 28 x 28 = 784 pixels and 10 classes."""
    return _zeros(widths, "softmax")


def _of_one_neuron(network: Network, layer: int) -> int:
    """Number of parameters of one neuron of a layer: that of a network of this neuron alone."""
    return Network([network.w[layer][:1]], [[0.0]], ["identity"]).parameter_count


def _count_poll(title: str, question: str, counts: dict[str, tuple[str, int]],
                right: Callable[[], int], explain: Callable[[], str], hint: str) -> Poll:
    """A poll whose choices are counts: letter -> (text, count); the last letter may be NO_IDEA."""
    def letter() -> str:
        return next(letter for letter, (_, count) in counts.items() if count == right())

    return Poll(question, letter, {letter: text for letter, (text, _) in counts.items()},
                explain=explain, hint=lambda _: hint, title=title)


def _poll_4(_: object) -> Poll:
    network = _digits(784, 10)
    counts = {"A": ("10", 10), "B": ("10 + 784", 10 + 784), "C": ("10 · 784", 10 * 784),
              "D": ("10 · 784 + 10", 10 * 784 + 10), "E": ("10 · 784 + 784", 10 * 784 + 784),
              "F": (NO_IDEA, -1)}  # fmt: skip
    return _count_poll(
        "Poll 4", "A logistic regression sorts images of 28 × 28 = 784 pixels into the 10 digits. "
        "How many parameters does it have, with the biases?", counts,
        lambda: network.parameter_count,
        lambda: f"{network.parameter_count:,}: {network.w[1].size:,} weights, one from each pixel "
                f"to each class, and {network.widths[1]} biases, one for each class.",
        "How many weights does one class need?",
    )  # fmt: skip


def _neuron_poll(title: str, where: str, layer: int, counts: tuple[int, ...]) -> Poll:
    """Polls 5 and 6: the parameters of one neuron of the digit network."""
    network = _digits(784, 300, 100, 10)
    inputs = network.widths[layer - 1]
    return _count_poll(
        title, f"The digit network has 784 pixels, hidden layers of 300 and 100 neurons, and 10 "
        f"output neurons. How many parameters does one neuron in the {where} have?",
        {letter: (str(n), n) for letter, n in zip("ABCDEF", counts, strict=True)},
        lambda: _of_one_neuron(network, layer),
        lambda: f"{_of_one_neuron(network, layer)}: one weight for each of its {inputs} inputs, "
                "and one bias. How many neurons stand beside it does not matter.",
        "What comes into this neuron, and is there a bias?",
    )  # fmt: skip


_POLLS: dict[int, Callable[[ThreeNeuronLab | None], Poll]] = {
    1: _poll_1, 2: _poll_2, 3: _poll_3, 4: _poll_4,
    5: lambda _: _neuron_poll("Poll 5", "output layer", 3, (1, 2, 10, 11, 100, 101)),
    6: lambda _: _neuron_poll("Poll 6", "first hidden layer", 1, (1, 2, 300, 301, 784, 785)),
}  # fmt: skip
