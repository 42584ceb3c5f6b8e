"""The examples of the lectures, a folder each. This page is the registry; it imports none of them.

Gradient checks, slider tests, browser tests, benchmarks, start page and README table cover every
lab that has a line here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True)
class Entry:
    """A lab: the name of its class, the field whose slider a student moves first, and its
    notebooks. The number before their names is the lab's place in the course, so that a list of
    files shows them in that order. ``question`` is what a student can answer after it."""

    lab: str
    moved: str
    notebooks: tuple[str, ...]
    question: str


CHAIN = ("08a_chain_forward", "08b_chain_backward", "08c_chain_why_backwards",
         "08d_chain_generic_layer", "08e_chain_vanishing_exploding", "08f_chain_remedies")

REGISTRY: dict[str, Entry] = {
    "one_neuron": Entry(
        "OneNeuronLab", "w", ("01_one_neuron",), "Why does this neuron not learn?"),
    "two_hidden": Entry(
        "TwoHiddenLab", "w1_1", ("02_two_hidden", "02b_dead_relu"), "Why is this gradient 0?"),
    "three_neuron": Entry(
        "ThreeNeuronLab", "w11", ("03_three_neuron", "03b_gradient_descent"),
        "How small can the error get?"),
    "names_counts": Entry(
        "NamesCountsLab", "n1", ("04_names_counts",),
        "Which weight is w₂,₁,₃, and how many are there?"),
    "computational_graph": Entry(
        "ComputationalGraphLab", "w", ("05_computational_graph",),
        "How does a derivative walk backwards through an expression?"),
    "sigmoid_features": Entry(
        "SigmoidFeaturesLab", "b21", ("06_sigmoid_features",),
        "How can two neurons separate what no line can?"),
    "relu_sums": Entry(
        "ReluSumsLab", "w2j", ("07_relu_sums",), "How many ReLUs does a curve need?"),
    "deep_chain": Entry(
        "DeepChainLab", "w", CHAIN, "Why do gradients vanish or explode?"),
    "wide_network": Entry(
        "WideNetworkLab", "depth", ("09_wide_network",), "How large should the first weights be?"),
    "training_loop": Entry(
        "TrainingLoopLab", "w", ("10_training_loop",), "What does one line of training change?"),
    "digits": Entry(
        "DigitsLab", "epochs", ("11_digits",), "How does a network learn to read?"),
}
"""Folder -> lab."""


class Labs(Mapping[str, Any]):
    """Folder -> class of the lab, loaded when it is first asked for."""

    def __getitem__(self, name: str) -> Any:
        return getattr(import_module(f"{__name__}.{name}.lab"), REGISTRY[name].lab)

    def __iter__(self) -> Iterator[str]:
        return iter(REGISTRY)

    def __len__(self) -> int:
        return len(REGISTRY)


LABS = Labs()
