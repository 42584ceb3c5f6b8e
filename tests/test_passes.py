"""Both passes: the lectures' numbers, shapes, errors, stacks of networks, very deep chains."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
from oracle import compare, named_gradients, random_network, random_points

from mlp_widgets.core import Activation, Network, Skip, as_columns, backward, forward
from mlp_widgets.core.network import all_finite
from mlp_widgets.data.traffic import HOURS, TRAFFIC


def all_gradients(network, x, y, loss="squared"):
    return backward(forward(network, x, y, loss=loss))


# The lectures' numbers.


def test_worked_example():
    """MIT 6.390 Lecture 6: x = 1, y = 3; neuron 2 is dead, none of its weights is updated."""
    network = Network([[[2.0], [-1.0]], [[1.0, 2.0]]], activations=["relu", "identity"])
    gradients = all_gradients(network, [1.0], [3.0])
    trace = gradients.forward
    assert trace.z[1].tolist() == [[2.0], [-1.0]]
    assert trace.a[1].tolist() == [[2.0], [0.0]]
    assert trace.z[2].tolist() == trace.a[2].tolist() == trace.output.tolist() == [[2.0]]
    assert trace.J == 1.0 and trace.losses.tolist() == [1.0]
    assert gradients.dJ_da[2].tolist() == gradients.dJ_dz[2].tolist() == [[-2.0]]
    assert gradients.dJ_dw[2].tolist() == [[-4.0, 0.0]]
    assert gradients.dJ_da[1].tolist() == [[-2.0], [-4.0]]
    assert gradients.dJ_dz[1].tolist() == [[-2.0], [0.0]]
    assert gradients.dJ_dw[1].tolist() == [[-2.0], [0.0]]
    assert gradients.dJ_da[0].tolist() == [[-4.0]]
    assert gradients.dJ_db is None
    assert trace.z[0] is gradients.dJ_dz[0] is gradients.dJ_dw[0] is None


@pytest.mark.parametrize(
    ("activation", "w", "z", "g", "L", "dL_dw"),
    [
        ("identity", 1.5, 4.5, 4.5, 2.25, -9.0),
        ("relu", 1.5, 4.5, 4.5, 2.25, -9.0),
        ("relu", -1.0, -3.0, 0.0, 36.0, 0.0),  # z as on the slide; dead
    ],
)
def test_one_point_examples(activation, w, z, g, L, dL_dw):
    """MIT 6.390 Lecture 6: (x, y) = (3, 6), squared loss."""
    network = Network([[[w]]], activations=[activation])
    gradients = all_gradients(network, [3.0], [6.0])
    trace = gradients.forward
    assert (trace.z[1].item(), trace.a[1].item(), trace.J) == (z, g, L)
    assert gradients.dJ_dw[1].item() == dL_dw


def blackboard(w11, w12, w21, w22, skips=()):
    """The wider blackboard network: a ReLU on the output too, (x, y) = (3, 6)."""
    network = Network([[[w11], [w12]], [[w21, w22]]], None, ["relu", "relu"], skips)
    return all_gradients(network, [3.0], [6.0])


def test_blackboard_network():
    """MIT: a neuron that is off gets nothing; if z² < 0, no weight gets anything."""
    some = blackboard(-1.5, 1.5, 1.5, 1.5)
    assert some.dJ_dw[1].ravel().tolist() == [0.0, 2 * (6.75 - 6) * 1.5 * 3]
    assert some.dJ_dw[2].ravel().tolist() == [0.0, 2 * (6.75 - 6) * 4.5]
    nothing = blackboard(1.5, 1.5, -1.5, -1.5)
    assert not any(gradient.any() for gradient in nothing.parameters())


@pytest.mark.parametrize("skip", [Skip(1, 2), Skip(2, 2, of="z")], ids=str)
def test_a_skip_brings_the_gradient_past_a_dead_output(skip):
    """MIT, both forms: g = a¹ + ReLU(z²) and g = z² + ReLU(z²), with z² = -13.5 < 0."""
    gradients = blackboard(1.5, 1.5, -1.5, -1.5, [skip])
    g = 9.0 if skip.of == "a" else -13.5
    assert gradients.forward.output.item() == g
    per_weight = 2 * (g - 6) * (1.0 if skip.of == "a" else -1.5) * 3
    assert gradients.dJ_dw[1].ravel().tolist() == [per_weight, per_weight]


def three_neuron_network():
    """CMU 10-315, with the lecture's parameters; kinks at 14.75 and 8.667."""
    return Network([[[0.4], [-0.6]], [[-1.0, -1.0]]], [[-5.9, 5.2], [5.1]], ["relu", "identity"])


def test_three_neuron_network():
    network = three_neuron_network()
    assert network.parameter_count == 7
    J = forward(network, [HOURS], [TRAFFIC["all days"]]).J
    assert f"{J:.4f}" == "0.5019"
    yhat = forward(network, [[0.0, 1.0, 26 / 3, 11.0, 14.75, 24.0]]).output[0]
    np.testing.assert_allclose(yhat, [-0.1, 0.5, 5.1, 5.1, 5.1, 1.4], rtol=0, atol=1e-14)


def test_three_neuron_gradients_by_the_lecture_s_formulas():
    """CMU: each as a product along its path, written out with sums over the hours."""
    y = np.array(TRAFFIC["all days"])
    gradients = all_gradients(three_neuron_network(), [HOURS], [y])
    z = [0.4 * HOURS - 5.9, -0.6 * HOURS + 5.2]
    a = [np.maximum(z[0], 0), np.maximum(z[1], 0)]
    dl = 2 * (5.1 - a[0] - a[1] - y) / 24
    on = [(v >= 0) * -1.0 for v in z]
    dw1 = [[np.sum(dl * on[j] * HOURS)] for j in (0, 1)]
    compare("dJ_dw[1]", gradients.dJ_dw[1], np.array(dw1), rtol=1e-12)
    compare("dJ_db[1]", gradients.dJ_db[1], np.array([dl @ on[0], dl @ on[1]]), rtol=1e-12)
    compare("dJ_dw[2]", gradients.dJ_dw[2], np.array([[dl @ a[0], dl @ a[1]]]), rtol=1e-12)
    compare("dJ_db[2]", gradients.dJ_db[2], np.array([dl.sum()]), rtol=1e-12)


def test_two_sigmoids_bend_the_plane():
    """MIT: -3 (σ(5 x1 - 5 x2 + 1) + σ(-5 x1 + 5 x2 + 1)), the same along x1 = x2."""
    w = [[[5.0, -5.0], [-5.0, 5.0]], [[-3.0, -3.0]]]
    network = Network(w, [[1.0, 1.0], [0.0]], ["sigmoid", "identity"])
    x = np.array([[0.0, 1.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0]])
    one, far, near = (1 / (1 + np.exp(-z)) for z in (1.0, 6.0, -4.0))
    expected = [-6 * one, -6 * one, -3 * (far + near), -3 * (far + near)]
    np.testing.assert_allclose(forward(network, x).output[0], expected, rtol=1e-14)


def test_chain_of_five_by_the_lecture_s_recursion():
    """CMU: a_0 = x, z_l = w_l a_{l-1}; back from dJ/dy^ in five steps."""
    w, x, y = [0.9, -1.2, 1.5, 0.7, 1.1], 0.8, 0.3
    gradients = all_gradients(Network([[[v]] for v in w], None, ["tanh"] * 5), [x], [y])
    a = [x]
    for v in w:
        a.append(np.tanh(v * a[-1]))
    dJ_da = 2 * (a[5] - y)
    for layer in range(5, 0, -1):
        dJ_dz = dJ_da * (1 - a[layer] ** 2)
        compare("dJ_dw", gradients.dJ_dw[layer], np.array([[dJ_dz * a[layer - 1]]]), rtol=1e-13)
        dJ_da = dJ_dz * w[layer - 1]
    compare("dJ_da[0]", gradients.dJ_da[0], np.array([[dJ_da]]), rtol=1e-13)


def test_vanishing_and_exploding():
    """MIT: each layer multiplies the gradient, by 1/4 (sigmoid, z = 0) or by w."""

    def first(activation, w, depth):
        chain = Network([[[w]]] * depth, None, [activation] * depth)
        return abs(all_gradients(chain, [1.0], [0.0]).dJ_dw[1].item())

    assert first("sigmoid", 1.0, 20) < 1e-12
    assert first("identity", 2.0, 20) == 2 * 2.0**20 * 2.0**19
    with_skips = Network(
        [[[1.0]]] * 20, None, ["sigmoid"] * 20, [Skip(k, k + 1) for k in range(1, 20)]
    )
    assert all_gradients(with_skips, [1.0], [0.0]).dJ_dw[1].item() > 1  # the remedy


# Shapes of x and y, and what is refused.


def test_one_point_is_one_column():
    network = random_network((3, 2), "tanh")
    single = forward(network, [1, 2, 3], [0, 1])
    column = forward(network, [[1], [2], [3]], [[0], [1]])
    assert single.a[0].shape == (3, 1) and single.y.shape == (2, 1)
    assert single.J == column.J
    assert forward(random_network((1, 1), "tanh"), 0.5, 1.0).a[0].shape == (1, 1)


def test_points_may_be_given_by_name_and_the_loss_only_so():
    network = random_network((1, 1), "sigmoid")
    assert forward(network=network, x=[1.0], y=[1.0]).J == forward(network, [1.0], [1.0]).J
    with pytest.raises(TypeError, match="positional"):
        forward(network, [1.0], [1.0], "nll")


def test_more_than_256_points_neurons_and_layers():
    """From 257 on, Python has more than one object for the same number."""
    x = np.arange(300.0 * 300).reshape(300, 300)
    trace = forward(Network([np.eye(300)], None, ["identity"], [Skip(0, 1)]), x, 2 * x)
    assert trace.J == 0 and (trace.a[1] == 2 * x).all()
    deep = Network([*[[[1.0]]] * 299, [[1000.0]]], None, [*["identity"] * 299, "sigmoid"])
    gradients = backward(forward(deep, [-1.0], [1.0], loss="nll"))
    assert gradients.dJ_dz[300].item() == -1.0  # though dJ/da is infinite


def test_every_gradient_is_shaped_like_its_variable():
    network = random_network((3, 4, 2), "tanh")
    x, y = random_points(network, points=5)
    gradients = all_gradients(network, x, y)
    trace = gradients.forward
    for layer in range(3):
        assert gradients.dJ_da[layer].shape == trace.a[layer].shape == (network.widths[layer], 5)
    for layer in (1, 2):
        assert gradients.dJ_dz[layer].shape == trace.z[layer].shape
        assert gradients.dJ_dw[layer].shape == network.w[layer].shape
        assert gradients.dJ_db[layer].shape == network.b[layer].shape
    expected = [p.shape for p in network.parameters()]
    assert [g.shape for g in gradients.parameters()] == expected


def test_without_a_target():
    trace = forward(random_network((1, 1), "relu"), [1.0])
    assert trace.y is trace.loss is trace.losses is trace.J is None
    with pytest.raises(ValueError, match=r"call forward\(network, x, y\) with the target y"):
        backward(trace)


WRONG_POINTS = [
    # x,                       y,            message, for a network 2-1
    ([1.0],                    [1.0],        r"x must have shape \(2, N\), or \(2,\) .*\(1,\)"),
    ([1.0, 2.0, 3.0],          [1.0],        r"x must have shape .* got \(3,\)"),
    ([[1.0, 2.0]],             [1.0],        r"x must have shape .* got \(1, 2\)"),
    (np.ones((1, 2, 3)),       [1.0],        r"x must have shape .* got \(1, 2, 3\)"),
    (np.ones((1, 2, 1)),       [1.0],        r"x must have shape .* got \(1, 2, 1\)"),
    (np.ones((2, 2, 1)),       [1.0],        r"x must have shape .* got \(2, 2, 1\)"),
    (5.0,                      [1.0],        r"x must have shape .* got \(\)"),
    ([1.0, 2.0],               [1.0, 2.0],   r"y must have shape \(1, N\), .* got \(2,\)"),
    (np.ones((2, 3)),          [[1.0, 2.0]], r"x has 3 points, y 2; give as many of each"),
    (np.ones((2, 3)),          [[1.0]],      r"x has 3 points, y 1"),  # would broadcast
    ([1.0, np.nan],            [1.0],        r"x must be finite; it holds NaN or infinity"),
    ([1.0, 2.0],               [np.inf],     r"y must be finite; it holds NaN or infinity"),
    ([],                       [1.0],        r"x is empty; at least one number is needed"),
    (np.ones((2, 0)),          [1.0],        r"x is empty"),
    ([1.0, 2.0],               [],           r"y is empty"),
    (["a", "b"],               [1.0],        r"x must be numbers in .*, got \['a', 'b'\]"),
    ([1.0, 2.0],               "1",          r"y must be numbers in a regular shape, got '1'"),
    ([[1.0], [1.0, 2.0]],      [1.0],        r"x must be numbers in a regular shape"),
    ([1.0, None],              [1.0],        r"x must be finite"),
]


@pytest.mark.parametrize(("x", "y", "message"), WRONG_POINTS)
def test_wrong_points(x, y, message):
    with pytest.raises(ValueError, match=message):
        forward(random_network((2, 1), "tanh"), x, y)


def test_as_columns():
    assert as_columns([1, 2], 2, "x").tolist() == [[1.0], [2.0]]
    assert as_columns([[1, 2]], 1, "x").tolist() == [[1.0, 2.0]]
    with pytest.raises(ValueError, match=r"hours must have shape \(1, N\)"):
        as_columns([1, 2], 1, "hours")


# Frozen.


@pytest.mark.parametrize("activation", ["identity", "relu"])
def test_traces_cannot_be_written_to(activation):
    network = random_network((2, 2, 2), activation, skips=[Skip(1, 2)])
    gradients = all_gradients(network, [1.0, 2.0], [3.0, 4.0])
    trace = gradients.forward
    arrays = [*trace.z[1:], *trace.a, trace.y, trace.losses, *named_gradients(gradients).values()]
    assert len(arrays) == 2 + 3 + 2 + 3 + 2 + 2 + 2
    for array in arrays:
        with pytest.raises(ValueError, match="read-only"):
            array += 1.0
    for owner, name in ((trace, "J"), (trace, "a"), (gradients, "dJ_dw")):
        with pytest.raises(FrozenInstanceError):
            setattr(owner, name, None)


def test_the_caller_s_points_stay_writable_and_apart():
    x, y = np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]])
    network = random_network((1, 1), "tanh")
    trace = forward(network, x, y)
    before = backward(trace).dJ_dw[1].item()
    x[:] = y[:] = 99.0
    assert trace.a[0].tolist() == [[1.0, 2.0]] and trace.y.tolist() == [[3.0, 4.0]]
    assert backward(trace).dJ_dw[1].item() == before


def test_repr_is_short():
    gradients = all_gradients(three_neuron_network(), [10.0], [4.0])
    assert repr(gradients.forward).startswith("ForwardTrace(Network(1-2-1, relu, identity), J=1.2")
    assert repr(gradients).startswith("BackwardTrace(Network(1-2-1, relu, identity), J=1.2")
    assert len({gradients, gradients.forward}) == 2  # equal to themselves only, as networks are


def test_too_large_numbers_become_infinite_without_a_warning():
    steep = Network([[[1e200]]], None, ["identity"])
    assert backward(forward(steep, [0.0], [-1e200])).dJ_da[0].item() == np.inf
    network = Network([[[1e200]], [[1e200]]], None, ["identity", "identity"])
    gradients = all_gradients(network, [1.0], [1.0])
    assert np.isposinf(gradients.forward.J)
    assert not np.isfinite(gradients.dJ_dw[1]).any()


# Stacks of networks: leading axes, shared by broadcasting where an array has none.

STACKS = {
    # name: leading axes of w[1], w[2], w[3], b[1], b[2], b[3]
    "all carry them": [(4,)] * 6,
    "two axes": [(2, 3)] * 6,
    "only w[1]": [(4,), (), (), (), (), ()],
    "only w[3]": [(), (), (4,), (), (), ()],
    "only b[2]": [(), (), (), (), (4,), ()],
    "only b[3]": [(), (), (), (), (), (4,)],
    "a grid of two": [(3, 1), (), (), (), (4,), ()],
    "a grid of three": [(3, 1, 1), (), (2,), (), (), (4, 1)],
    "axes of length 1": [(1,), (4,), (1, 1), (), (), ()],
}


STACKS_AND_LOSSES = [(name, "squared") for name in STACKS] + [
    (name, loss)
    for name in ("only w[3]", "only b[2]", "a grid of three")
    for loss in ("nll", "softmax_cross_entropy")
]


@pytest.mark.parametrize(("name", "loss"), STACKS_AND_LOSSES)
def test_a_stack_gives_what_its_networks_give_one_by_one(name, loss):
    leading = STACKS[name]
    generator = np.random.default_rng(0)
    shapes = [(3, 2), (3, 3), (2, 3), (3,), (3,), (2,)]
    arrays = [generator.normal(size=a + b) for a, b in zip(leading, shapes, strict=True)]
    last = {"squared": "tanh", "nll": "sigmoid", "softmax_cross_entropy": "softmax"}[loss]
    names, skips = ["relu", "softmax", last], [Skip(1, 2), Skip(2, 2, of="z")]
    if loss == "squared":  # the log losses allow none into the output
        skips.append(Skip(0, 3))
    x, y = generator.normal(size=(2, 5)), generator.random((2, 5))
    stack = Network(arrays[:3], arrays[3:], names, skips)
    gradients = all_gradients(stack, x, y, loss)
    axes = np.broadcast_shapes(*leading)
    assert gradients.forward.J.shape == axes
    assert gradients.forward.losses.shape == (*axes, 5)
    full = [np.broadcast_to(a, axes + s) for a, s in zip(arrays, shapes, strict=True)]
    for s in np.ndindex(axes):
        one = Network([a[s] for a in full[:3]], [a[s] for a in full[3:]], names, skips)
        single = all_gradients(one, x, y, loss)
        compare("J", gradients.forward.J[s], single.forward.J, rtol=1e-13)
        expected = named_gradients(single)
        for part, gradient in named_gradients(gradients).items():
            assert gradient.shape[: len(axes)] == axes, part
            size = np.abs(expected[part]).max()
            np.testing.assert_allclose(gradient[s], expected[part], rtol=1e-12, atol=1e-14 * size)


def test_a_skip_into_one_neuron_sums_in_each_network_of_a_stack():
    w = np.arange(1.0, 7.0).reshape(3, 2, 1)
    stack = Network([w, np.ones((3, 1, 2))], None, ["identity"] * 2, [Skip(1, 2)])
    trace = forward(stack, [[1.0, 2.0]], [[0.0, 0.0]])
    assert trace.output.tolist() == [[[6.0, 12.0]], [[14.0, 28.0]], [[22.0, 44.0]]]


def test_a_shared_array_has_one_gradient_for_each_network():
    """J[s] = (w1 w2[s] x - y)²: dJ[s]/dw1 is one number for each s, not their sum."""
    stack = Network([[[2.0]], np.array([1.0, 3.0, -1.0]).reshape(3, 1, 1)], None, ["identity"] * 2)
    gradients = all_gradients(stack, [1.0], [1.0])
    assert stack.w[1].shape == (1, 1)
    assert gradients.forward.J.tolist() == [1.0, 25.0, 9.0]
    assert gradients.dJ_dw[1].ravel().tolist() == [2.0, 30.0, 6.0]
    assert [g.shape for g in gradients.parameters()] == [(3, 1, 1), (3, 1, 1)]


def test_J_on_a_grid_in_one_call():
    """J over w11 and b21 on 101 x 101 values; the other five parameters are shared."""
    w11, b21 = np.linspace(-1, 1, 101), np.linspace(0, 10, 101)
    w1 = np.broadcast_to([[0.4], [-0.6]], (101, 1, 2, 1)).copy()
    w1[:, 0, 0, 0] = w11
    x, y = [HOURS], [TRAFFIC["all days"]]
    stack = Network([w1, [[-1.0, -1.0]]], [[-5.9, 5.2], b21[:, None]], ["relu", "identity"])
    J = forward(stack, x, y).J
    assert J.shape == (101, 101)
    for i, k in [(0, 0), (70, 51), (100, 3), (12, 100)]:
        w, b = [[[w11[i]], [-0.6]], [[-1.0, -1.0]]], [[-5.9, 5.2], [b21[k]]]
        compare("J", J[i, k], forward(Network(w, b, ["relu", "identity"]), x, y).J, rtol=1e-13)
    assert abs(J[70, 51] - 0.5019) < 1e-4


# Depth: no recursion, and work in proportion to the depth.


DEEP = 3000
"""Layers: three times as many as Python's functions may call each other."""


def test_a_very_deep_chain():
    """w = ±1 keeps every number exact: dJ/dw_l = dJ/dy^ times all the other signs times x."""
    signs = np.random.default_rng(0).choice([-1.0, 1.0], size=DEEP)
    network = Network(signs.reshape(-1, 1, 1), None, ["identity"] * DEEP)
    gradients = all_gradients(network, [3.0], [1.0])
    yhat = 3.0 * np.prod(signs)
    assert gradients.forward.output.item() == yhat
    expected = 2 * (yhat - 1) * 3 * np.prod(signs) * signs  # 1/sign = sign
    assert np.array_equal(np.ravel(gradients.dJ_dw[1:]), expected)


def test_a_very_deep_chain_with_a_skip_at_each_layer():
    """w = 0 and a skip around every layer: a[l] = a[l-1], so dJ/da is the same everywhere."""
    skips = [Skip(layer - 1, layer) for layer in range(1, DEEP + 1)]
    network = Network(np.zeros((DEEP, 1, 1)), None, ["tanh"] * DEEP, skips)
    gradients = all_gradients(network, [3.0], [1.0])
    assert {gradient.item() for gradient in gradients.dJ_da} == {4.0}
    assert {gradient.item() for gradient in gradients.dJ_dw[1:]} == {12.0}


class Counting(np.ndarray):
    """An array that counts the numpy operations that it takes part in."""

    operations = 0

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        Counting.operations += 1
        plain = [np.asarray(v) if isinstance(v, Counting) else v for v in inputs]
        if "out" in kwargs:
            kwargs["out"] = tuple(map(np.asarray, kwargs["out"]))
        return np.asarray(getattr(ufunc, method)(*plain, **kwargs)).view(Counting)

    def dot(self, other):
        Counting.operations += 1
        return np.asarray(self).dot(np.asarray(other)).view(Counting)


@pytest.mark.parametrize("skipping", [False, True], ids=["chain", "skips"])
def test_the_work_grows_linearly_with_the_depth(skipping, monkeypatch):
    """One more layer costs the same at depth 10 as at depth 1000: every dJ/dz is reused."""
    calls = []
    vjp = Activation.vjp
    monkeypatch.setattr(Activation, "vjp", lambda *args: calls.append(0) or vjp(*args))
    widths = Network.widths.func  # goes through all layers, so it counts as many at every use

    def counted_widths(network):
        Counting.operations += network.depth
        return widths(network)

    monkeypatch.setattr(Network, "widths", property(counted_widths))

    def work(depth):
        skips = [Skip(layer - 1, layer) for layer in range(1, depth + 1)] if skipping else []
        w = np.full((depth, 1, 1), 0.1)  # so that no z grows to where e^z is infinite
        network = Network(w, None, ["tanh"] * depth, skips)
        counted = tuple(v if v is None else v.view(Counting) for v in network.w)
        network.__dict__.update(w=counted, product=Counting.dot)
        calls.clear()
        Counting.operations = 0
        all_gradients(network, [1.0], [0.0])
        assert len(calls) == depth
        return Counting.operations

    ten, twenty, thousand = work(10), work(20), work(1000)
    assert twenty - ten >= 10 * 4  # w @ a, f, vjp, two products back
    assert (thousand - ten) * 10 == (twenty - ten) * 990


# Fast, and as strict as before.


def test_the_gradient_by_the_inputs_is_there_when_it_is_asked_for():
    """dJ_da[0] is worked out late: skips from the input, frozen, once, and without a warning."""
    skips = [Skip(0, 1), Skip(0, 2)]
    network = random_network((2, 2, 2), "tanh", skips=skips)
    x, y = random_points(network)
    gradients = all_gradients(network, x, y)
    assert gradients.dJ_da is gradients.dJ_da and len(gradients.dJ_da) == 3
    for nudge in (np.array([[1e-100j], [0]]), np.array([[0], [1e-100j]])):
        along = forward(network, x + nudge, y).J.imag / 1e-100
        of_row = gradients.dJ_da[0][np.nonzero(nudge)[0]]
        np.testing.assert_allclose(of_row.sum(), along, rtol=1e-12)
    with pytest.raises(ValueError, match="read-only"):
        gradients.dJ_da[0][0, 0] = 1.0
    huge = Network([[[1e200]], [[1e200]]], None, ["identity", "identity"])
    assert not np.isfinite(all_gradients(huge, [1.0], [1.0]).dJ_da[0]).all()


def test_what_the_forward_pass_leaves_for_the_backward_pass():
    """1 - a[l] of a sigmoid, frozen; with it and without it the gradients are the same to the last
    bit. Where a skip comes in, a[l] is not f(z[l]), so nothing is left."""
    names = ["sigmoid", "sigmoid", "tanh", "sigmoid", "sigmoid"]
    network = random_network((2, 3, 3, 3, 3, 2), names, skips=[Skip(1, 4)])
    x, y = random_points(network, points=5)
    trace = forward(network, x, y)
    assert [rest is None for rest in trace.rest] == [True, False, False, True, True, False]
    for layer in (1, 2, 5):
        np.testing.assert_allclose(trace.a[layer] + trace.rest[layer], 1.0, rtol=1e-15)
        with pytest.raises(ValueError, match="read-only"):
            trace.rest[layer][...] = 0.0
    alone = replace(trace, rest=(None,) * 6)
    both = zip(backward(trace).parameters(), backward(alone).parameters(), strict=True)
    assert all(np.array_equal(kept, again) for kept, again in both)


@pytest.mark.parametrize(("loss", "last"), [("nll", "sigmoid"),
                                            ("softmax_cross_entropy", "softmax")])
def test_the_gradient_by_the_output_of_a_log_loss_is_there_when_it_is_asked_for(loss, last):
    """No parameter needs it, and it may be infinite: dJ_da[L] = dL/da / N is worked out late."""
    def asked(a, y, rest):
        raise AssertionError("asked for")

    network = random_network((2, 3, 2), ["tanh", last])
    x, y = random_points(network, points=4)
    trace = forward(network, x, np.abs(y) / np.abs(y).max(), loss=loss)
    gradients = backward(replace(trace, loss=replace(trace.loss, dL_da=asked)))
    assert len(gradients.parameters()) == 4
    with pytest.raises(AssertionError, match="asked for"):
        _ = gradients.dJ_da
    by_a = -trace.y / trace.a[2]
    by_a += (1 - trace.y) / (1 - trace.a[2]) if loss == "nll" else 0.0
    compare("dJ_da[2]", backward(trace).dJ_da[2], by_a / 4, rtol=1e-12)


@pytest.mark.parametrize("points", [1, 3])
def test_no_array_of_a_trace_can_be_reached_through_another(points):
    """With one point or one output neuron a sum is the thing itself: it is frozen as well."""
    network = random_network((2, 1), "identity")
    gradients = all_gradients(network, *random_points(network, points=points))
    for array in (gradients.forward.losses, gradients.dJ_db[1], gradients.dJ_dz[1]):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 1.0


@pytest.mark.parametrize("large", [1e200, -1.7e308, 1e200 + 1e200j])
def test_finite_numbers_with_an_infinite_square_are_taken(large):
    assert all_finite(np.ones(20_000)) and not all_finite(np.append(np.ones(20_000), np.nan))
    assert all_finite(np.array([1.0, large]))
    assert not all_finite(np.array([1.0, large, np.nan]))
    assert not all_finite(np.array([1.0, large, np.inf]))
