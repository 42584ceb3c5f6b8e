"""The lectures' polls 1 to 6, and predictions of gradients; what is right is computed.

    lecture_poll(3, lab)                      # what is the smallest MSE that you can find?
    will_move(lab, "w2_2")                    # will w₂² move in the next step?
    predict_gradient(lab, "w5")               # what is ∂J/∂w₅?

Sources: CMU 10-315, P. Virtue, "Neural Networks" (polls); MIT 6.390, "Neural Networks II".
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from ..core import Network
from ..drawing.numbers import fixed, inner, number, symbol
from ..widgets.panel import Panel
from ..widgets.poll import Given, Poll
from . import two_hidden_model
from .checks import check_choice
from .deep_chain import DeepChainLab
from .one_neuron import OneNeuronLab
from .three_neuron import ThreeNeuronLab
from .three_neuron_model import LECTURE, build_network, named
from .two_hidden import TwoHiddenLab

CLOSE_ENOUGH = 0.05
"""Relative error of a gradient that counts as right: two digits on paper."""
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
    return build_network(LECTURE, "relu") if lab is None else lab.solution.network


def _poll_1(lab: ThreeNeuronLab | None) -> Poll:
    def explain() -> str:
        network = _three_neurons(lab)
        weights, biases = (sum(a.size for a in arrays[1:]) for arrays in (network.w, network.b))
        return (f"{network.parameter_count}: {weights} weights, one for each line, and {biases} "
                "biases, one for each neuron. x, y, z, a and ŷ are no parameters.")

    return Poll("How many parameters does the network of three neurons have?",
                lambda: _three_neurons(lab).parameter_count, explain=explain, title="Poll 1")


UPDATED = {"A": ("x", "x"), "B": ("w11", "w₁₁"), "C": ("b11", "b₁₁"), "D": ("a11", "a₁₁"),
           "E": ("y_hat", "ŷ"), "F": ("y", "y")}
"""Poll 2: letter -> what would be updated: in code, and as the lecture writes it."""


def _poll_2(lab: ThreeNeuronLab | None) -> Poll:
    def parameters() -> list[str]:
        names = named(_three_neurons(lab))
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
        return lab.rivals.optimum.mse

    def hint(given: Given) -> str:
        if given < optimum():
            return "No seven parameters reach that on these data."
        return f"There is a smaller one. {_best_words(lab)}"

    def explain() -> str:
        gap = f" That is {fixed(lab.best[0] - optimum())} above it." if lab.best else ""
        return (f"The smallest MSE that any seven parameters reach on these data is "
                f"{fixed(optimum())}. {_best_words(lab)}{gap}")

    return Poll("How small can you make the MSE? Look in the lab, then give the smallest.", optimum,
                explain=explain, hint=hint, tolerance=CLOSE_TO_THE_OPTIMUM, about=lab,
                depends=lambda: lab.path_key(lab.state), title="Poll 3")


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
    one = Network([network.w[layer][:1]], [network.b[layer][:1]], ["identity"])
    return one.parameter_count


def _count_poll(title: str, question: str, counts: dict[str, tuple[str, int]],
                right: Callable[[], int], explain: Callable[[], str], hint: str) -> Poll:
    """A poll whose choices are counts: letter -> (text, count); the last letter may be NO_IDEA."""
    def letter() -> str:
        return next(letter for letter, (_, count) in counts.items() if count == right())

    return Poll(question, letter, {letter: text for letter, (text, _) in counts.items()},
                explain=explain, hint=lambda _: hint, title=title)


def _poll_4(_: None) -> Poll:
    network = _digits(784, 10)
    counts = {"A": ("10", 10), "B": ("10 + 784", 10 + 784), "C": ("10 · 784", 10 * 784),
              "D": ("10 · 784 + 10", 10 * 784 + 10), "E": ("10 · 784 + 784", 10 * 784 + 784),
              "F": (NO_IDEA, -1)}  # fmt: skip
    return _count_poll(
        "Poll 4", "A logistic regression sorts images of 28 × 28 = 784 pixels into the 10 digits. "
        "How many parameters does it have, with the biases?", counts,
        lambda: network.parameter_count,
        lambda: f"{network.parameter_count:,}: {network.w[1].size:,} weights, one from each pixel "
                f"to each class, and {network.b[1].size} biases, one for each class.",
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


# -- predictions of gradients -------------------------------------------------------------------

MOVES = {"A": "it grows", "B": "it shrinks", "C": "it stays exactly as it is"}


def will_move(lab: Panel, name: str) -> Poll:
    """Will a parameter move in the next step of gradient descent θ ← θ − η ∂J/∂θ?

    For a lab with gradients by name: ``will_move(TwoHiddenLab(), "w2_2")``. The step is the lab's:
    over all of its points, with its learning rate. ValueError on another name or lab.
    """
    _check_parameter(lab, name)

    def moved() -> str:
        step = next_step(lab, name)
        return "C" if step.after == step.before else "A" if step.after > step.before else "B"

    return Poll(f"Will {symbol(name)} move in the next step of gradient descent?", moved, MOVES,
                explain=lambda: _step_words(lab, name), about=lab, title="Prediction",
                depends=lambda: _state_of(lab))


def predict_gradient(lab: Panel, name: str) -> Poll:
    """What is ∂J/∂θ? Right within 5 %; a gradient 0 must be given as 0.

    ValueError on a name or lab without gradients by name.
    """
    _check_parameter(lab, name)
    sign = _gradient_sign(lab, name)

    def explain() -> str:
        step = next_step(lab, name)
        why = f" Why 0: {why_zero(lab, name)}." if step.gradient == 0 else ""
        return f"{_product(lab, name, step.gradient)}.{why}"

    return Poll(f"What is {sign} at the present state of the lab? (within {CLOSE_ENOUGH:.0%})",
                lambda: next_step(lab, name).gradient, explain=explain, tolerance=CLOSE_ENOUGH,
                about=lab, title="Prediction")


@dataclass(frozen=True)
class NextStep:
    """One parameter and what a step θ − η ∂J/∂θ would make of it."""

    before: float
    gradient: float
    rate: float

    @property
    def after(self) -> float:
        """The parameter after the step, as a float."""
        return self.before - self.rate * self.gradient


def next_step(lab: Panel, name: str) -> NextStep:
    """What the next step does to a parameter; ValueError if there is no such number now."""
    gradients = _gradients(lab)
    if name not in gradients:
        raise ValueError(f"there is no {symbol(name)} in the lab's present state")
    gradient = float(gradients[name])
    if not math.isfinite(gradient):
        raise ValueError(f"{_gradient_sign(lab, name)} is too large for a float now: choose "
                         "smaller weights")
    return NextStep(float(_values(lab)[name]), gradient, float(lab.state.learning_rate))


def _gradients(lab: Panel) -> dict[str, float]:
    """∂J/∂θ by name as a step uses them: over all points of the lab."""
    if isinstance(lab, DeepChainLab):
        return lab.gradients
    return lab.solution.mean_gradient if isinstance(lab, TwoHiddenLab) else lab.gradient


def _values(lab: Panel) -> dict[str, float]:
    if isinstance(lab, DeepChainLab):
        return {f"w{layer}": w for layer, w in enumerate(lab.weights, start=1)}
    return lab.parameters


def _state_of(lab: Panel) -> tuple:
    """What a step depends on."""
    state = tuple(getattr(lab.state, name) for name in lab.undoable)
    return (*state, lab.state.learning_rate)


def _check_parameter(lab: object, name: object) -> None:
    if type(lab) not in _WHY_ZERO:
        labs = ", ".join(kind.__name__ for kind in _WHY_ZERO)
        raise ValueError(f"gradients by name have {labs}, got {type(lab).__name__}")
    check_choice("parameter", name, tuple(_gradients(lab)))


def _gradient_sign(lab: Panel, name: str) -> str:
    return f"∂{getattr(lab, 'loss_symbol', 'J')}/∂{symbol(name)}"


def _step_words(lab: Panel, name: str) -> str:
    """What the step does, and why."""
    step, sign, sub = next_step(lab, name), _gradient_sign(lab, name), symbol(name)
    gradient = number(step.gradient)
    if step.gradient == 0:
        return f"{sign} = 0, so the step is 0. Why 0: {why_zero(lab, name)}."
    product = f"{number(step.rate)} · {inner(gradient)}"
    if step.after == step.before:
        return (f"{sign} = {gradient} is not 0, but the step of {product} is too small: as a "
                f"float, {sub} = {number(step.before)} stays what it is.")
    return (f"{sign} = {gradient}, and the step goes against it: {sub} becomes "
            f"{number(step.before)} − {product} = {number(step.after, 6)}.")


# -- why a gradient is 0, and how it is made ----------------------------------------------------


def why_zero(lab: Panel, name: str) -> str:
    """Why ∂J/∂θ is exactly 0, in words."""
    return _WHY_ZERO[type(lab)](lab, name)


def _why_zero_one(lab: OneNeuronLab, _: str) -> str:
    factors = [f"{factor} = 0" for factor in lab.solution.zero_factors]
    return " and ".join(factors) or "the product is too small for a float"


def _why_zero_two(lab: TwoHiddenLab, name: str) -> str:
    """At the one point; or whether it is 0 at each point, or only in the mean."""
    s = lab.solution
    if not lab.state.others:
        return s.blocked_by(name)
    reasons = []
    for x, y in ((lab.state.x, lab.state.y), *lab.state.others):
        at = two_hidden_model.Solution(replace(lab.state, x=x, y=y, others=()))
        reasons.append(at.blocked_by(name))
    if not all(reasons):
        return "the gradients of the points cancel in the mean"
    return f"it is 0 at each of the {len(reasons)} points; at the first, {reasons[0]}"


def _why_zero_three(lab: ThreeNeuronLab, name: str) -> str:
    """A factor that is 0 at every point, or points that cancel."""
    s, j = lab.solution, int(name[2]) - 1
    if not s.back.dJ_da[2].any():
        return "ŷ = y at every point: J is at its minimum"
    if name[1] == "1":
        if s.network.w[2][0, j] == 0:
            return f"its factor {symbol(f'w2{j + 1}')} = 0"
        if not s.network.f[1].df(s.trace.z[1][j]).any():
            return f"f′(z) = 0 at every point: neuron {j + 1} is {_dead(lab)}"
    elif name[0] == "w" and not s.trace.a[1][j].any():
        return f"a = 0 at every point: neuron {j + 1} gives nothing"
    return "the gradients of the points add up to 0"


def _dead(lab: ThreeNeuronLab) -> str:
    return "dead" if lab.state.activation == "relu" else "saturated"


_WHY_ZERO: dict[type, Callable[[Panel, str], str]] = {
    OneNeuronLab: _why_zero_one,
    TwoHiddenLab: _why_zero_two,
    ThreeNeuronLab: _why_zero_three,
    DeepChainLab: lambda lab, name: lab.blocked_by(int(name[1:])),
}


def _product(lab: Panel, name: str, gradient: float) -> str:
    """A gradient as the product that it is, or as the mean over the points."""
    sign, value = _gradient_sign(lab, name), number(gradient)
    if isinstance(lab, OneNeuronLab):
        return f"{sign} = {value}"
    if isinstance(lab, DeepChainLab):
        layer, s = int(name[1:]), lab.solution.layers
        before = float(s.a[layer - 2] if layer > 1 else lab.state.x)
        input_sign = symbol(f"a{layer - 1}") if layer > 1 else "x"
        return (f"{sign} = ∂J/∂{symbol(f'z{layer}')} · {input_sign} = "
                f"{number(float(s.dJ_dz[layer - 1]))} · {inner(number(before))} = {value}")
    if isinstance(lab, TwoHiddenLab) and not lab.state.others:
        return lab.product(name)
    return f"{sign} = {value}, the mean over {lab.solution.trace.y.size} points"
