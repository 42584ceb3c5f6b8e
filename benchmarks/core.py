"""Both passes beside PyTorch, JAX and autograd; J on a grid; very deep chains."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from mlp_widgets.core import Network, backward, forward
from mlp_widgets.lectures.deep_chain.chain import chain
from mlp_widgets.lectures.deep_chain.log_chain import log10_gradients

from .race import RACES, three_neurons
from .table import Row, interleaved

EXPLANATION = """\
Forward and backward pass in one thread, all in float64 but where float32 is named: the core knows
float64 only, as its numbers are compared to many digits. All take turns in one process, and get
their arrays ready made (ours by as_columns); before each race all must agree to 1e-9 on the
gradients, or on the parameters at the end of a training ("steps of descent"). There PyTorch updates
in place, JAX has a whole step compiled, and ours checks each step and gives each network.
dJ/dx, which no parameter needs, is worked out on both sides where a row names it. To install the
frameworks: pip install -e ".[peers]". A chain of 10,000 layers should need no more time for a
layer than one of 100.
"""

NETWORK, HOURS_OF_DAY, CARS = three_neurons(24)


def rows() -> Iterator[Row]:
    """Both passes beside each framework, then the grid, then the chains."""
    for race in RACES:
        yield from race.rows()
    yield new_network()
    yield grid()
    yield time_per_layer(skip=False)
    yield time_per_layer(skip=True)
    yield gradient_map()


def new_network() -> Row:
    """The three-neuron network when its parameters are checked anew too, beside without."""
    x, y = HOURS_OF_DAY, CARS
    w, b, names = NETWORK.w[1:], NETWORK.b[1:], NETWORK.activations[1:]
    calls = {
        "new": lambda: backward(forward(Network(w, b, names), x, y)),
        "same": lambda: backward(forward(NETWORK, x, y)),
    }
    times = interleaved(calls, rounds=50, repeat=100)
    what = "three neurons, 24 points, a new Network each time"
    return Row(what, times["new"], "the same Network", times["same"], "ours / other")


def grid(size: int = 101) -> Row:
    """J over w11 and b11: one call on a stack of networks, beside a loop over `forward`."""
    x, y, names = HOURS_OF_DAY, CARS, NETWORK.activations[1:]
    (W1, W2), (B1, B2) = NETWORK.w[1:], NETWORK.b[1:]
    w11, b11 = np.linspace(-2, 2, size), np.linspace(-10, 10, size)

    def in_one_call() -> np.ndarray:
        w1, b1 = np.empty((size, size, 2, 1)), np.empty((size, size, 2))
        w1[...], b1[...] = W1, B1
        w1[..., 0, 0], b1[..., 0] = w11[None, :], b11[:, None]
        return forward(Network([w1, W2], [b1, B2], names), x, y).J

    def in_a_loop() -> np.ndarray:
        def J(w: float, b: float) -> float:
            return forward(Network([[[w], W1[1]], W2], [[b, B1[1]], B2], names), x, y).J

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
