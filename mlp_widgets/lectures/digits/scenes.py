"""What the pictures of the digits lab show, made from its numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...data.digits import all_digits, halves
from ...drawing.dead_neurons import Covered, DeadScene, Start
from ...drawing.learning import LearningScene
from ...drawing.mistakes import MOST, MistakesScene, Wrong
from ...drawing.reading import Layer, ReadingScene
from . import words
from .numbers import INITS, Numbers
from .training import MOST_EPOCHS


def learning(numbers: Numbers) -> LearningScene:
    """J and the part that is read right, from the first network to the present one."""
    learned, held_out = (len(half.labels) for half in halves())
    J = np.array([epoch.J for epoch in numbers.history]).T
    right = np.array([epoch.right for epoch in numbers.history]).T
    parts = right / np.array([[learned], [held_out]])
    return LearningScene(J, parts, MOST_EPOCHS, (learned, held_out))


def reading(numbers: Numbers) -> ReadingScene:
    """The digit shown on its way through the network."""
    state = numbers.state
    layers = [Layer(numbers.activations(layer), dead)
              for layer, dead in enumerate(numbers.dead, 1)]
    return ReadingScene(numbers.pixels, numbers.dJ_dx, layers, numbers.probabilities,
                        numbers.label, words.digit_name(numbers), words.half_of(numbers),
                        (state.pixel_row - 1, state.pixel_column - 1), state.ink)


def covered_reading(numbers: Numbers) -> ReadingScene:
    """The same without ∂J/∂x."""
    return replace(reading(numbers), gradient=None)


def mistakes(numbers: Numbers) -> MistakesScene:
    """The first digits of the half held out that are read wrong."""
    shown = numbers.mistakes[:MOST]
    digits, ink = [mistake.digit for mistake in shown], all_digits().ink
    chosen = digits.index(numbers.state.digit) if numbers.state.digit in digits else None
    return MistakesScene([Wrong(ink[m.digit], m.label, m.read) for m in shown],
                         len(numbers.mistakes), len(halves()[1].labels), chosen)


def dead(numbers: Numbers, left: int = 0) -> DeadScene:
    """The dead neurons of every initialization, all else as it is; with epochs left, as far as
    each is trained."""
    starts = [_start(numbers, init, bool(left)) for init in INITS]
    return DeadScene(starts, numbers.state.epochs, len(halves()[0].labels))


def covered_dead(numbers: Numbers, left: int = 0) -> DeadScene:
    """The same rows and cells, none of them black, and a ? for each number of the answer."""
    state = numbers.state
    alive = [np.zeros(count, dtype=bool) for count in (state.hidden1, state.hidden2)]
    starts = [Covered(name, alive, 0, 0.0, init == state.init) for init, name in INITS.items()]
    return DeadScene(starts, state.epochs, len(halves()[0].labels))


def _start(numbers: Numbers, init: str, waits: bool) -> Start:
    training, chosen = numbers.by_init[init], init == numbers.state.init
    left = training.left(numbers.state.epochs) * waits
    reached = numbers.state.epochs - left
    try:
        epoch = training.at(reached)
    except ArithmeticError:
        return Start(INITS[init], None, 0, 0.0, chosen)
    before = sum(int(layer.sum()) for layer in training.at(0).dead)
    right = epoch.right[1] / len(halves()[1].labels)
    return Start(INITS[init], epoch.dead, before, right, chosen, reached if left else None)
