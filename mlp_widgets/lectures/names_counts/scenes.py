"""What the pictures of the names-and-counts lab show, made from its numbers."""

from __future__ import annotations

from ...drawing.kinds_of_layer import LayersScene
from ...drawing.named_network import NamesScene
from . import words
from .numbers import Numbers


def names(numbers: Numbers) -> NamesScene:
    """The network, and the matrix of the picked layer."""
    network, layer = numbers.network, numbers.state.layer
    b = None if network.b is None else network.b[layer]
    return NamesScene(network.widths, numbers.state.pick, network.w[layer], b)


def kinds(numbers: Numbers) -> LayersScene:
    """What is called a layer, and how many there are of each kind."""
    return LayersScene(numbers.network.widths, numbers.state.layer, words.counted(numbers))
