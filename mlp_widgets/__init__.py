"""See backpropagation happen: slider widgets for the examples of two machine-learning lectures.

``from mlp_widgets import ThreeNeuronLab`` and put ``ThreeNeuronLab()`` in a notebook cell.
The mathematics alone, without any picture or widget, is in :mod:`mlp_widgets.core`.
"""

from __future__ import annotations

from importlib import import_module

from .lectures import REGISTRY

__version__ = "0.2.0"

# Where each public name lives. Names are loaded at first use (PEP 562), so that
# `import mlp_widgets.core` needs numpy and nothing else.
_HOME = {
    **{entry.lab: f"mlp_widgets.lectures.{folder}.lab" for folder, entry in REGISTRY.items()},
    "LABS": "mlp_widgets.lectures",
    "Lab": "mlp_widgets.widgets.lab",
    "Poll": "mlp_widgets.widgets.poll",
    "answer": "mlp_widgets.widgets.answer",
    "backward_through": "mlp_widgets.lectures.generic_layer.check",
    "check_layer": "mlp_widgets.lectures.generic_layer.check",
    "lecture_poll": "mlp_widgets.lectures.polls",
    "nearest": "mlp_widgets.widgets.predict",
    "predict": "mlp_widgets.widgets.predict",
    "predict_gradient": "mlp_widgets.widgets.next_step",
    "will_learn": "mlp_widgets.widgets.next_step",
    "will_move": "mlp_widgets.widgets.next_step",
}

__all__ = ["__version__", *sorted(_HOME)]


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"mlp_widgets has no {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return __all__
