"""Random settings of each lab, beyond its sliders, as a peer needs them, beside the lab's numbers.

    for group in GROUPS["one_neuron"](generator, count): ...

A group holds settings of one formula, whose arrays have the same shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import product
from typing import Any

import numpy as np
import peer_formulas as formulas
from lab_tools import KINDS

from mlp_widgets.fields import Number, Whole, declared

BEYOND = 2.0
"""So many times as far as the ends of a slider the numbers are drawn."""
PLAIN_SHARE = 0.3
"""Of the settings have numbers with the step of the slider, among them many zeros and ones."""
Arrays = dict[str, np.ndarray]


@dataclass
class Setting:
    """One setting: what the peer is given, and what the lab says."""

    learned: Arrays
    known: Arrays
    J: float
    gradient: Arrays


@dataclass
class Group:
    """Settings of one formula. names: of the formula, for messages. whole_layers: its gradients
    are arrays of layers, not of numbers with names. refused: how many were drawn for which the lab
    says that a number is too large, or no number."""

    formula: formulas.Formula
    names: tuple[object, ...]
    whole_layers: bool = False
    settings: list[Setting] = field(default_factory=list)
    refused: int = 0

    def stacked(self, what: str) -> Arrays:
        """The arrays of all settings, the first axis counting these."""
        found = [getattr(setting, what) for setting in self.settings]
        return {name: np.stack([arrays[name] for arrays in found]) for name in found[0]}


@cache
def lab_of(name: str) -> Any:
    """A lab that computes and shows nothing."""
    return KINDS[name]()


def drawn(generator: np.random.Generator, state: Any, names: Iterable[str]) -> dict[str, float]:
    """Numbers for some fields: within BEYOND times the ends of their sliders."""
    own, found = declared(type(state)), {}
    for name in names:
        of = own[name]
        if isinstance(of, Whole):
            found[name] = int(generator.integers(of.low, of.high + 1))
            continue
        assert isinstance(of, Number)
        low, high, step = of.ends(state)
        value = generator.uniform(BEYOND * low, BEYOND * high)
        if of.log:
            value = 10.0**value
        elif generator.random() < PLAIN_SHARE:
            value = round(value / step) * step
        found[name] = float(max(value, 0.0) if of.not_negative else value)
    return found


Read = Callable[[Any], Setting | None]
"""A lab's numbers -> the setting; None if they are too large for floats."""


def filled(name: str, group: Group, draw: Callable[[], Mapping[str, object]], read: Read,
           count: int) -> Group:
    """A group with ``count`` settings that have numbers."""
    lab = lab_of(name)
    start = lab.state_type()
    while len(group.settings) < count:
        with suppress(ValueError, ArithmeticError):  # too large; or no number, as log(−1) is none
            setting = read(lab.compute(start.changed(**draw())))
            if setting is not None:
                group.settings.append(setting)
                continue
        group.refused += 1
        assert group.refused <= 20 * count, (group.names, "hardly a setting has numbers")
    return group


def scalars(values: Mapping[str, float]) -> Arrays:
    return {name: np.array(value, float) for name, value in values.items()}


def named(known: Callable[[Any], Arrays]) -> Read:
    """The reader of a lab whose parameters are numbers with names."""
    def read(numbers: Any) -> Setting:
        return Setting(scalars(numbers.parameters), known(numbers), numbers.loss,
                       scalars(numbers.gradient))
    return read


def of_layers(numbers: Any) -> Setting:
    """All weights and biases of a network, as arrays."""
    back = numbers.back
    network, learned, gradient = back.forward.network, {}, {}
    for layer in range(1, network.depth + 1):
        learned[f"W{layer}"], gradient[f"W{layer}"] = network.w[layer], back.dJ_dw[layer]
        if network.b is not None:
            learned[f"b{layer}"], gradient[f"b{layer}"] = network.b[layer], back.dJ_db[layer]
    known = {"x": back.forward.a[0], "y": back.forward.y}
    return Setting(learned, known, float(back.forward.J), gradient)


Groups = Iterator[Group]


def shares(count: int, kinds: list) -> int:
    """Settings of each kind, so that there are at least ``count`` together."""
    return -(-count // len(kinds))


# -- the labs --------------------------------------------------------------------------------------


def one_neuron(generator, count) -> Groups:
    start = lab_of("one_neuron").state_type()
    kinds = list(formulas.ACTIVATIONS)
    for activation in kinds:
        group = Group(partial(formulas.one_neuron, activation=activation), (activation,))
        yield filled("one_neuron", group, lambda activation=activation: {
            "activation": activation, **drawn(generator, start, "wxy")},
            named(lambda n: scalars({"x": n.state.x, "y": n.state.y})), shares(count, kinds))


def two_hidden(generator, count) -> Groups:
    start = lab_of("two_hidden").state_type()
    fields = ("w1_1", "w2_1", "w1_2", "w2_2", "x", "y")
    kinds = list(product(("identity", "relu"), ("none", "z", "a"), (0, 3)))

    def known(n):
        points = [(n.state.x, n.state.y), *n.state.others]
        return dict(zip("xy", np.array(points).T, strict=True))

    for output, skip, more in kinds:
        group = Group(partial(formulas.two_hidden, output=output, skip=skip), (output, skip, more))
        yield filled("two_hidden", group, lambda output=output, skip=skip, more=more: {
            "output": output, "skip": skip,
            "others": [tuple(point) for point in generator.uniform(-9, 9, (more, 2))],
            **drawn(generator, start, fields)}, named(known), shares(count, kinds))


def three_neuron(generator, count) -> Groups:
    kind = lab_of("three_neuron").state_type
    own = ([0.0, 1.0, 1.5, 4.0, 9.0], [2.0, -1.0, 0.5, 30.0, 4.0])
    kinds = list(product(("relu", "sigmoid", "tanh"), ("all days", "weekday", own)))
    for activation, data in kinds:
        start = kind(data=data)
        group = Group(partial(formulas.three_neuron, activation=activation), (activation, data))
        yield filled("three_neuron", group, lambda start=start, activation=activation: {
            "data": start.data, "activation": activation,
            **drawn(generator, start, start.parameters)},
            named(lambda n: {"x": n.points.x, "y": n.points.y}), shares(count, kinds))


def deep_chain(generator, count) -> Groups:
    start = lab_of("deep_chain").state_type()
    kinds = list(product(("sigmoid", "tanh", "relu", "leaky_relu", "identity"), (False, True)))

    def draw(activation, skip):
        mode = generator.choice(["shared", "each", "random"])
        depth = int(generator.integers(1, 11 if mode == "each" else 101))
        fields = {"shared": ["w"], "each": [f"w{k}" for k in range(1, 11)],
                  "random": ["seed", "std"]}[mode]
        return {"activation": activation, "skip": skip, "mode": mode, "depth": depth,
                **drawn(generator, start, [*fields, "x", "y"])}

    def read(n):
        if not n.exists or not np.isfinite(n.loss):
            return None
        depth, w, gradient = n.state.depth, np.zeros(100), np.zeros(100)
        w[:depth], gradient[:depth] = n.state.weights, list(n.gradient.values())
        return Setting({"w": w}, {**scalars({"x": n.state.x, "y": n.state.y}),
                                  "depth": np.array(depth)}, n.loss, {"w": gradient})

    for activation, skip in kinds:
        group = Group(partial(formulas.deep_chain, activation=activation, skip=skip),
                      (activation, skip))
        yield filled("deep_chain", group, partial(draw, activation, skip), read,
                     shares(count, kinds))


def wide_network(generator, count) -> Groups:
    kinds = list(product((1, 3, 10), (1, 4, 16), ("relu", "tanh", "sigmoid")))
    for depth, width, activation in kinds:
        group = Group(partial(formulas.squared, activations=[activation] * depth + ["identity"]),
                      (depth, width, activation), True)
        yield filled("wide_network", group, lambda *, of=(depth, width, activation): {
            **dict(zip(("depth", "width", "activation"), of, strict=True)), "seeds": 1,
            "init": str(generator.choice(["zeros", "small", "xavier", "he", "large"])),
            "small": 10.0 ** generator.uniform(-4, 0), "large": 10.0 ** generator.uniform(0, 2),
            "compare": "none", "seed": int(generator.integers(1000))},
            of_layers, shares(count, kinds))


def sigmoid_features(generator, count) -> Groups:
    kind = lab_of("sigmoid_features").state_type
    own = ([0.0, 1.0, 0.5, -3.25], [0.0, 0.25, -0.5, 4.0], [0, 1, 1, 0])
    kinds = list(product(("nll", "squared"), ("diagonal bands", "XOR", "ring", "blobs", own)))
    for loss, points in kinds:
        start = kind(points=points)
        group = Group(partial(formulas.sigmoid_features, loss=loss), (loss, points))
        yield filled("sigmoid_features", group, lambda start=start, loss=loss: {
            "points": start.points, "loss_name": loss, **drawn(generator, start, start.parameters)},
            named(lambda n: {"x1": n.state.points.x[0], "x2": n.state.points.x[1],
                             "label": n.state.points.label}), shares(count, kinds))


def relu_sums(generator, count) -> Groups:
    own = ([0.0, 1.0, 3.0, 4.0], [1.0, 2.5, 0.5, 2.0])
    # Each K and each target, not all pairs: JAX compiles every operation anew for every shape.
    kinds = [*zip((1, 2, 3, 8), ("sine", "step", "all days", own), strict=True), (30, "sine")]

    def read(n):
        network, back, j = n.network, n.back, n.state.neuron - 1
        learned = {"w1": network.w[1][:, 0], "b1": network.b[1], "w2": network.w[2][0],
                   "b2": network.b[2]}
        gradient = {"w1": back.dJ_dw[1][:, 0], "b1": back.dJ_db[1], "w2": back.dJ_dw[2][0],
                    "b2": back.dJ_db[2]}
        assert dict(n.gradient) == {"w1j": gradient["w1"][j], "b1j": gradient["b1"][j],
                                    "w2j": gradient["w2"][j], "b2": gradient["b2"][0]}
        return Setting(learned, {"x": n.target.x, "y": n.target.y}, n.loss, gradient)

    for K, target in kinds:
        group = Group(formulas.relu_sums, (K, target))
        yield filled("relu_sums", group, lambda K=K, target=target: {
            "K": K, "target": target, "neuron": int(generator.integers(1, K + 1)),
            "neurons": [tuple(row) for row in generator.uniform(-4, 4, (K, 3))],
            "b2": generator.uniform(-4, 4)}, read, shares(count, kinds))


def names_counts(generator, count) -> Groups:
    kinds = list(product(((3, 3, 2, 1), (1, 2, 1), (10, 4), (6, 5, 4, 3, 2)), (True, False)))
    for widths, biases in kinds:
        depth = len(widths) - 1

        def draw(widths=widths, biases=biases, depth=depth):
            layer = int(generator.integers(1, depth + 1))
            return {"layers": depth, **{f"n{k}": n for k, n in enumerate(widths)},
                    "biases": biases, "layer": layer,
                    "output": int(generator.integers(1, widths[layer] + 1)),
                    "input": int(generator.integers(not biases, widths[layer - 1] + 1)),
                    "value": generator.uniform(-6, 6)}

        group = Group(partial(formulas.squared, activations=["sigmoid"] * depth),
                      (widths, biases), True)
        yield filled("names_counts", group, draw, of_layers, shares(count, kinds))


def training_loop(generator, count) -> Groups:
    start = lab_of("training_loop").state_type()
    kinds = list(product((("line", ["identity"]), ("network", ["tanh", "identity"])),
                         ("traffic", "noisy", "exact")))
    for (model, activations), data in kinds:
        group = Group(partial(formulas.squared, activations=activations), (model, data), True)
        yield filled("training_loop", group, lambda model=model, data=data: {
            "model": model, "data": data, "seed": int(generator.integers(1000)),
            **drawn(generator, start, "wb")}, of_layers, shares(count, kinds))


NETWORKS = {"linear": "wb", "logistic": "wb", "relu": "wb",
            "two": ("w1_1", "w2_1", "w1_2", "w2_2"),
            "three": ("w11", "b11", "w12", "b12", "w21", "w22", "b21")}
OF_A_TEXT = 10
"""Settings of each random expression; the networks have the other half."""


def computational_graph(generator, count) -> Groups:
    kind = lab_of("computational_graph").state_type
    for name, fields in NETWORKS.items():
        start = kind().changed(graph=name)
        group = Group(partial(formulas.graph, name=name), (name,))
        yield filled("computational_graph", group, lambda start=start, name=name, fields=fields: {
            "graph": name, **drawn(generator, start, [*fields, "x"]),
            **({"y": generator.uniform()} if name == "logistic" else drawn(generator, start, "y"))},
            named(lambda n: scalars({"x": n.state.x, "y": n.state.y})), count // 10)
    left = count // 2
    while left > 0:
        text = formulas.random_expression(generator)
        group = Group(partial(formulas.expression, text=text), (text,))
        try:
            start = kind(expression=text)
            if not start.parameters:
                continue
            filled("computational_graph", group, lambda start=start, text=text: {
                "expression": text, **drawn(generator, start, start.names)},
                named(lambda n: scalars({name: getattr(n.state, name) for name in "xy"
                                         if name in n.state.names})), OF_A_TEXT)
        except (ValueError, AssertionError):  # too large to be drawn; or log(−1) nearly everywhere
            continue
        left -= OF_A_TEXT
        yield group


def digits(generator, count) -> Groups:
    kinds = [(4, 3), (16, 8)]
    for widths in kinds:
        for start in range(0, shares(count, kinds), 20):  # so that arrays stay small
            group = Group(partial(formulas.cross_entropy, activations=["relu", "relu"]), widths,
                          True)
            yield filled("digits", group, lambda widths=widths: {
                "hidden1": widths[0], "hidden2": widths[1], "epochs": 0,
                "init": str(generator.choice(["zeros", "small", "xavier", "he", "large"])),
                "seed": int(generator.integers(1_000_000))}, of_layers,
                min(20, shares(count, kinds) - start))


GROUPS: dict[str, Callable[[np.random.Generator, int], Groups]] = {
    name: globals()[name] for name in KINDS if name != "example"}
