"""What the pictures of the digits lab show, made from its numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...data.digits import all_digits, halves
from ...drawing.dead_neurons import DeadScene, Start
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


def dead(numbers: Numbers) -> DeadScene:
    """The dead neurons of every initialization, all else as it is."""
    return DeadScene([_start(numbers, init) for init in INITS], numbers.state.epochs,
                     len(halves()[0].labels))


def _start(numbers: Numbers, init: str) -> Start:
    chosen = init == numbers.state.init
    try:
        other = numbers.with_init(init)
    except ArithmeticError:
        return Start(INITS[init], None, 0, 0.0, chosen)
    before = sum(int(layer.sum()) for layer in other.dead_at_start)
    return Start(INITS[init], other.dead, before, other.accuracy[1], chosen)
