"""The labs' numbers against PyTorch, JAX and autograd, which know nothing of them.

The formulas are those of the lecture, written again in :mod:`peer_formulas`; their gradients are
worked out by the peers. ``make peers`` installs these and runs this file.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec

import numpy as np
import peer_formulas as formulas
import pytest
from lab_tools import KINDS
from peer_settings import GROUPS, Group, lab_of, of_layers

from benchmarks.peers import torch_eager
from benchmarks.race import EAGER, OURS, RACES
from benchmarks.race import PEERS as PEERS_OF_RACES
from mlp_widgets.data.traffic import HOURS, TRAFFIC
from mlp_widgets.lectures.deep_chain import training as chain_training
from mlp_widgets.lectures.relu_sums import training as sums_training
from mlp_widgets.lectures.sigmoid_features.sets import SETS
from mlp_widgets.lectures.training_loop import training as loop_training

SETTINGS = 1000
"""Of each lab."""
RTOL = 1e-9
NEAR = 1e-12
"""A setting is near a kink if moving each of its numbers by this share of itself ..."""
JUMP = 1e-6
"""... changes a gradient by more than this share of it. Where terms cancel up to the last digits it
does so too. Rounding, 1e-16, alone decides the ninth digit there."""
MOVES = 2
"""So many such moves, each number up or down at random."""
MOST_LEFT_OUT = 0.02
STEPS, TRAINING_RTOL = 100, 1e-8
"""Of a training."""
TINY = 1e-290
"""Floats below this have fewer digits."""
PEERS = {"PyTorch": "torch", "JAX": "jax", "autograd": "autograd"}
Arrays = dict[str, np.ndarray]
Result = tuple[np.ndarray, Arrays]
"""J of each setting, shape (S,), and the gradients."""
Peer = Callable[[object, Arrays, Arrays], Result]


@pytest.fixture(scope="module", autouse=True)
def installed(missing):
    lacking = [name for name, module in PEERS.items() if find_spec(module) is None]
    if lacking:
        missing(f"{' and '.join(lacking)} not installed: make peers does so")


# -- the peers -------------------------------------------------------------------------------------


def torch_peer(formula, learned: Arrays, known: Arrays) -> Result:
    import torch

    torch.set_num_threads(1)
    p = {name: torch.tensor(values, requires_grad=True) for name, values in learned.items()}
    k = {name: torch.tensor(values) for name, values in known.items()}
    J = formula(torch, p, k)
    connected = J.sum() + sum((0.0 * values).sum() for values in p.values())
    gradients = torch.autograd.grad(connected, list(p.values()))
    found = [gradient.numpy() for gradient in gradients]
    return J.detach().numpy(), dict(zip(p, found, strict=True))


@cache
def _jax():
    import jax

    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_disable_most_optimizations", True)  # most of its time goes to compiling
    return jax


def jax_peer(formula, learned: Arrays, known: Arrays) -> Result:
    jax = _jax()

    def total(p):
        J = formula(jax.numpy, p, {name: jax.numpy.asarray(v) for name, v in known.items()})
        return J.sum(), J

    (_, J), gradients = jax.value_and_grad(total, has_aux=True)(
        {name: jax.numpy.asarray(values) for name, values in learned.items()})
    return np.asarray(J), {name: np.asarray(found) for name, found in gradients.items()}


def autograd_peer(formula, learned: Arrays, known: Arrays) -> Result:
    anp, grad = import_module("autograd.numpy"), import_module("autograd").grad
    gradients = grad(lambda p: formula(anp, p, known).sum())(learned)
    return formula(np, learned, known), gradients


CALLS: dict[str, Peer] = {"PyTorch": torch_peer, "JAX": jax_peer, "autograd": autograd_peer}


@np.errstate(all="ignore")
def asked(peer: str, group: Group, learned: Arrays, known: Arrays) -> Result:
    """What a peer says; its own warnings are not ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return CALLS[peer](group.formula, learned, known)


# -- comparing -------------------------------------------------------------------------------------


def apart(ours: np.ndarray, theirs: np.ndarray, whole: bool = False) -> np.ndarray:
    """Of each setting the largest difference as a share of the number itself, or of the largest
    one of a ``whole`` array, where some entries are sums that cancel. 0 is only like 0."""
    axes = tuple(range(1, theirs.ndim))
    size = np.abs(theirs).max(axis=axes, keepdims=True) if whole else np.abs(theirs)
    difference = np.where(np.maximum(abs(ours), abs(theirs)) < TINY, 0.0, np.abs(ours - theirs))
    with np.errstate(all="ignore"):
        share = np.where(difference == 0, 0.0, difference / size)
    return share.max(axis=axes) if axes else share


def moved(generator: np.random.Generator, arrays: Arrays) -> Arrays:
    """Every number moved by NEAR of itself, up or down; whole ones are counts."""
    return {name: values if values.dtype.kind == "i" else
            values * (1 + NEAR * generator.choice([-1.0, 1.0], values.shape))
            for name, values in arrays.items()}


def near_a_kink(peer: str, group: Group, generator: np.random.Generator) -> np.ndarray:
    """Of which settings rounding alone decides the digits: shape (S,)."""
    learned, known = group.stacked("learned"), group.stacked("known")
    _, here = asked(peer, group, learned, known)
    near = np.zeros(len(group.settings), bool)
    for _ in range(MOVES):
        _, there = asked(peer, group, moved(generator, learned), moved(generator, known))
        for name, gradient in here.items():
            near |= ~(apart(there[name], gradient, group.whole_layers) <= JUMP)
    return near


LONGEST = ("digits", "deep_chain", "relu_sums")
"""These come first: at the end no process works alone."""


@pytest.mark.parametrize("name", sorted(GROUPS, key=lambda name: name not in LONGEST))
def test_gradients_are_those_of_the_peers(name):
    generator = np.random.default_rng(sorted(GROUPS).index(name))
    count = left_out = 0
    worst = dict.fromkeys(PEERS, 0.0)
    for group in GROUPS[name](generator, SETTINGS):
        learned, known = group.stacked("learned"), group.stacked("known")
        expected, J = group.stacked("gradient"), np.array([s.J for s in group.settings])
        kept = ~near_a_kink("PyTorch", group, generator)
        count, left_out = count + kept.size, left_out + int((~kept).sum())
        for peer in PEERS:
            said, gradients = asked(peer, group, learned, known)
            shares = [apart(J, said), *(apart(expected[of], gradients[of], group.whole_layers)
                                        for of in expected)]
            share = np.max(shares, axis=0)[kept]
            assert (share <= RTOL).all(), (peer, group.names, share.max())
            worst[peer] = max(worst[peer], share.max(initial=0.0))
    print(f"{name}: {count} settings, {left_out} near a kink; worst "
          + ", ".join(f"{peer} {share:.1e}" for peer, share in worst.items()))
    assert count >= SETTINGS and left_out <= MOST_LEFT_OUT * count


# -- training --------------------------------------------------------------------------------------

def descended(peer: str, formula, learned: Arrays, known: Arrays, rate: float, *,
              size: int | None = None, seed: int = 0, max_norm: float = np.inf,
              steps: int = STEPS) -> Arrays:
    """θ ← θ − α ∂J/∂θ with the gradients of a peer, of one setting without its first axis.

    size: of mini-batches, in the order of numpy's shuffles; max_norm: τ, to which a longer gradient
    is cut.
    """
    if peer == "JAX":
        compiled = _jax().jit(partial(formula, _jax().numpy))
        formula = lambda np, p, k: compiled(p, k)  # noqa: E731
    theta = {name: np.asarray(values, float)[None] for name, values in learned.items()}
    data = {name: np.asarray(values)[None] for name, values in known.items()}
    shuffles, order = np.random.default_rng(seed), np.array([], int)
    for _ in range(steps):
        taken = data
        if size is not None:
            if not order.size:
                order = shuffles.permutation(data["x"].shape[-1])
            taken = {name: np.ascontiguousarray(values[..., order[:size]])
                     for name, values in data.items()}
            order = order[size:]
        _, gradients = asked(peer, Group(formula, ()), theta, taken)
        length = np.sqrt(sum((g * g).sum() for g in gradients.values()))
        shrunk = min(1.0, max_norm / length) if length else 1.0
        theta = {name: theta[name] - rate * shrunk * gradients[name] for name in theta}
    return {name: values[0] for name, values in theta.items()}


def check_trained(ours: Arrays, theirs: Arrays) -> None:
    """Every array to 1e-8 of its largest entry."""
    assert ours.keys() == theirs.keys()
    for name, values in theirs.items():
        gap = np.abs(np.asarray(ours[name]) - values).max()
        assert gap <= TRAINING_RTOL * np.abs(values).max(), name


EACH_PEER = pytest.mark.parametrize("peer", PEERS)
DESCENTS = {
    # lab: (what the lab is made with, formula, learning rate, what is known)
    "one_neuron": ({"w": 0.4, "activation": "tanh", "y": 0.5}, partial(
        formulas.one_neuron, activation="tanh"), 0.01, {"x": 3.0, "y": 0.5}),
    "two_hidden": ({"others": [(-1, 4), (2, 5)]}, partial(
        formulas.two_hidden, output="identity", skip="none"), 0.01,
        {"x": [1.0, -1.0, 2.0], "y": [3.0, 4.0, 5.0]}),
    "three_neuron": ({"activation": "relu"}, partial(
        formulas.three_neuron, activation="relu"), 0.001,
        {"x": HOURS, "y": TRAFFIC["all days"]}),
    "sigmoid_features": ({}, partial(formulas.sigmoid_features, loss="nll"), 0.3,
                         {"x1": SETS["diagonal bands"].x[0], "x2": SETS["diagonal bands"].x[1],
                          "label": SETS["diagonal bands"].label}),
    "computational_graph": ({"graph": "three", "x": 8.0, "y": TRAFFIC["all days"][8]},
                            partial(formulas.graph, name="three"), 0.001,
                            {"x": 8.0, "y": TRAFFIC["all days"][8]}),
}
"""Labs with named parameters; the others train whole layers."""


@EACH_PEER
@pytest.mark.parametrize("name", DESCENTS)
def test_descent_of_named_parameters_is_that_of_the_peers(name, peer):
    values, formula, rate, known = DESCENTS[name]
    lab = KINDS[name](learning_rate=rate, scale=0.25, **values)
    start = dict(lab.parameters)
    lab.step(STEPS)
    assert any(lab.parameters[of] != value for of, value in start.items())
    check_trained(lab.parameters, descended(peer, formula, start, known, rate))
    lab.close()


@EACH_PEER
@pytest.mark.parametrize(("way", "skip", "clipped"), [
    ("plain", False, False), ("skip", True, False), ("clipping", False, True)])
def test_the_three_trainings_of_a_chain_are_those_of_the_peers(way, skip, clipped, peer):
    state = lab_of("deep_chain").state_type().changed(
        depth=6, activation="leaky_relu", w=1.1, x=0.9, y=0.5, learning_rate=0.003, steps=STEPS,
        max_norm=0.3)
    training = chain_training.Training(state)
    training.step(STEPS)
    network = training.ways[way].network
    theirs = descended(peer, partial(formulas.deep_chain, activation="leaky_relu", skip=skip),
                       {"w": np.array(state.weights)}, {"x": 0.9, "y": 0.5, "depth": 6}, 0.003,
                       max_norm=0.3 if clipped else np.inf)
    check_trained({"w": [w[0, 0] for w in network.w[1:]]}, theirs)


@EACH_PEER
@pytest.mark.parametrize(("way", "size"), [("GD", None), ("SGD", 1), ("mini-batch", 7)])
def test_gd_sgd_and_mini_batches_are_those_of_the_peers(way, size, peer):
    kind = lab_of("training_loop").state_type
    per_epoch = -(-24 // (size or 24))
    state = kind(model="network", batch=7, learning_rate=0.02, seed=5,
                 epochs=-(-STEPS // per_epoch))
    training = loop_training.Training(state)
    training.step(state.epochs)
    setting = of_layers(lab_of("training_loop").compute(state))
    theirs = descended(peer, partial(formulas.squared, activations=["tanh", "identity"]),
                       setting.learned, setting.known, 0.02, size=size, seed=5,
                       steps=per_epoch * state.epochs)
    check_trained(layers_of(training.ways[way].network), theirs)


@EACH_PEER
def test_training_of_sums_of_relus_is_that_of_the_peers(peer):
    state = lab_of("relu_sums").state_type(K=5, neurons="random", steps=STEPS)
    training = sums_training.Training(state)
    training.step(STEPS)
    network = training.own.network
    w1, b1, w2 = np.array(state.shown).T
    theirs = descended(peer, formulas.relu_sums, {"w1": w1, "b1": b1, "w2": w2, "b2": [0.0]},
                       {"x": state.target.x, "y": state.target.y}, state.learning_rate)
    check_trained({"w1": network.w[1][:, 0], "b1": network.b[1], "w2": network.w[2][0],
                   "b2": network.b[2]}, theirs)


@EACH_PEER
def test_descent_of_a_wide_network_is_that_of_the_peers(peer):
    state = lab_of("wide_network").state_type(depth=4, width=10, seeds=1, activation="tanh",
                                              compare="none")
    numbers = lab_of("wide_network").compute(state)
    found = numbers.learn("he", STEPS)
    setting = of_layers(numbers)
    theirs = descended(peer, partial(formulas.squared, activations=["tanh"] * 4 + ["identity"]),
                       setting.learned, setting.known, state.learning_rate)
    moved_by = [np.abs(theirs[f"W{k}"] - setting.learned[f"W{k}"]).max() for k in range(1, 6)]
    assert found.steps == STEPS
    assert np.abs(found.moved - moved_by).max() <= TRAINING_RTOL * max(moved_by)


@EACH_PEER
def test_mini_batches_of_digits_are_those_of_the_peers(peer):
    """An epoch: 113 steps with 8 digits each, the last one with 3."""
    kind = lab_of("digits").state_type
    state = kind(hidden1=8, hidden2=6, batch=8, learning_rate=0.1, seed=3)
    setting = of_layers(lab_of("digits").compute(state))
    theirs = descended(peer, partial(formulas.cross_entropy, activations=["relu", "relu"]),
                       setting.learned, setting.known, 0.1, size=8, seed=3, steps=113)
    after = lab_of("digits").compute(state.changed(epochs=1))
    check_trained(layers_of(after.network), theirs)


def layers_of(network) -> Arrays:
    """Weights and biases by name."""
    return {f"{letter}{layer}": arrays[layer] for layer in range(1, network.depth + 1)
            for letter, arrays in (("W", network.w), ("b", network.b))}


# -- the benchmark -----------------------------------------------------------------------------


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.what)
def test_pytorch_of_a_race_comes_to_the_same_numbers(race):
    """`times` compares before it measures; here one call is timed, for no number that counts."""
    quick = replace(race, beside={EAGER: {}}, rounds=1, repeat=1)
    assert set(quick.times()) == {OURS, EAGER}


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.what)
def test_a_race_against_another_loss_or_network_does_not_count(race, monkeypatch):
    def other(network, *rest, **options):
        doubled = [2.0 * parameter for parameter in network.parameters()]
        return torch_eager(network.with_parameters(doubled), *rest, **options)

    monkeypatch.setitem(PEERS_OF_RACES, EAGER, ("torch", other))
    with pytest.raises(AssertionError, match=EAGER):
        replace(race, beside={EAGER: {}}, rounds=1, repeat=1).times()
