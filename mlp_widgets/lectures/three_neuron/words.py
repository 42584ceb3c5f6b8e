"""The three-neuron lab in words: its board, its table, and what the status line says."""

from __future__ import annotations

import html
from collections.abc import Callable

import numpy as np

from ...fits.optimum import ReluFit
from ...text import fixed, number, symbol
from ...widgets.blocks import small_board
from .attempts import Attempts, Best, Passed, help_of_a_slider, levels_of
from .numbers import Numbers

ROUNDING = 1e-10
"""Share of the mean of y² below which gradients, as at the exact optimum, are told as 0."""
NAMES = {"lecture": "lecture's parameters (ReLU)", "descent": "descent from Stuck"}
"""Level -> its name on the board, where it is not the level's key."""
LEVELS = {
    "line": "the best straight line", "quadratic": "the best quadratic",
    "lecture": "the lecture's parameters", "descent": "what gradient descent from Stuck reaches",
    "optimum": "the smallest MSE there is",
}
"""Level -> what a sentence calls it."""
NO_BEST = "No best yet: move a slider or take a step first."
SEARCHING = "Searching through all pairs of kinks: with so many points this takes a few seconds."
NOT_OWN = "The present parameters were given. What counts begins at a preset, or at My best."


def describe(numbers: Numbers) -> str:
    """J, the chosen hour, and the steepest parameter."""
    neurons = " and ".join(_neuron(numbers, j) for j in range(2))
    return (f"J = {fixed(numbers.loss)} on {numbers.points.name}. "
            f"At x = {number(numbers.state.hour)}: ŷ = {number(numbers.output)}, {neurons}. "
            f"{_steepest(numbers)}")


def _neuron(numbers: Numbers, j: int) -> str:
    """Whether a hidden neuron is on at the hour."""
    state, name = numbers.off[j], f"neuron {j + 1}"
    if state == "dead":
        return f"{name} is dead (off at every point: its gradients are 0)"
    if numbers.state.activation == "relu" and numbers.value("z", 1, j) == 0:
        return f"{name} is on the kink (z = 0, slope 1)"
    return f"{name} is {state}"


def _steepest(numbers: Numbers) -> str:
    """The largest gradient, or that there is none to speak of."""
    gradient = numbers.gradient
    name = max(gradient, key=lambda n: abs(gradient[n]))
    slope = gradient[name]
    if slope == 0:
        return "Every gradient is 0: no step changes anything."
    if abs(slope) < ROUNDING * float(np.mean(numbers.points.y**2)):
        return "Every gradient is 0 but for rounding: steps change next to nothing."
    return (f"Largest gradient: {symbol(name)} ({number(slope, plus=True)}), "
            f"so J falls when it {'grows' if slope < 0 else 'shrinks'}.")


def revealed(numbers: Numbers) -> str:
    """What is said when the optimum is shown."""
    return (f"The smallest possible MSE is {fixed(numbers.baselines.optimum.mse)}; you are "
            f"{fixed(numbers.above_optimum)} above it. Press again to load it.")


def board(numbers: Numbers, attempts: Attempts, is_revealed: bool, is_own: bool) -> str:
    """The student's best MSE, the levels with a sign before those that are passed, the optimum once
    revealed; and below them what was passed last, and a hint after some moves without success. Of
    the levels after the next one only the lecture's is told: the text has said it."""
    best, rows = attempts.best, []
    for place, level in enumerate(levels_of(numbers)):
        if level.key == "optimum":
            continue  # the last row says it
        is_secret = place > attempts.passed and level.key != "lecture"
        rows.append((f"{'✓ ' * (place < attempts.passed)}{NAMES.get(level.key, level.key)}",
                     level.key, "?" if is_secret else fixed(level.mse())))
    rows = [("your best so far", "best", fixed(best[0]) if best else "–"), *rows,
            ("smallest possible", "optimum", _optimum(numbers, is_revealed))]
    table = small_board([(text, f"mse-{key}", shown) for text, key, shown in rows])
    said = [praise(attempts.praised) if attempts.praised else "", "" if is_own else NOT_OWN,
            f"Hint: {hint(numbers, best)}" if best and attempts.needs_hint and is_own else ""]
    return f'{table}<div class="mlp-about">{html.escape(" ".join(filter(None, said)))}</div>'


def praise(level: Passed) -> str:
    """What is said of a level once, when it is passed."""
    verb, near = ("reached", ", within 1 %") if level.reached else ("beat", "")
    return f"You {verb} {LEVELS[level.key]}{near}: {fixed(level.mse)}."


def hint(numbers: Numbers, best: Best) -> str:
    """The one slider that makes the student's best smaller, and how far; where none does, what the
    best fit looks like."""
    if found := help_of_a_slider(numbers, best):
        name, value, J = found
        return (f"From your best, move {symbol(name)} to {number(value)}: that makes the MSE "
                f"{fixed(J)}.")
    if numbers.points.own or numbers.state.activation != "relu":
        return "From your best no slider helps alone: press Run, or begin somewhere else."
    return (f"From your best no slider helps alone. The best fit has another shape: "
            f"{_shape(numbers.baselines.optimum)}. Set that roughly, then press Run.")


def _shape(optimum: ReluFit) -> str:
    """What the best fit looks like, in two digits."""
    p, neurons = optimum.parameters, []
    for j in "12":
        w1, b1, w2 = (p[f"{name}{j}"] for name in ("w1", "b1", "w2"))
        if not w2:
            continue
        neurons.append(f"neuron {j} is on {'from' if w1 > 0 else 'up to'} x = "
                       f"{number(-b1 / w1, 3)}, with {symbol(f'w2{j}')} {'>' if w2 > 0 else '<'} 0")
    return f"{' and '.join(neurons)}; b₂₁ is about {number(p['b21'], 2)}"


def _optimum(numbers: Numbers, is_revealed: bool) -> str:
    """The smallest possible MSE, a secret until it is revealed."""
    if numbers.state.activation != "relu":
        return "known for ReLU only"
    if not is_revealed:
        return "?"
    return f"{fixed(numbers.baselines.optimum.mse)} (you: +{fixed(numbers.above_optimum)})"


def table(numbers: Numbers, best: Best | None,
          told: Callable[[float], str]) -> list[tuple[str, str, str]]:
    """The numbers for viewers without a kernel; ``told`` writes a gradient."""
    baselines = numbers.baselines
    rows = [("parameter", "value", "∂J/∂θ")]
    rows += [(symbol(name), number(value), told(numbers.gradient[name]))
             for name, value in numbers.parameters.items()]
    rows += [("", "", ""), ("MSE", "", fixed(numbers.loss))]
    if best is not None:
        rows.append(("your best", "", fixed(best[0])))
    return [*rows, ("lecture's parameters", "", fixed(baselines.lecture_loss)),
            ("quadratic", "", fixed(baselines.quadratic.mse)),
            ("line", "", fixed(baselines.line.mse))]
