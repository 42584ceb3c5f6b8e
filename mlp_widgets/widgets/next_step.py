"""Questions about the next step of any lab with gradients by name; what is right is computed.

    will_move(lab, "w2_2")                    # will w₂² move in the next step?
    will_learn(lab)                           # which parameters get an update?
    predict_gradient(lab, "w5")               # what is ∂J/∂w₅?

They ask the lab that stands in the page: where its cell is run again, the one that it made anew.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

from ..explain.operations import Operation
from ..fields import one_of
from ..text import inner, number, symbol
from .lab import Lab
from .made_again import latest
from .poll import Given, Poll

CLOSE_ENOUGH = 0.05
"""Relative error of a gradient that counts as right: two digits on paper."""
MOVES = {"A": "it grows", "B": "it shrinks", "C": "it stays exactly as it is"}
MOST_CHOICES = 12
"""Parameters that one question can ask about."""
PATHS = "Go back from the loss to each parameter: on which paths is no factor 0?"


def will_move(lab: Lab[Any, Any], name: str) -> Poll:
    """Will a parameter move in the next step of gradient descent θ ← θ − η ∂J/∂θ?

    The step is the lab's: over all of its points, with its learning rate. ValueError on another
    name, or a lab without gradients by name.
    """
    _check_parameter(lab, name)

    def moved() -> str:
        return _move(next_step(latest(lab), name))

    def hint(given: Given) -> str:
        step, sign = next_step(latest(lab), name), _derivative(lab, name)
        if step.after == step.before:
            way = f"To {'grow' if given == ('A',) else 'shrink'} it would need"
            if step.gradient:
                return f"{way} a longer step. How long is it, beside {symbol(name)} itself?"
            return f"{way} a gradient. Follow the product that gives {sign}: is a factor 0?"
        if given == ("C",):
            return f"{sign} is not 0."
        return f"The step goes against the gradient: which sign has {sign}?"

    def depends() -> Hashable:
        state = latest(lab).state
        return state.of_the_network, state.learning_rate

    return Poll(f"Will {symbol(name)} move in the next step of gradient descent?", moved, MOVES,
                explain=lambda: _step_in_words(latest(lab), name), hint=hint, about=lab,
                depends=depends, covers=True, title="Prediction")


def will_learn(lab: Lab[Any, Any]) -> Poll:
    """Which of the parameters get an update: whose gradient is not 0?

    ValueError on a lab without gradients by name, or with more than 12 of them.
    """
    names = list(_gradients_by_name(lab))
    if len(names) > MOST_CHOICES:
        raise ValueError(f"this question needs a lab with at most {MOST_CHOICES} parameters, got "
                         f"{len(names)}")
    letters = dict(zip(ascii_uppercase, names, strict=False))
    none = ascii_uppercase[len(names)]

    def right() -> list[str]:
        gradient = latest(lab).gradient
        if list(gradient) != names:
            raise ValueError("the lab has other parameters than this question now: run the cell of "
                             "the question again")
        return [letter for letter, name in letters.items() if gradient[name]] or [none]

    def hint(given: Given) -> str:
        assert isinstance(given, tuple)
        zeros = [letters[k] for k in given if k in letters and k not in right()]
        return " ".join(f"{gradient_in_words(latest(lab), name)}." for name in zeros) or PATHS

    return Poll("Which of the parameters get an update?", right,
                {letter: symbol(name) for letter, name in letters.items()} | {none: "none of them"},
                several=True, explain=lambda: latest(lab).describe(), hint=hint, about=lab,
                covers=True, title="Prediction")


def predict_gradient(lab: Lab[Any, Any], name: str) -> Poll:
    """What is ∂J/∂θ? Right within 5 %; a gradient 0 must be given as 0.

    ValueError on another name, or a lab without gradients by name.
    """
    _check_parameter(lab, name)

    def explain() -> str:
        now = latest(lab)
        why = f" Why 0: {now.why_zero(name)}." if next_step(now, name).gradient == 0 else ""
        return f"{gradient_in_words(now, name)}.{why}"

    return Poll(f"What is {_derivative(lab, name)} at the present state of the lab? "
                f"(within {100 * CLOSE_ENOUGH:.0f} %)",
                lambda: next_step(latest(lab), name).gradient, explain=explain,
                tolerance=CLOSE_ENOUGH, about=lab, covers=True, title="Prediction")


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


def next_step(lab: Lab[Any, Any], name: str) -> NextStep:
    """What the next step does to a parameter; ValueError if there is no such number now."""
    gradients = lab.gradient
    if name not in gradients:
        raise ValueError(f"there is no {symbol(name)} in the lab's present state")
    gradient = float(gradients[name])
    if not math.isfinite(gradient):
        raise ValueError(f"{_derivative(lab, name)} is too large for a float now: choose "
                         "smaller weights")
    return NextStep(float(lab.parameters[name]), gradient, float(lab.state.learning_rate))


def _move(step: NextStep) -> str:
    """The letter of what a step does."""
    return "C" if step.after == step.before else "A" if step.after > step.before else "B"


def gradient_in_words(lab: Lab[Any, Any], name: str) -> str:
    """A gradient as the product that gives it at the lab's one point, or as the mean over all."""
    sign, value = _derivative(lab, name), number(float(lab.gradient[name]))
    points = _number_of_points(lab)
    if points > 1:
        return f"{sign} = {value}, the mean over {points} points"
    found: list[Operation] = [op for op in lab.numbers.operations if op.symbol == sign]
    if not found:
        return f"{sign} = {value}"
    return f"{sign} = {found[0].formula} = {found[0].numbers} = {value}"


def _number_of_points(lab: Lab[Any, Any]) -> int:
    """How many points the loss is the mean of; an expression that was typed in has one."""
    trace = getattr(lab.numbers, "trace", None)
    return 1 if trace is None else int(trace.a[0].shape[-1])


def _check_parameter(lab: object, name: str) -> None:
    one_of("parameter", name, _gradients_by_name(lab))


def _gradients_by_name(lab: object) -> dict[str, float]:
    """Name -> gradient; ValueError on a lab that has none."""
    gradients = getattr(lab, "gradient", None)
    if gradients == {}:
        raise ValueError("the lab has no parameter now, so there is no gradient to ask for")
    if not gradients or not all(isinstance(value, float) for value in gradients.values()):
        raise ValueError(f"this question needs a lab with one gradient for each name, got "
                         f"{type(lab).__name__}")
    return dict(gradients)


def _derivative(lab: Lab[Any, Any], name: str) -> str:
    return f"∂{lab.objective_of(lab.state)}/∂{symbol(name)}"


def _step_in_words(lab: Lab[Any, Any], name: str) -> str:
    """What the step does, and why."""
    step, sign, sub = next_step(lab, name), _derivative(lab, name), symbol(name)
    gradient = number(step.gradient)
    if step.gradient == 0:
        return f"{sign} = 0, so the step is 0. Why 0: {lab.why_zero(name)}."
    product = f"{number(step.rate)} · {inner(gradient)}"
    if step.after == step.before:
        return (f"{sign} = {gradient} is not 0, but the step of {product} is too small: as a "
                f"float, {sub} = {number(step.before)} stays what it is.")
    return (f"{sign} = {gradient}, and the step goes against it: {sub} becomes "
            f"{number(step.before)} − {product} = {number(step.after, 6)}.")
