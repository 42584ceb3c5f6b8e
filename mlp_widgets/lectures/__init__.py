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
    notebooks in the lecture's order."""

    lab: str
    moved: str
    notebooks: tuple[str, ...]


CHAIN = ("chain_1_forward", "chain_2_backward", "chain_3_why_backwards", "chain_4_generic_layer",
         "chain_5_vanishing_exploding", "chain_6_remedies")

# fmt: off
REGISTRY: dict[str, Entry] = {
    "one_neuron": Entry("OneNeuronLab", "w", ("one_neuron",)),
    "three_neuron": Entry("ThreeNeuronLab", "w11", ("three_neuron",)),
    "two_hidden": Entry("TwoHiddenLab", "w1_1", ("two_hidden",)),
    "deep_chain": Entry("DeepChainLab", "w", CHAIN),
    "wide_network": Entry("WideNetworkLab", "depth", ("wide_network",)),
}
"""Folder -> lab."""
# fmt: on


class Labs(Mapping[str, Any]):
    """Folder -> class of the lab, loaded when it is first asked for."""

    def __getitem__(self, name: str) -> Any:
        return getattr(import_module(f"{__name__}.{name}.lab"), REGISTRY[name].lab)

    def __iter__(self) -> Iterator[str]:
        return iter(REGISTRY)

    def __len__(self) -> int:
        return len(REGISTRY)


LABS = Labs()
