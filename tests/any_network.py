"""Small networks for tests, and a notation for them: numbers with few digits, often exactly 0."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import strategies as st

from mlp_widgets.core import Network, Skip
from mlp_widgets.explain.notation import Notation, Var

ACTIVATIONS = ("identity", "relu", "leaky_relu", "tanh", "sigmoid", "threshold")
EIGHTHS = st.integers(-20, 20).map(lambda n: n / 8)
"""Sums and products of these are exact, so that what is on a kink is so in any order."""
FEW = st.sampled_from([0.0, 1.0, -1.0, 2.0, -2.0, 0.5])


def skips_of(widths: tuple[int, ...], which: str) -> list[Skip]:
    """Around every layer of a chain; or a¹ or z² of two layers into a single output."""
    if which == "none":
        return []
    if which == "chain":
        return [Skip(layer - 1, layer) for layer in range(1, len(widths))]
    last = len(widths) - 1
    return [Skip(last, last, of="z") if which == "z" else Skip(last - 1, last)]


@st.composite
def networks(draw, numbers=EIGHTHS, depth: int = 3, activations=ACTIVATIONS):
    """A network with one output: random widths, activations, biases and skips."""
    which = draw(st.sampled_from(["none", "none", "chain", "a", "z"]))
    layers = draw(st.integers(1 if which in ("none", "chain") else 2, depth))
    widest = 1 if which == "chain" else 3
    widths = (*(draw(st.integers(1, widest)) for _ in range(layers)), 1)
    w = [np.reshape([draw(numbers) for _ in range(rows * columns)], (rows, columns))
         for columns, rows in pairwise(widths)]
    biases = draw(st.booleans())
    b = [[draw(numbers) for _ in range(rows)] for rows in widths[1:]] if biases else None
    names = [draw(st.sampled_from(activations)) for _ in range(layers)]
    return Network(w, b, names, skips_of(widths, which))


def notation_of(network: Network, **options) -> Notation:
    """Names such as "w213" (layer 2, neuron 1, input 3) and "b21" for all parameters."""
    names = {}
    for layer in range(1, network.depth + 1):
        for neuron in range(network.widths[layer]):
            for place in range(network.widths[layer - 1]):
                names[f"w{layer}{neuron + 1}{place + 1}"] = Var("w", layer, neuron, place)
            if network.b is not None:
                names[f"b{layer}{neuron + 1}"] = Var("b", layer, neuron)
    inputs = tuple(f"x{k + 1}" for k in range(network.widths[0]))
    return Notation(names, network.depth, inputs=inputs, **options)
