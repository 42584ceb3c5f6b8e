"""The computational-graph lab in words: its sentence, the check, what a step does."""

from __future__ import annotations

from ...text import inner, listed, number, symbol, whole
from ...widgets.why_zero import why_in_words
from .graph import Graph, Paths
from .numbers import KINDS, OWN, GraphState, Numbers

CAPTION = "above a wire: the value    below: ∂L/∂(value)"
BRACKETS = "(in brackets): local derivative of the next operation    "
GREY_WIRES = "grey: the derivative is 0"
UNKNOWN = "?"
"""What stands in the picture for a number to which the walk has not come, or that is covered."""


def formula(state: GraphState) -> str:
    """What L is."""
    if state.graph == OWN:
        return "L"
    if KINDS[state.graph].loss == "nll":
        return "L (log loss)"
    return f"L = ({KINDS[state.graph].notation.output} − y)²"


def written(state: GraphState) -> str:
    """The typed expression as a formula."""
    return state.expression.replace("**2", "²").replace("*", "·").replace("-", "−")


def describe(numbers: Numbers) -> str:
    """L, and which derivatives are 0, with the reasons."""
    state = numbers.state
    what = f" = {written(state)}" if state.graph == OWN else ""
    return " ".join([f"L{what} = {whole(numbers.loss)}.", *_zeros(numbers)])


def _zeros(numbers: Numbers) -> list[str]:
    """A sentence for each reason why derivatives are 0."""
    found: dict[str, list[str]] = {}
    for name, gradient in numbers.gradient.items():
        if gradient == 0:
            why = why_in_words(numbers.why_zero(name), numbers.notation)
            found.setdefault(why, []).append(f"∂L/∂{symbol(name)}")
    return [f"{listed(names)} {'is' if len(names) == 1 else 'are'} 0: {why}."
            for why, names in found.items()]


# -- the check ------------------------------------------------------------------------------------


def check(numbers: Numbers) -> str:
    """The derivatives of the backward pass beside those of a complex step."""
    rows = "".join(
        f"<tr><td>∂L/∂{symbol(c.name)}</td><td>{number(c.backward, 5)}</td>"
        f"<td>{number(c.complex_step, 5)}</td><td>{number(c.difference, 2)}</td></tr>"
        for c in numbers.checks())
    return ('<table class="mlp-check"><tr><th>of</th><th>backward</th><th>complex step</th>'
            f"<th>difference</th></tr>{rows}</table><small>The complex step uses the forward pass "
            "alone: L at w + ih, its imaginary part divided by h = 2⁻⁵⁶⁰. The difference is a "
            "share of the derivative; 2e−16 is the last digit of a float.</small>")


# -- the picture ----------------------------------------------------------------------------------


def paths_add_up(found: Graph, paths: Paths, known: bool) -> str:
    """"x is used 2 times, its paths add up: ∂L/∂x = −4 + 1.5 = −2.5"."""
    node = found.nodes[paths.node]
    head = (f"{node.symbol} is used {len(found.uses[paths.node])} times, its paths add up: "
            f"{node.with_respect}")
    if not known:
        return f"{head} = {UNKNOWN}"
    first, *others = (number(share) for share in paths.shares)
    nearly = " ≈ 0" * found.is_rounding(node.name)
    return f"{head} = {' + '.join([first, *map(inner, others)])} = {number(paths.total)}{nearly}"


def picture(found: Graph, place: int, covered: bool = False) -> str:
    """Each node with its formula, value and derivative."""
    said = []
    for k, node in enumerate(found.nodes):
        value = number(node.value) if found.has_value(k, place) else UNKNOWN
        text = node.formula if node.name in ("", node.formula) else f"{node.name} = {node.formula}"
        text = f"{text} = {value}" if text != node.sign or node.name else f"the number {value}"
        if node.derivative is not None:
            known = found.has_derivative(k, place) and not covered
            text += f", derivative {number(node.derivative) if known else UNKNOWN}"
        said.append(text)
    return f"The computational graph. {'; '.join(said)}."
