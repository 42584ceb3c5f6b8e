"""The labs' networks written a second time, from the lecture's formulas, for many settings at once.

Nothing here calls the core. Each formula takes ``np``, a module that speaks like numpy (PyTorch,
``jax.numpy`` or ``autograd.numpy``), ``p``, what the gradient is of, and ``k``, what is known; the
first axis of every array counts the settings. It returns J of each setting, shape (S,).

A ReLU is written ``z where z ≥ 0``, as on the slides, so that its slope at 0 is 1 as they say. The
sigmoid, tanh and the logarithms are written so that no digit of their slopes
is lost where they saturate: 1 − tanh² would lose all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import ModuleType
from typing import Any

import numpy

Arrays = Mapping[str, Any]
Formula = Callable[[ModuleType, Arrays, Arrays], Any]


def relu(np, z):
    return np.where(z >= 0, z, 0.0 * z)


def sigmoid(np, z):
    """1 / (1 + e^-z), above and below the line times e^z for z < 0, where e^-z may overflow."""
    e = np.exp(np.where(z >= 0, -z, z))
    return np.where(z >= 0, 1.0 + 0.0 * z, e) / (1.0 + e)


def tanh(np, z):
    """Its own near 0; far from there 2σ(2z) − 1."""
    return np.where(abs(z) < 1, np.tanh(z), 2.0 * sigmoid(np, 2.0 * z) - 1.0)


ACTIVATIONS = {
    "identity": lambda np, z: z,
    "threshold": lambda np, z: (z >= 0) * 1.0 + 0.0 * z,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "relu": relu,
    "leaky_relu": lambda np, z: np.where(z >= 0, z, 0.01 * z),
}


def mean_square(error):
    """(1/N) Σ over the points, the last axis."""
    return (error * error).sum(-1) / error.shape[-1]


# -- one neuron, two and three ---------------------------------------------------------------------


def one_neuron(np, p, k, activation):
    error = ACTIVATIONS[activation](np, p["w"] * k["x"]) - k["y"]
    return error * error


def two_hidden(np, p, k, output, skip):
    w = {name: values[:, None] for name, values in p.items()}
    a1, a2 = relu(np, w["w1_1"] * k["x"]), relu(np, w["w2_1"] * k["x"])
    z = w["w1_2"] * a1 + w["w2_2"] * a2
    added = {"none": 0.0 * z, "z": z, "a": a1 + a2}[skip]
    return mean_square(ACTIVATIONS[output](np, z) + added - k["y"])


def three_neuron(np, p, k, activation):
    w, f = {name: values[:, None] for name, values in p.items()}, ACTIVATIONS[activation]
    a1, a2 = (f(np, w[f"b1{j}"] + w[f"w1{j}"] * k["x"]) for j in "12")
    return mean_square(w["b21"] + w["w21"] * a1 + w["w22"] * a2 - k["y"])


# -- the chain -------------------------------------------------------------------------------------


def deep_chain(np, p, k, activation, skip):
    """All settings go through as many layers; one with fewer keeps its a through the others."""
    a = k["x"]
    for layer in range(p["w"].shape[1]):
        new = ACTIVATIONS[activation](np, p["w"][:, layer] * a)
        a = np.where(k["depth"] > layer, new + a if skip else new, a)
    return (a - k["y"]) * (a - k["y"])


# -- layers ----------------------------------------------------------------------------------------


def layers(np, p, k, activations):
    """Z¹ = W¹x + b¹, A¹ = f(Z¹), ...; the last Z and A, both of shape (S, outputs, N)."""
    a = k["x"]
    for layer, name in enumerate(activations, start=1):
        z = np.matmul(p[f"W{layer}"], a)
        if f"b{layer}" in p:
            z = z + p[f"b{layer}"][:, :, None]
        a = ACTIVATIONS[name](np, z)
    return z, a


def squared(np, p, k, activations):
    error = layers(np, p, k, activations)[1] - k["y"]
    return mean_square(error).sum(-1)


def cross_entropy(np, p, k, activations):
    """Softmax, and −log of what it gives the label; y is one-hot."""
    z = layers(np, p, k, [*activations, "identity"])[0]
    largest = z.amax(1, True) if hasattr(z, "amax") else z.max(axis=1)[:, None, :]  # PyTorch's
    log_a = z - largest - np.log(np.exp(z - largest).sum(1))[:, None, :]
    return -(k["y"] * log_a).sum(1).sum(-1) / z.shape[-1]


def sigmoid_features(np, p, k, loss):
    w = {name: values[:, None] for name, values in p.items()}
    first, second = (sigmoid(np, w[f"w1{j}1"] * k["x1"] + w[f"w1{j}2"] * k["x2"] + w[f"b1{j}"])
                     for j in "12")
    z = w["w211"] * first + w["w212"] * second + w["b21"]
    if loss == "squared":
        return mean_square(z - k["label"])
    zero = 0.0 * z  # −log σ(z) = log(e^0 + e^-z), and 1 − σ(z) = σ(−z)
    each = (k["label"] * np.logaddexp(zero, -z) + (1.0 - k["label"]) * np.logaddexp(zero, z))
    return each.sum(-1) / z.shape[-1]


def relu_sums(np, p, k):
    a = relu(np, p["w1"][:, :, None] * k["x"][:, None, :] + p["b1"][:, :, None])
    return mean_square((p["w2"][:, :, None] * a).sum(1) + p["b2"] - k["y"])


# -- expressions -----------------------------------------------------------------------------------


def graph(np, p, k, name):
    """The five networks of the lab of computational graphs, at one point."""
    v = {**p, **k}
    if name == "three":
        a1, a2 = (relu(np, v[f"w1{j}"] * v["x"] + v[f"b1{j}"]) for j in "12")
        error = v["w21"] * a1 + v["w22"] * a2 + v["b21"] - v["y"]
    elif name == "two":
        a1, a2 = relu(np, v["w1_1"] * v["x"]), relu(np, v["w2_1"] * v["x"])
        error = v["w1_2"] * a1 + v["w2_2"] * a2 - v["y"]
    else:
        z = v["w"] * v["x"] + v["b"]
        if name == "logistic":
            return v["y"] * np.logaddexp(0.0 * z, -z) + (1 - v["y"]) * np.logaddexp(0.0 * z, z)
        error = (relu(np, z) if name == "relu" else z) - v["y"]
    return error * error


def expression(np, p, k, text):
    """Python itself works the text out, with the functions of the peer."""
    functions = {"relu": partial(relu, np), "sigmoid": partial(sigmoid, np),
                 "tanh": partial(tanh, np), "exp": np.exp, "log": np.log,
                 "square": lambda z: z * z}
    zero = 0.0 * next(iter(p.values()))  # PyTorch's functions take no plain number

    def of_array(function):
        return lambda z: function(z + zero)

    own = {name: of_array(function) for name, function in functions.items()}
    return eval(text, {"__builtins__": {}}, {**own, **p, **k})


def random_expression(generator: numpy.random.Generator, depth: int = 4) -> str:
    """A text of names, numbers, operations and functions."""
    if depth == 0 or generator.random() < 0.15:
        return str(generator.choice(["w", "v", "u", "b", "x", "y", "2", "0.5"]))
    one = random_expression(generator, depth - 1)
    if generator.random() < 0.4:
        function = generator.choice(["relu", "sigmoid", "tanh", "exp", "log", "square", "power"])
        power = generator.choice(["2", "3", "-1", "0.5"])
        return f"({one})**{power}" if function == "power" else f"{function}({one})"
    return f"({one}) {generator.choice(list('+-*/'))} ({random_expression(generator, depth - 1)})"
