"""The three-neuron network beside PyTorch and JAX; J on a grid; very deep chains."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec

import numpy as np

from mlp_widgets.core import Network, backward, forward
from mlp_widgets.data.traffic import HOURS, TRAFFIC
from mlp_widgets.lectures.deep_chain.chain import chain
from mlp_widgets.lectures.deep_chain.log_chain import log10_gradients

from .table import Row, interleaved

EXPLANATION = """\
The three-neuron network, all in float64. The frameworks get their arrays ready made, so that only
the two passes are timed; before the race all must agree on the gradients to nine digits.
A chain of 10,000 layers should need no more time for a layer than one of 100.
"""

# The lecture's parameters: w11, w12; b11, b12; w21, w22; b21.
W1, B1, W2, B2 = [[0.4], [-0.6]], [-5.9, 5.2], [[-1.0, -1.0]], [5.1]
ACTIVATIONS = ["relu", "identity"]

# (points, calls in one timing, timings, the target beside PyTorch, the target beside JAX)
SIZES = [(24, 100, 30, {"at_least": 2.0}, {}), (48_000, 3, 30, {}, {"at_most": 2.0})]


def rows() -> Iterator[Row]:
    """Both passes at each size beside each framework, then the grid, then the chains."""
    for points, repeat, rounds, torch_target, jax_target in SIZES:
        yield from passes(points, repeat, rounds, torch_target, jax_target)
    yield grid()
    yield time_per_layer(skip=False)
    yield time_per_layer(skip=True)
    yield gradient_map()


def passes(points: int, repeat: int, rounds: int, torch_target: dict, jax_target: dict):
    """Forward and backward pass: ours, PyTorch eager, JAX jit, all in float64."""
    x, y = np.resize(HOURS, (1, points)), np.resize(TRAFFIC["all days"], (1, points))
    network = lecture_network()
    calls = {
        "ours": lambda: backward(forward(network, x, y)),
        "new": lambda: backward(forward(lecture_network(), x, y)),
    }
    makers = {"PyTorch eager": ("torch", with_torch), "JAX jit": ("jax", with_jax)}
    for name, (module, make) in makers.items():
        if find_spec(module):
            calls[name], gradients = make(x, y)
            _check_same(backward(forward(network, x, y)).parameters(), gradients(), name)
    times = interleaved(calls, rounds, repeat)
    what = f"forward + backward, {points:,} points"
    for name, target, ratio in [
        ("PyTorch eager", torch_target, "other / ours"),
        ("JAX jit", jax_target, "ours / other"),
    ]:
        if name in times:
            yield Row(what, times["ours"], name, times[name], ratio, **target)
        else:
            yield Row(what, times["ours"], f"{name}: not installed")
    yield Row("  and with a new Network each time", times["new"])


def lecture_network() -> Network:
    """The three-neuron network with the lecture's parameters."""
    return Network([W1, W2], [B1, B2], ACTIVATIONS)


def with_torch(x: np.ndarray, y: np.ndarray) -> tuple[Callable, Callable]:
    """One eager forward and backward pass of PyTorch, and its gradients as numpy arrays."""
    import torch

    # Two threads gain nothing at this size, and on a busy machine they wait 100 ms for each other.
    torch.set_num_threads(1)
    inputs, targets = torch.from_numpy(x), torch.from_numpy(y)
    parameters = [
        torch.tensor(np.array(value), dtype=torch.float64, requires_grad=True)
        for value in (W1, W2, np.transpose([B1]), np.transpose([B2]))
    ]

    def call():
        w1, w2, b1, b2 = parameters
        output = w2 @ torch.relu(w1 @ inputs + b1) + b2
        return torch.autograd.grad((output - targets).square().mean(), parameters)

    return call, lambda: [gradient.numpy() for gradient in call()]


def with_jax(x: np.ndarray, y: np.ndarray) -> tuple[Callable, Callable]:
    """One compiled forward and backward pass of JAX, and its gradients as numpy arrays."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    inputs, targets = jnp.asarray(x), jnp.asarray(y)
    parameters = [jnp.asarray(v) for v in (W1, W2, np.transpose([B1]), np.transpose([B2]))]

    @jax.jit
    def both(values, inputs, targets):
        def J(values):
            w1, w2, b1, b2 = values
            return jnp.mean((w2 @ jax.nn.relu(w1 @ inputs + b1) + b2 - targets) ** 2)

        return jax.value_and_grad(J)(values)

    def call():
        return jax.block_until_ready(both(parameters, inputs, targets))[1]

    return call, lambda: [np.asarray(gradient) for gradient in call()]


def _check_same(ours: list[np.ndarray], theirs: list[np.ndarray], name: str) -> None:
    """A race counts only if both come to the same gradients."""
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine.ravel(), other.ravel(), rtol=1e-9, err_msg=name)


def grid(size: int = 101) -> Row:
    """J over w11 and b11: one call on a stack of networks, beside a loop over `forward`."""
    x, y = HOURS[None], np.array([TRAFFIC["all days"]])
    w11, b11 = np.linspace(-2, 2, size), np.linspace(-10, 10, size)

    def in_one_call() -> np.ndarray:
        w1, b1 = np.empty((size, size, 2, 1)), np.empty((size, size, 2))
        w1[...], b1[...] = W1, B1
        w1[..., 0, 0], b1[..., 0] = w11[None, :], b11[:, None]
        return forward(Network([w1, W2], [b1, B2], ACTIVATIONS), x, y).J

    def in_a_loop() -> np.ndarray:
        def J(w: float, b: float) -> float:
            parameters = [[[w], W1[1]], W2], [[b, B1[1]], B2]
            return forward(Network(*parameters, ACTIVATIONS), x, y).J

        return np.array([[J(w, b) for w in w11] for b in b11])

    np.testing.assert_allclose(in_one_call(), in_a_loop(), rtol=1e-12)
    times = interleaved({"ours": in_one_call, "loop": in_a_loop}, rounds=3)
    return Row(f"J on a {size} x {size} grid, one call", times["ours"], "a loop", times["loop"])


def time_per_layer(skip: bool, depth: int = 10_000, beside: int = 100) -> Row:
    """Forward and backward pass of a sigmoid chain: the time for each layer at two depths."""

    def both_passes(layers: int) -> Callable[[], object]:
        network = chain(np.ones(layers), "sigmoid", skip)
        return lambda: backward(forward(network, [1.0], [0.0]))

    deep, short = both_passes(depth), both_passes(beside)
    in_parts = depth // beside  # as many layers in one timing of either

    def many_short() -> None:
        for _ in range(in_parts):
            short()

    times = interleaved({"deep": deep, "short": many_short}, rounds=9)
    what = f"chain{' with skip' * skip}, both passes, depth {depth:,}: a layer"
    deep_time, short_time = times["deep"] / depth, times["short"] / (in_parts * beside)
    return Row(what, deep_time, f"depth {beside}: a layer", short_time, "ours / other", at_most=2.0)


def gradient_map(depths: int = 100, weights: int = 161) -> Row:
    """log10 of the first gradient over depth and weight: one call, beside a loop of both passes."""
    pattern, scales = np.ones(depths), np.linspace(-4, 4, weights)

    def in_one_call() -> np.ndarray:
        return log10_gradients(pattern, scales, x=1.0, y=0.0, activation="sigmoid")

    def in_a_loop() -> np.ndarray:
        last_row = [
            backward(forward(chain(scale * pattern, "sigmoid"), [1.0], [0.0])).dJ_dw[1].item()
            for scale in scales
        ]
        with np.errstate(divide="ignore"):
            return np.log10(np.abs(last_row))

    np.testing.assert_allclose(in_one_call()[-1], in_a_loop(), rtol=1e-12)
    times = interleaved({"ours": in_one_call, "loop": in_a_loop}, rounds=3)
    beside = f"a loop, depth {depths} alone"
    return Row(f"map of {depths} depths x {weights} weights", times["ours"], beside, times["loop"])
