"""The mathematics of the lectures, on numpy alone: networks, both passes, descent.

    network = Network([[[2.0], [-1.0]], [[1.0, 2.0]]], activations=["relu", "identity"])
    trace = forward(network, x=[1.0], y=[3.0])      # trace.J == 1.0
    backward(trace).dJ_dw[2]                        # [[-4., 0.]]

Files, in reading order: activations, losses, network, passes, descent.
"""

from .activations import ACTIVATIONS, Activation, find_activation
from .descent import (
    INITIALIZATIONS,
    DescentStep,
    Diverged,
    clip_by_norm,
    descend,
    gradient_descent,
    gradient_norm,
    initial_weights,
    minibatches,
)
from .losses import LOSSES, Loss, find_loss
from .network import Network, Skip, as_numbers
from .passes import BackwardTrace, ForwardTrace, as_columns, backward, forward

__all__ = [
    "ACTIVATIONS", "INITIALIZATIONS", "LOSSES", "Activation", "BackwardTrace", "DescentStep",
    "Diverged", "ForwardTrace", "Loss", "Network", "Skip", "as_columns", "as_numbers", "backward",
    "clip_by_norm", "descend", "find_activation", "find_loss", "forward", "gradient_descent",
    "gradient_norm", "initial_weights", "minibatches",
]
