"""What the numbers of a lab with one small network have in common.

    class Numbers(NetworkNumbers):
        def __init__(self, state):
            self.state = state
            super().__init__(network_of(state), NOTATION, (state.x, state.y))
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np

from ..core import Network, backward, descend, forward
from .notation import Notation, Var
from .operations import Operation, Passes, operations
from .zeros import Why, why_zero


class NetworkNumbers:
    """Both passes over all points, and operation by operation at one of them.

    points: (x, y), for both a number, a row, or an array (rows, N). at: (x, y) of the point that
    is walked through, the first one unless given; y may be None. loss: its name in the core.
    Raises ValueError where the loss is too large for a float.
    """

    def __init__(self, network: Network, notation: Notation, points: tuple[object, object],
                 at: tuple[object, object] | None = None, *, loss: str = "squared") -> None:
        self.network, self.notation, self._point, self.loss_name = network, notation, at, loss
        x, y = (np.atleast_2d(np.asarray(values, float)) for values in points)
        self.trace = forward(network, x, y, loss=loss)
        if not np.isfinite(self.trace.J):
            letter = notation.loss if x.shape[-1] == 1 else "J"
            raise ValueError(f"these numbers make {letter} infinite; move them closer to 0")
        self.back = backward(self.trace)

    @property
    def loss(self) -> float:
        """J, the mean of the loss over all points."""
        return float(self.trace.J)

    @cached_property
    def parameters(self) -> Mapping[str, float]:
        """The parameters by the lecture's names."""
        return self.notation.values(self.network)

    @cached_property
    def gradient(self) -> Mapping[str, float]:
        """∂J/∂θ by name, over all points."""
        return self.notation.gradients(self.back)

    @cached_property
    def at(self) -> Passes:
        """Both passes at the one point; without a target only the forward one."""
        x, y = self._point or (self.trace.a[0][:, 0], self.trace.y[:, 0])
        x = np.atleast_1d(np.asarray(x, float))
        if y is None:
            return Passes(forward(self.network, x), None, self.notation)
        y = np.atleast_1d(np.asarray(y, float))
        trace = forward(self.network, x, y, loss=self.loss_name)
        return Passes(trace, backward(trace), self.notation)

    @cached_property
    def gradient_at(self) -> Mapping[str, float]:
        """The gradient of the loss of the one point, by name."""
        return {name: self.at.value(var._replace(kind=f"d{var.kind}"))
                for name, var in self.notation.parameters.items()}

    @cached_property
    def operations(self) -> list[Operation]:
        """Both passes at the one point, one operation a step."""
        return operations(self.at)

    @property
    def scale_of_loss(self) -> float:
        """A loss that J may have without being large: the spread of the targets."""
        y = self.trace.y
        return float(y.var()) + float((y**2).mean()) * (y.size == 1)

    def descend(self, rate: float) -> Iterator[tuple[dict[str, float], float]]:
        """(parameters, J) after each step θ ← θ − α ∂J/∂θ, without end; Diverged where one of them
        is infinite."""
        network, back = self.network, self.back
        while True:
            network = descend(network, back.parameters(), rate)
            trace = forward(network, self.trace.a[0], self.trace.y, loss=self.loss_name)
            yield self.notation.values(network), float(trace.J)
            back = backward(trace)

    def why_zero(self, name: str) -> Why | None:
        """Why a parameter's gradient is 0, over all points; None if it is not."""
        return why_zero(self.trace, self.back, self.notation, name)

    def why_zero_at(self, name: str) -> Why | None:
        """The same at the one point."""
        return why_zero(self.at.trace, self.at.back, self.notation, name) if self.at.back else None

    def value(self, kind: str, layer: int = 0, neuron: int = 0, input: int = 0) -> float:
        """A variable at the one point."""
        return self.at.value(Var(kind, layer, neuron, input))
