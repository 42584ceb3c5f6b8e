"""What the pictures of the names-and-counts lab show, made from its numbers."""

from __future__ import annotations

from ...drawing.kinds_of_layer import LayersScene
from ...drawing.named_network import NEURON, NamesScene, Place
from ...explain.notation import Var
from ...explain.operations import lit
from . import words
from .numbers import Numbers


def names(numbers: Numbers) -> NamesScene:
    """The network, and the matrix of the picked layer; a halo on what the step talks about."""
    network, layer = numbers.network, numbers.state.layer
    b = None if network.b is None else network.b[layer]
    halos = lit(numbers.operations, numbers.state.operation)
    # what is computed comes last and wins: a neuron shows both a z that is reused and its a
    places = {_place(var, network.depth): kind for var, kind in halos.items()}
    return NamesScene(network.widths, numbers.state.pick, network.w[layer], b, places)


def _place(var: Var, last: int) -> Place:
    """Of a parameter, or of the neuron of any other variable; of y and J it is the output."""
    kind = var.kind.removeprefix("d")
    if kind in ("y", "loss"):
        return last, 1, NEURON
    return var.layer, var.neuron + 1, {"w": var.input + 1, "b": 0}.get(kind, NEURON)


def kinds(numbers: Numbers) -> LayersScene:
    """What is called a layer, and how many there are of each kind."""
    return LayersScene(numbers.network.widths, numbers.state.layer, words.counted(numbers))
