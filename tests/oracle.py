"""The oracle: a second forward pass in plain loops, its complex-step derivatives, a strict check.

It takes nothing from the core but the numbers stored in a Network, and works with Python's own
complex numbers. The complex step: J(v + ih) = J(v) + ih dJ/dv + O(h²), so dJ/dv = imag(J) / h
without any difference of nearly equal numbers, and exact for h so small that h² is nothing.

    check_gradients(network, x, y, loss)     # runs both, compares every gradient
"""

from __future__ import annotations

import cmath

import numpy as np

from mlp_widgets.core import BackwardTrace, Network, backward, forward

H = 1e-100
RTOL = 1e-10

SCALAR_ACTIVATIONS = {
    "identity": lambda z: z,
    "threshold": lambda z: 1.0 if z.real >= 0 else 0.0,
    "sigmoid": lambda z: 1.0 / (1.0 + cmath.exp(-z)),
    "tanh": cmath.tanh,
    "relu": lambda z: z if z.real >= 0 else 0.0,
    "leaky_relu": lambda z: z if z.real >= 0 else 0.01 * z,
}
OUTPUT_LOSSES = {
    "squared": lambda a, y: (a - y) * (a - y),
    "nll": lambda a, y: (
        -((y * cmath.log(a) if y else 0) + ((1 - y) * cmath.log(1 - a) if y != 1 else 0))
    ),
    "softmax_cross_entropy": lambda a, y: -y * cmath.log(a) if y else 0,
}


def reference_pass(network: Network, x, y, loss="squared", nudged=None):
    """z, a as lists z[l][point][neuron], and J, by the lecture's formulas one number at a time.

    ``nudged`` names one number that gets + ih as soon as it is there: ("w", l, j, i),
    ("b", l, j), ("z", l, j, point) or ("a", l, j, point), where point counts the columns.
    """
    x, y = np.asarray(x), np.asarray(y)
    x, y = (v.reshape(-1, 1) if v.ndim < 2 else v for v in (x, y))
    points = x.shape[1]
    w, b = _lists(network, nudged)
    z, a, J = [[None] * points], [x.T.tolist()], 0.0
    _nudge(a[0], "a", 0, nudged)
    for layer in range(1, len(w)):
        z.append([_weighted_sum(w[layer], b[layer], column) for column in a[layer - 1]])
        _nudge(z[layer], "z", layer, nudged)
        a.append([_activated(network.activations[layer], column) for column in z[layer]])
        for skip in network.skips:
            if skip.into == layer:
                source = z[skip.start] if skip.of == "z" else a[skip.start]
                a[layer] = [_added(new, old) for new, old in zip(a[layer], source, strict=True)]
        _nudge(a[layer], "a", layer, nudged)
    for column, target in zip(a[-1], y.T.tolist(), strict=True):
        J += sum(OUTPUT_LOSSES[loss](*pair) for pair in zip(column, target, strict=True)) / points
    return z, a, J


def _lists(network, nudged):
    """w and b as nested lists, zeros for no biases, one of the numbers nudged."""
    w = [None] + [w.tolist() for w in network.w[1:]]
    b = [None] + [[0.0] * len(rows) for rows in w[1:]]
    if network.b is not None:
        b = [None] + [b.tolist() for b in network.b[1:]]
    if nudged and nudged[0] == "w":
        w[nudged[1]][nudged[2]][nudged[3]] += H * 1j
    if nudged and nudged[0] == "b":
        b[nudged[1]][nudged[2]] += H * 1j
    return w, b


def _nudge(columns, kind, layer, nudged):
    """Add ih to the one number of these columns that ``nudged`` names, if it is among them."""
    if nudged and nudged[:2] == (kind, layer):
        columns[nudged[3]][nudged[2]] += H * 1j


def _weighted_sum(rows, biases, column):
    out = []
    for row, bias in zip(rows, biases, strict=True):
        total = bias
        for weight, value in zip(row, column, strict=True):
            total = total + weight * value
        out.append(total)
    return out


def _activated(name, column):
    if name == "softmax":  # 1 / sum of e^(z_j - z_k): no quotient of two large numbers
        return [1.0 / sum(cmath.exp(other - value) for other in column) for value in column]
    return [SCALAR_ACTIVATIONS[name](value) for value in column]


def _added(target, source):
    """The skip rule: neuron to neuron, or the sum of all into a single neuron."""
    if len(target) == len(source):
        return [t + s for t, s in zip(target, source, strict=True)]
    return [target[0] + sum(source)]


def complex_step(network, x, y, loss="squared") -> dict[str, np.ndarray]:
    """Every gradient of J by complex step, by name: {"dJ_dw[1]": array shaped like w[1], ...}.

    J is the mean over the points, and z and a of one point are in no term but its own.
    """
    x = np.asarray(x).reshape(network.widths[0], -1)
    y = np.asarray(y).reshape(network.widths[-1], -1)
    columns = x.shape[1]
    kinds = ["w", "z", "a"] + (["b"] if network.b is not None else [])
    truth = {}
    for kind in kinds:
        for layer in range(kind != "a", network.depth + 1):
            shape = (network.widths[layer], columns)
            if kind in "wb":
                shape = getattr(network, kind)[layer].shape
            gradient = np.empty(shape)
            for index in np.ndindex(shape):
                if kind in "wb":
                    J = reference_pass(network, x, y, loss, (kind, layer, *index))[2]
                else:
                    neuron, point = index
                    own = x[:, [point]], y[:, [point]]
                    J = reference_pass(network, *own, loss, (kind, layer, neuron, 0))[2] / columns
                gradient[index] = complex(J).imag / H
            truth[f"dJ_d{kind}[{layer}]"] = gradient
    return truth


def named_gradients(trace: BackwardTrace) -> dict[str, np.ndarray]:
    """The gradients of a BackwardTrace by the same names."""
    groups = ("dJ_dw", "dJ_dz", "dJ_da", "dJ_db")
    return {
        f"{group}[{layer}]": gradient
        for group in groups
        for layer, gradient in enumerate(getattr(trace, group) or ())
        if gradient is not None
    }


def compare(name, received, expected, rtol=RTOL):
    """AssertionError unless same shape and |received - expected| <= rtol |expected| everywhere.

    There is no absolute tolerance: 0 is not near 1e-14, and where 0 is expected only 0 is right.
    """
    received, expected = np.asarray(received), np.asarray(expected)
    if received.shape != expected.shape:
        raise AssertionError(f"{name}: received shape {received.shape}, expected {expected.shape}")
    wrong = ~(np.abs(received - expected) <= rtol * np.abs(expected))  # ~ so that NaN is wrong
    if wrong.any():
        index = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise AssertionError(
            f"{name}, entry {index}: received {received[index]!r}, expected {expected[index]!r} "
            f"({wrong.sum()} of {wrong.size} entries are wrong)"
        )


def compare_gradients(received: BackwardTrace, expected: dict[str, np.ndarray], rtol=RTOL):
    """AssertionError unless the backward trace has exactly these gradients."""
    named = named_gradients(received)
    assert named.keys() == expected.keys(), f"received {list(named)}, expected {list(expected)}"
    for name, gradient in expected.items():
        compare(name, named[name], gradient, rtol)


def check_gradients(network, x, y, loss="squared", rtol=RTOL) -> dict[str, np.ndarray]:
    """Both passes of the core against the oracle; returns the true gradients."""
    trace = forward(network, x, y, loss=loss)
    z, a, J = reference_pass(network, x, y, loss)
    for layer in range(network.depth + 1):
        close = {"rtol": 1e-12, "atol": 1e-13}
        np.testing.assert_allclose(trace.a[layer], np.real(a[layer]).T, **close)
        if layer:
            np.testing.assert_allclose(trace.z[layer], np.real(z[layer]).T, **close)
    np.testing.assert_allclose(trace.J, np.real(J), rtol=1e-12, atol=1e-13)  # log(a) near a = 1
    truth = complex_step(network, x, y, loss)
    compare_gradients(backward(trace), truth, rtol)
    return truth


def random_network(widths, activations, *, seed=0, scale=1.0, biases=True, skips=()) -> Network:
    """A network with normally distributed numbers; ``activations`` is one name or one a layer."""
    generator = np.random.default_rng(seed)
    pairs = list(zip(widths[1:], widths[:-1], strict=True))
    w = [scale * generator.normal(size=pair) for pair in pairs]
    b = [scale * generator.normal(size=pair[0]) for pair in pairs] if biases else None
    names = [activations] * len(w) if isinstance(activations, str) else activations
    return Network(w, b, names, skips)


def random_points(network, *, points=3, seed=0, loss="squared", hard=True):
    """x, y for a network. y fits the loss: 0 or 1 or one-hot; with ``hard=False`` in between."""
    generator = np.random.default_rng([seed, 1])
    rows, outputs = network.widths[0], network.widths[-1]
    x = generator.normal(size=(rows, points))
    if loss == "squared":
        return x, generator.normal(size=(outputs, points))
    if loss == "nll":
        y = generator.random((outputs, points))
        return x, np.round(y) if hard else y
    if hard:
        return x, np.eye(outputs)[:, generator.integers(outputs, size=points)]
    return x, generator.random((outputs, points))
