"""The labs: one module for each example of the lectures.

``LABS`` is the registry: the gradient checks, the slider tests and the notebook tests cover every
lab that stands in it.
"""

from __future__ import annotations

from .three_neuron import ThreeNeuronLab

LABS = {"three_neuron": ThreeNeuronLab}
"""Name of the notebook -> class of the lab it teaches with."""
