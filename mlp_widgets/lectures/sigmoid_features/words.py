"""The two-sigmoid-features lab in words: its formulas, its board, and what the status line says."""

from __future__ import annotations

import html

from ...text import number, symbol
from ...widgets.blocks import COVERED, small_board
from .attempts import DESCENT, HAND, Attempts
from .numbers import CLASSES, Numbers, SigmoidFeaturesState

OUTPUT = {"nll": "σ({})", "squared": "{}"}
"""Loss -> ŷ of z."""
LOSS = {"nll": "ŷ = σ(z); ℓ = −log ŷ for class 1, −log(1 − ŷ) for class 0; J is their mean.",
        "squared": "ŷ = z; ℓ = (ŷ − y)², where y is the class, 0 or 1; J is their mean."}


def describe(numbers: Numbers) -> str:
    """J, how many points are right, what a line could do, and which gradients are 0."""
    zeros = [symbol(name) for name, value in numbers.gradient.items() if value == 0]
    blocked = f" No update for {', '.join(zeros)}." if zeros else ""
    return f"{_right(numbers)}{_lines(numbers)}{blocked}"


def describe_covered(numbers: Numbers) -> str:
    """The same without the gradients, and without what lines could do: questions ask for both."""
    return f"{_right(numbers)} {COVERED}"


def _right(numbers: Numbers) -> str:
    """J, and how many points are right."""
    return (f"J = {number(numbers.loss)} on {numbers.points.name}: {numbers.count_right} of "
            f"{numbers.points.count} right.")


def _lines(numbers: Numbers) -> str:
    """What one straight line could do, before and after the features."""
    plane, features = numbers.best_line, numbers.best_line_of_features
    if plane is None or features is None:
        return ""
    return f" A line in the plane gets at most {plane}, in the feature space {features}."


def group_title(state: SigmoidFeaturesState, neuron: int) -> str:
    """The heading of a feature's rows, with its formula."""
    k = "₁₂"[neuron]
    return (f"Feature σ{k} <small>= σ(w₁{k}₁x₁ + w₁{k}₂x₂ + b₁{k})</small>")


def output_title(state: SigmoidFeaturesState) -> str:
    """The heading of the output's rows."""
    return f"Output <small>ŷ = {OUTPUT[state.loss_name].format('w₂₁₁σ₁ + w₂₁₂σ₂ + b₂₁')}</small>"


def formulas(numbers: Numbers) -> str:
    """Features, output and loss with the present parameters put in."""
    p = numbers.parameters
    rows = [f"σ₁ = σ({_sum((p['w111'], 'x₁'), (p['w112'], 'x₂'), (p['b11'], ''))})",
            f"σ₂ = σ({_sum((p['w121'], 'x₁'), (p['w122'], 'x₂'), (p['b12'], ''))})",
            f"z = {_sum((p['w211'], 'σ₁'), (p['w212'], 'σ₂'), (p['b21'], ''))}",
            LOSS[numbers.state.loss_name]]
    return f'<div class="mlp-lines">{"".join(f"<div>{row}</div>" for row in rows)}</div>'


def _sum(*terms: tuple[float, str]) -> str:
    """5x₁ − 5x₂ + 1."""
    text = ""
    for value, name in terms:
        size = number(abs(value))
        sign = ("−" if value < 0 else "") if not text else (" − " if value < 0 else " + ")
        text += f"{sign}{size}{name}"
    return text


def board(numbers: Numbers, attempts: Attempts) -> str:
    """How many points are right, what lines could do, and the smallest J so far."""
    count = numbers.points.count

    def of_all(found: int | None) -> str:
        return "not computed" if found is None else f"{found} of {count}"

    def best(way: str) -> str:
        if way not in attempts.best:
            return "–"
        J, right = attempts.best[way]
        return f"{number(J)}, {of_all(right)} right"

    return small_board([
        ("right now: on their side of ŷ = ½", "value-right", of_all(numbers.count_right)),
        ("best line in the plane (x₁, x₂)", "value-line", of_all(numbers.best_line)),
        ("best line in the feature space (σ₁, σ₂)", "value-features",
         of_all(numbers.best_line_of_features)),
        ("your smallest J by hand", "best-hand", best(HAND)),
        ("smallest J by descent", "best-descent", best(DESCENT))])


def points(numbers: Numbers) -> str:
    """The points and what can be done with them."""
    found = numbers.points
    ones = int(found.label.sum())
    return (f"<small>{html.escape(found.name)}: {found.count - ones} × {CLASSES['0']}, {ones} × "
            f"{CLASSES['1']}. A CSV has three columns: x1, x2, class.</small>")
