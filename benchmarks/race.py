"""Our passes and trainings beside other frameworks': one network, the same points, one thread.

Each race runs in a process of its own, because BLAS asks for its number of threads only once. There
the calls take turns; the gradients of each stay until it has made its next ones, as in training.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from multiprocessing import get_context

import numpy as np

from mlp_widgets.core import (
    Network,
    as_columns,
    backward,
    forward,
    gradient_descent,
    initial_weights,
)
from mlp_widgets.data.traffic import HOURS, TRAFFIC
from mlp_widgets.lectures.names_counts.numbers import NamesState, point
from mlp_widgets.lectures.names_counts.numbers import network_of as named_network
from mlp_widgets.lectures.sigmoid_features.numbers import START
from mlp_widgets.lectures.sigmoid_features.numbers import network_of as features_network
from mlp_widgets.lectures.sigmoid_features.sets import SETS

from .peers import Call, autograd, jax_jit, torch_eager
from .table import Row, interleaved

ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "MKL", "OMP")}
ONE_THREAD["VECLIB_MAXIMUM_THREADS"] = "1"
ONE_THREAD["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

OURS, OURS_TO_X = "ours", "ours and dJ/dx"
EAGER, JIT, HIPS = "PyTorch eager", "JAX jit", "autograd"
TO_X, FLOAT32 = "PyTorch eager, dJ/dx", "PyTorch eager, float32"
PEERS: dict[str, tuple[str, Callable[..., Call]]] = {
    EAGER: ("torch", torch_eager),
    TO_X: ("torch", partial(torch_eager, to_x=True)),
    FLOAT32: ("torch", partial(torch_eager, dtype="float32")),
    JIT: ("jax", jax_jit),
    HIPS: ("autograd", autograd),
}

STEPS = 100
"""Of a training."""
Example = tuple[Network, np.ndarray, np.ndarray]


def three_neurons(points: int) -> Example:
    """The three-neuron network with the lecture's parameters, the traffic of all days."""
    weights, biases = [[[0.4], [-0.6]], [[-1.0, -1.0]]], [[-5.9, 5.2], [5.1]]
    x, y = np.resize(HOURS, (1, points)), np.resize(TRAFFIC["all days"], (1, points))
    return Network(weights, biases, ["relu", "identity"]), x, y


def two_hidden() -> Example:
    """MIT's worked example, x = 1 and y = 3."""
    network = Network([[[2.0], [-1.0]], [[1.0, 2.0]]], None, ["relu", "identity"])
    return network, np.array([[1.0]]), np.array([[3.0]])


def sigmoid_chain(points: int = 1) -> Example:
    """Five layers of width 1; the first point is x = 1, and y = 0 at all of them."""
    x = np.linspace(1.0, -1.0, points)[None]
    return Network([[[1.0]]] * 5, None, ["sigmoid"] * 5), x, np.zeros((1, points))


def names_counts(points: int) -> Example:
    """3-3-2-1 with sigmoids and biases, the first state of its lab; random points after the first
    one."""
    widths, generator = (3, 3, 2, 1), np.random.default_rng(0)
    (x, y), more = point(widths), points - 1
    return (named_network(NamesState()), np.hstack([x, generator.random((3, more))]),
            np.hstack([y, generator.random((1, more))]))


def sigmoid_features(points: int) -> Example:
    """Two sigmoid features and a sigmoid output, from the lab's start, on XOR again and again."""
    of = SETS["XOR"]
    again = np.arange(points) % of.count
    return features_network(START, "nll"), of.x[:, again], of.label[None, again]


def one_neuron() -> Example:
    """w = 1.5, x = 3, y = 6."""
    return Network([[[1.5]]], None, ["relu"]), np.array([[3.0]]), np.array([[6.0]])


def images() -> Example:
    """784-300-100-10 on 128 points: ReLU, softmax, the start of He; random images and labels."""
    widths, generator = (784, 300, 100, 10), np.random.default_rng(0)
    names = ["relu", "relu", "softmax"]
    network = Network(initial_weights(widths, "he"), [np.zeros(n) for n in widths[1:]], names)
    return network, generator.random((784, 128)), np.eye(10)[:, generator.integers(10, size=128)]


@dataclass(frozen=True)
class Race:
    """An example and what runs beside it: {peer: target}, a target being part of a Row.

    One timing is of `repeat` calls in a row, and there are `rounds` of them. With `alpha` a call is
    a training of STEPS steps of gradient descent with this learning rate.
    """

    what: str
    example: Callable[[], Example]
    beside: dict[str, dict[str, float]]
    loss: str = "squared"
    repeat: int = 20
    rounds: int = 200
    alpha: float | None = None

    def rows(self) -> Iterator[Row]:
        """Ours beside each peer; those that give dJ/dx beside ours with dJ/dx."""
        times = in_one_thread(self)
        for peer, target in self.beside.items():
            name = OURS_TO_X if peer == TO_X else OURS
            what = self.what + " and dJ/dx" * (peer == TO_X)
            ratio = "ours / other" if "at_most" in target else "other / ours"
            if peer in times:
                yield Row(what, times[name], peer, times[peer], ratio, **target)
            else:
                yield Row(what, times[name], f"{peer}: not installed")

    def times(self) -> dict[str, float]:
        """The median seconds of each; all that are installed must come to the same numbers."""
        network, x, y = self.example()
        x, y = as_columns(x, len(x), "x"), as_columns(y, len(y), "y")  # ready made, as theirs
        options = {} if self.alpha is None else {"alpha": self.alpha, "steps": STEPS}
        ours = partial(_training if options else _both_passes, network, x, y, self.loss, **options)
        calls: dict[str, Call] = {OURS: ours}
        if TO_X in self.beside:
            calls[OURS_TO_X] = lambda: ours().dJ_da
        for peer in self.beside:
            module, make = PEERS[peer]
            if find_spec(module):
                calls[peer] = make(network, x, y, self.loss, **options)
                _check_same(ours().parameters(), calls[peer](), peer)
        kept: dict[str, object] = {}
        held = {name: partial(_hold, kept, name, call) for name, call in calls.items()}
        return interleaved(held, self.rounds, self.repeat, warm_up=self.repeat // 2)


def _both_passes(network: Network, x: np.ndarray, y: np.ndarray, loss: str):
    return backward(forward(network, x, y, loss=loss))


def _training(network: Network, x: np.ndarray, y: np.ndarray, loss: str, alpha: float,
              steps: int) -> Network:
    *_, last = gradient_descent(network, x, y, alpha=alpha, steps=steps, loss=loss)
    return last.network


def _hold(kept: dict[str, object], name: str, call: Call) -> None:
    kept[name] = call()


def _check_same(ours: list[np.ndarray], theirs: object, name: str) -> None:
    """A race counts only if both come to the same gradients, or the same trained parameters."""
    rtol, atol = (1e-3, 1e-6) if name == FLOAT32 else (1e-9, 1e-15)
    for mine, other in zip(ours, theirs, strict=False):  # dJ/dx comes last, and only from some
        np.testing.assert_allclose(mine, np.asarray(other), rtol, atol, err_msg=name)


def in_one_thread(race: Race) -> dict[str, float]:
    """``race.times()`` from a fresh process in which BLAS has one thread."""
    before = dict(os.environ)
    os.environ.update(ONE_THREAD)
    try:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            return pool.submit(race.times).result()
    finally:
        os.environ.clear()
        os.environ.update(before)


FASTER, AS_FAST = {"at_least": 3.0}, {"at_most": 1.2}
RACES = [
    Race("one neuron, 1 point", one_neuron, {EAGER: FASTER}),
    Race("two hidden neurons, 1 point", two_hidden, {EAGER: FASTER}),
    Race("chain of 5 sigmoid layers, 1 point", sigmoid_chain, {EAGER: FASTER}),
    Race("chain of 5 sigmoid layers, 1,000 points", partial(sigmoid_chain, 1000),
         {EAGER: FASTER}),
    Race("3-3-2-1, 1 point", partial(names_counts, 1), {EAGER: FASTER}),
    Race("3-3-2-1, 1,000 points", partial(names_counts, 1000), {EAGER: FASTER}),
    Race("sigmoid features with NLL, 32 points", partial(sigmoid_features, 32), {EAGER: FASTER},
         "nll"),
    Race("sigmoid features with NLL, 1,000 points", partial(sigmoid_features, 1000),
         {EAGER: FASTER}, "nll"),
    Race("three neurons, 24 points", partial(three_neurons, 24),
         {EAGER: FASTER, FLOAT32: {}, JIT: {}, HIPS: {}}),
    Race("three neurons, 100 points", partial(three_neurons, 100), {EAGER: FASTER}),
    Race("three neurons, 1,000 points", partial(three_neurons, 1000),
         {EAGER: FASTER, FLOAT32: {}, JIT: {}}),
    Race("three neurons, 48,000 points", partial(three_neurons, 48_000),
         {EAGER: {}, JIT: {"at_most": 2.0}}, repeat=3, rounds=30),
    Race("784-300-100-10, 128 points", images,
         {EAGER: AS_FAST, TO_X: AS_FAST, JIT: {}, FLOAT32: {}}, "softmax_cross_entropy", 5, 40),
    Race(f"three neurons, 24 points, {STEPS} steps of descent", partial(three_neurons, 24),
         {EAGER: {}, JIT: {}, HIPS: {}}, repeat=1, rounds=30, alpha=1e-3),
    Race(f"chain of 5 sigmoid layers, {STEPS} steps of descent", sigmoid_chain,
         {EAGER: {}, JIT: {}, HIPS: {}}, repeat=1, rounds=30, alpha=0.5),
]
