"""The labs: one module for each example of the lectures.

``LABS`` is the registry: the gradient checks, the slider tests and the notebook tests cover every
lab that stands in it.
"""

from __future__ import annotations

from .deep_chain import DeepChainLab
from .one_neuron import OneNeuronLab
from .three_neuron import ThreeNeuronLab
from .two_hidden import TwoHiddenLab
from .wide_network import WideNetworkLab

LABS = {
    "one_neuron": OneNeuronLab,
    "three_neuron": ThreeNeuronLab,
    "two_hidden": TwoHiddenLab,
    "deep_chain": DeepChainLab,
    "wide_network": WideNetworkLab,
}
"""Short name -> class of the lab."""
