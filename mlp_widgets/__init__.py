"""See backpropagation happen: slider widgets for the examples of two machine-learning lectures.

``from mlp_widgets import ThreeNeuronLab`` and put ``ThreeNeuronLab()`` in a notebook cell.
The mathematics alone, without any picture or widget, is in :mod:`mlp_widgets.core`.
"""

from __future__ import annotations

from importlib import import_module

__version__ = "0.1.0"

# Where each public name lives. Names are loaded at first use (PEP 562), so that
# `import mlp_widgets.core` needs numpy and nothing else.
_HOME = {
    "DeepChainLab": "mlp_widgets.lectures.deep_chain",
    "LABS": "mlp_widgets.lectures",
    "OneNeuronLab": "mlp_widgets.lectures.one_neuron",
    "Poll": "mlp_widgets.widgets.poll",
    "ThreeNeuronLab": "mlp_widgets.lectures.three_neuron",
    "TwoHiddenLab": "mlp_widgets.lectures.two_hidden",
    "WideNetworkLab": "mlp_widgets.lectures.wide_network",
    "backward_through": "mlp_widgets.lectures.generic_layer",
    "check_layer": "mlp_widgets.lectures.generic_layer",
    "lecture_poll": "mlp_widgets.lectures.polls",
    "predict_gradient": "mlp_widgets.lectures.polls",
    "will_move": "mlp_widgets.lectures.polls",
}

__all__ = [
    "LABS",
    "DeepChainLab",
    "OneNeuronLab",
    "Poll",
    "ThreeNeuronLab",
    "TwoHiddenLab",
    "WideNetworkLab",
    "__version__",
    "backward_through",
    "check_layer",
    "lecture_poll",
    "predict_gradient",
    "will_move",
]


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"mlp_widgets has no {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return __all__
