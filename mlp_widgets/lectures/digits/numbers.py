"""The numbers of the digits lab: its state, and everything computed from a state.

    a[0] = x, 64 pixels from 0 to 1;  a[l] = ReLU(w[l] a[l-1] + b[l]) for l = 1, 2;
    ŷ = softmax(w[3] a[2] + b[3]);  J = mean over the digits learned of -log ŷ_label

Source: MIT 6.390, "Neural Networks II" (softmax, cross-entropy, mini-batches, initialization);
CMU 10-315, "Neural Networks", polls 4 to 6 (digits).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from time import monotonic

import numpy as np

from ...core import BackwardTrace, Network, backward, forward
from ...data.digits import (
    COUNT,
    DARKEST,
    SIDE,
    all_digits,
    as_input,
    as_target,
    halves,
    held_out_numbers,
)
from ...explain.whole_layers import why_biases_zero, why_weights_zero
from ...explain.zeros import Why
from ...fields import DATA, VIEW, State, choice, cover, number, parsed, whole, whole_number
from .training import LOSS, MOST_EPOCHS, Epoch, Setting, Training, passes, training

MOST_WIDTHS = (64, 32)
LARGEST_SEED = 1_000_000
INITS = {"zeros": "zeros", "small": "too small", "xavier": "Xavier", "he": "He",
         "large": "too large"}
VIEWS = {"learning": "J and accuracy", "mistakes": "Mistakes", "dead": "Dead neurons"}

Pixels = tuple[tuple[int, int, int], ...]
"""(row, column, ink) of every pixel changed by hand: rows and columns 1 to 8, ink 0 to 16."""


def read_pixels(value: object) -> Pixels:
    """Changed pixels, each once, in the order of reading; ValueError on all else."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise ValueError(f"pixels must be a list of (row, column, ink), got {value!r:.40}")
    found = {}
    for pixel in value:
        if isinstance(pixel, str) or not isinstance(pixel, Iterable) or len(
                values := tuple(pixel)) != 3:
            raise ValueError(f"a pixel is (row, column, ink), got {pixel!r:.40}")
        row, column = (whole_number(name, of, 1, SIDE)
                       for name, of in zip(("row", "column"), values, strict=False))
        found[row, column] = whole_number("ink", values[2], 0, DARKEST)
    return tuple((*place, ink) for place, ink in sorted(found.items()))


@dataclass(frozen=True)
class DigitsState(State):
    """All that the student can set. The weights are no fields: they follow from these."""

    epochs: int = whole(0, DATA, 0, MOST_EPOCHS, always=True,
                        says="how often each digit of the half that is learned was used")
    digit: int = whole(18, DATA, 0, COUNT - 1, always=True,
                       says="the number of the digit shown, in the order of scikit-learn")
    pixels: Pixels = parsed((), DATA, read_pixels,
                            says="(row, column, ink) of each pixel changed by hand")
    init: str = choice("he", INITS, DATA, label="first weights", called="initialization",
                       says="weights ~ N(0, c²/n), with c = 0, 0.02, 1, √2, 10")
    learning_rate: float = number(0.1, DATA, slider=(-2.0, 0.5, 0.05), log=True, positive=True,
                                  continuous=False, label="learning rate α",
                                  called="learning rate")
    batch: int = whole(8, DATA, 8, 64, continuous=False, label="batch size")
    hidden1: int = whole(32, DATA, 1, MOST_WIDTHS[0], continuous=False, label="neurons in layer 1")
    hidden2: int = whole(16, DATA, 1, MOST_WIDTHS[1], continuous=False, label="neurons in layer 2")
    seed: int = whole(0, DATA, 0, LARGEST_SEED, slider=None,
                      says="of the first weights and of the order of the digits")
    pixel_row: int = whole(4, VIEW, 1, SIDE, label="row", says="of the pixel in the frame")
    pixel_column: int = whole(4, VIEW, 1, SIDE, label="column", says="of the pixel in the frame")
    ink: int = whole(12, VIEW, 0, DARKEST, says="what a click sets: 0 is white, 16 black")
    view: str = choice("learning", VIEWS, VIEW, buttons=True,
                       says="the picture of the whole network")
    covered: bool = cover()

    def following(self, changes: dict[str, object]) -> dict[str, object]:
        """Another digit comes with its own pixels."""
        if changes.get("digit", self.digit) != self.digit:
            return {"pixels": (), **changes}
        return changes

    @property
    def setting(self) -> Setting:
        """All on which the training depends."""
        return Setting((self.hidden1, self.hidden2), self.init, self.seed, self.learning_rate,
                       self.batch)

    @property
    def trained(self) -> object:
        """All on which the weights depend: before the first step no learning rate."""
        first = self.hidden1, self.hidden2, self.init, self.seed, self.epochs
        return first if self.epochs == 0 else (*first, self.learning_rate, self.batch)

    def with_pixel(self, row: int, column: int, ink: int) -> dict[str, object]:
        """The changes that give a pixel this ink and put the frame around it."""
        others = [pixel for pixel in self.pixels if pixel[:2] != (row, column)]
        own = int(all_digits().ink[self.digit, row - 1, column - 1])
        changed = [(row, column, ink)] if ink != own else []
        return {"pixel_row": row, "pixel_column": column, "pixels": (*others, *changed)}


def _preset(epochs: int, init: str, learning_rate: float = 0.1) -> dict[str, object]:
    return {"epochs": epochs, "init": init, "learning_rate": learning_rate}


PRESETS = {
    "untrained": _preset(0, "he"),
    "trained": _preset(MOST_EPOCHS, "he"),
    "zeros": _preset(MOST_EPOCHS, "zeros"),
    "too small": _preset(MOST_EPOCHS, "small"),
    "too large": _preset(MOST_EPOCHS, "large"),
    "large steps": _preset(MOST_EPOCHS, "he", learning_rate=1.0),
}


@dataclass(frozen=True)
class Mistake:
    """A digit that is read as another one."""

    digit: int
    label: int
    read: int


class Numbers:
    """Everything a state determines: the network after the epochs of the state, what it makes of
    the digit shown, and on request both passes over all digits that are learned."""

    def __init__(self, state: DigitsState) -> None:
        self.state = state
        self.training = training(state.setting)
        self.epoch: Epoch = self.training.at(state.epochs)

    @property
    def network(self) -> Network:
        """The network after the epochs of the state."""
        return self.epoch.network

    @cached_property
    def by_init(self) -> Mapping[str, Training]:
        """Initialization -> the training that begins with it, all else as it is."""
        return {init: training(replace(self.state.setting, init=init)) for init in INITS}

    @property
    def epochs_left(self) -> int:
        """Epochs still to be done with all initializations together."""
        return sum(other.left(self.state.epochs) for other in self.by_init.values())

    def train_others(self, seconds: float) -> bool:
        """Train with all of them for so long, at least an epoch of each; whether some are left."""
        end = monotonic() + seconds
        while self.epochs_left:
            for other in self.by_init.values():
                other.one_towards(self.state.epochs)
            if monotonic() > end:
                break
        return self.epochs_left > 0

    @property
    def history(self) -> list[Epoch]:
        """Before the first epoch, and after each of them."""
        return self.training.until(self.state.epochs)

    # -- the digit shown --------------------------------------------------------------------------

    @cached_property
    def pixels(self) -> np.ndarray:
        """Its ink, 0 to 16, with the changes made by hand: shape (8, 8)."""
        ink = all_digits().ink[self.state.digit].copy()
        for row, column, value in self.state.pixels:
            ink[row - 1, column - 1] = value
        return ink

    @property
    def label(self) -> int:
        """Which digit it is."""
        return int(all_digits().labels[self.state.digit])

    @property
    def is_held_out(self) -> bool:
        """Whether the network never learned from it."""
        return self.state.digit in held_out_numbers()

    @cached_property
    def at_digit(self) -> BackwardTrace:
        """Both passes for it alone."""
        return backward(forward(self.network, as_input(self.pixels),
                                as_target(np.array([self.label])), loss=LOSS))

    @property
    def probabilities(self) -> np.ndarray:
        """ŷ = softmax(z[3]), shape (10,)."""
        return self.at_digit.forward.output[:, 0]

    @property
    def read(self) -> int:
        """As which digit it is read: that of the largest ŷ."""
        return int(self.probabilities.argmax())

    @property
    def loss_of_digit(self) -> float:
        """-log ŷ_label."""
        return float(self.at_digit.forward.J)

    @property
    def dJ_dx(self) -> np.ndarray:
        """The derivative of its loss by every pixel, shape (8, 8)."""
        return self.at_digit.dJ_da[0].reshape(SIDE, SIDE)

    def activations(self, layer: int) -> np.ndarray:
        """a[layer] of it, shape (n_layer,)."""
        return self.at_digit.forward.a[layer][:, 0]

    # -- all digits -------------------------------------------------------------------------------

    @property
    def loss(self) -> float:
        """J over the half that is learned."""
        return self.epoch.J[0]

    @cached_property
    def accuracy(self) -> tuple[float, float]:
        """The part of both halves that is read right."""
        learned, held_out = (right / len(half.labels)
                             for right, half in zip(self.epoch.right, halves(), strict=True))
        return learned, held_out

    @cached_property
    def mistakes(self) -> list[Mistake]:
        """The digits of the half held out that are read as others, in the order of their labels."""
        half = halves()[1]
        rows = zip(half.numbers.tolist(), half.labels.tolist(), self.epoch.read.tolist(),
                   strict=True)
        found = [Mistake(*row) for row in rows if row[1] != row[2]]
        return sorted(found, key=lambda mistake: (mistake.label, mistake.read, mistake.digit))

    @property
    def back(self) -> BackwardTrace:
        """Both passes over the half that is learned."""
        return passes(self.network)

    @property
    def dead(self) -> tuple[np.ndarray, ...]:
        """Which neurons of each hidden layer are 0 at every digit that is learned: the weights
        that lead to them and from them have gradient 0."""
        return self.epoch.dead

    @property
    def parameters(self) -> Mapping[str, np.ndarray]:
        """{"W1": W¹, "b1": b¹, ...}: weights of shape (n_l, n_{l-1}), biases (n_l,), read only."""
        return _by_name(self.network.w, self.network.b or ())

    @property
    def gradient(self) -> Mapping[str, np.ndarray]:
        """{"W1": ∂J/∂W¹, "b1": ∂J/∂b¹, ...}, shaped like the parameters, read only."""
        return _by_name(self.back.dJ_dw, self.back.dJ_db or ())

    def why_zero(self, name: str) -> Why | None:
        """Why all of a gradient is 0; None if it is not."""
        find = why_weights_zero if name[0] == "W" else why_biases_zero
        return find(self.back, int(name[1:]))


def _by_name(w: Iterable[np.ndarray], b: Iterable[np.ndarray]) -> dict[str, np.ndarray]:
    """Both arrays of each layer under their names, layer by layer."""
    pairs = [*zip(w, b, strict=True)][1:]
    return {f"{letter}{layer}": array for layer, both in enumerate(pairs, 1)
            for letter, array in zip("Wb", both, strict=True)}


