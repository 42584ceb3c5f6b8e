"""Both passes of a network by PyTorch, JAX and autograd (the extra `peers`), to race against.

Each function takes our network and points and gives a call of both passes, which returns the
gradients in the order of ``Network.parameters()``. With ``alpha`` the call is a training of so many
``steps`` of gradient descent from the network's parameters, and returns the last ones. The arrays
are made ready before, in the layout that these frameworks like best, points as rows, so that only
the passes and the updates are timed.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

import numpy as np

from mlp_widgets.core import Network

Call = Callable[[], object]


def torch_eager(network: Network, x: np.ndarray, y: np.ndarray, loss: str = "squared", *,
                dtype: str = "float64", to_x: bool = False, threads: int = 1,
                alpha: float | None = None, steps: int = 0) -> Call:
    """PyTorch as one writes it: `linear` and activation by layer, the loss, `autograd.grad`.

    ``to_x`` asks for dJ/dx too, after the parameters. The target of a cross-entropy is one-hot. It
    and the NLL take z of the output: its activation is part of them.
    """
    import torch
    from torch.nn import functional as F

    torch.set_num_threads(threads)
    activations = {"relu": torch.relu, "sigmoid": torch.sigmoid, "tanh": torch.tanh}

    def tensor(array: np.ndarray, learned: bool) -> torch.Tensor:
        return torch.from_numpy(np.array(array, dtype, order="C")).requires_grad_(learned)

    inputs, targets = tensor(x.T, to_x), tensor(y.T, False)
    parameters = [tensor(array, True) for array in network.parameters()]
    biases = parameters[network.depth:] or [None] * network.depth
    *hidden, output = map(activations.get, network.activations[1:])
    loss_of = {"squared": F.mse_loss, "nll": F.binary_cross_entropy_with_logits,
               "softmax_cross_entropy": F.cross_entropy}[loss]
    if loss == "softmax_cross_entropy":
        targets = targets.argmax(1)
    last = output if loss == "squared" else None
    layers = [*zip(parameters, biases, [*hidden, last], strict=False)]
    wanted = [*parameters, *([inputs] if to_x else [])]

    def call() -> tuple[torch.Tensor, ...]:
        a = inputs
        for weight, bias, activation in layers:
            a = F.linear(a, weight, bias)
            if activation:
                a = activation(a)
        return torch.autograd.grad(loss_of(a, targets), wanted)

    start = [parameter.detach().clone() for parameter in parameters]

    def training() -> list[np.ndarray]:
        with torch.no_grad():
            for parameter, first in zip(parameters, start, strict=True):
                parameter.copy_(first)
        for _ in range(steps):
            gradients = call()
            with torch.no_grad():
                for parameter, gradient in zip(parameters, gradients, strict=True):
                    parameter -= alpha * gradient
        return [parameter.detach().numpy().copy() for parameter in parameters]

    return call if alpha is None else training


def jax_jit(network: Network, x: np.ndarray, y: np.ndarray, loss: str = "squared", *,
            alpha: float | None = None, steps: int = 0) -> Call:
    """JAX in float64, compiled for these shapes before the race; of a training a whole step."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    both = jax.jit(jax.value_and_grad(_J_in(jnp, network, loss)))
    parameters = [jnp.asarray(array) for array in network.parameters()]
    inputs, targets = jnp.asarray(x.T), jnp.asarray(y.T)
    if alpha is None:
        return lambda: jax.block_until_ready(both(parameters, inputs, targets))[1]
    step = jax.jit(lambda now: _updated(now, both(now, inputs, targets)[1], alpha))
    return lambda: jax.block_until_ready(_repeated(step, parameters, steps))


def autograd(network: Network, x: np.ndarray, y: np.ndarray, loss: str = "squared", *,
             alpha: float | None = None, steps: int = 0) -> Call:
    """HIPS autograd, which records what numpy does."""
    import autograd.numpy as anp
    from autograd import value_and_grad

    both = value_and_grad(_J_in(anp, network, loss))
    inputs, targets = np.ascontiguousarray(x.T), np.ascontiguousarray(y.T)
    if alpha is None:
        return lambda: both(network.parameters(), inputs, targets)[1]
    return lambda: _repeated(lambda now: _updated(now, both(now, inputs, targets)[1], alpha),
                             network.parameters(), steps)


def _updated(parameters: list, gradients: list, alpha: float) -> list:
    """One step of gradient descent."""
    return [old - alpha * gradient for old, gradient in zip(parameters, gradients, strict=True)]


def _repeated(step: Callable[[list], list], parameters: list, steps: int) -> list:
    """What some steps make of the parameters."""
    for _ in range(steps):
        parameters = step(parameters)
    return parameters


def _J_in(numpy: ModuleType, network: Network, loss: str) -> Callable:
    """J(parameters, inputs, targets) written in one of the modules that speak like numpy."""
    activations = {
        "relu": lambda z: numpy.maximum(z, 0.0),
        "sigmoid": lambda z: 1.0 / (1.0 + numpy.exp(-z)),
        "tanh": numpy.tanh,
    }
    depth, names = network.depth, network.activations[1:]

    def J(parameters: list, inputs: object, targets: object) -> object:
        a = inputs
        for layer, name in enumerate(names):
            z = numpy.dot(a, parameters[layer].T)
            z = z if network.b is None else z + parameters[depth + layer]
            a = activations[name](z) if name in activations else z
        if loss == "squared":
            return numpy.mean(numpy.sum((a - targets) ** 2, axis=1))
        shifted = a - numpy.max(a, axis=1, keepdims=True)
        log_a = shifted - numpy.log(numpy.sum(numpy.exp(shifted), axis=1, keepdims=True))
        return -numpy.mean(numpy.sum(targets * log_a, axis=1))

    return J
