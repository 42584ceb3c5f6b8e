"""A whole lab in few lines: y = w2 f(w1 x) on one point. All shared tests run on it too."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import numpy as np

from mlp_widgets.core import Network, forward
from mlp_widgets.drawing.picture import Picture, Scene
from mlp_widgets.explain.notation import Notation, Var
from mlp_widgets.explain.numbers import NetworkNumbers
from mlp_widgets.fields import DATA, PARAMETER, RATE, State, choice, cover, number, place
from mlp_widgets.widgets.canvas import Slot
from mlp_widgets.widgets.lab import Lab
from mlp_widgets.widgets.presets import Preset

NOTATION = Notation({"w1": Var("w", 1), "w2": Var("w", 2)}, depth=2)
GRID = np.linspace(-3, 3, 61)


@dataclass(frozen=True)
class ExampleState(State):
    w1: float = number(0.6, PARAMETER, slider=(-2, 2, 0.05))
    w2: float = number(1.5, PARAMETER, slider=(-2, 2, 0.05))
    x: float = number(2.0, DATA, most=1e6, slider=(-3, 3, 0.1))
    activation: str = choice("relu", {"relu": "ReLU", "tanh": "tanh", "sigmoid": "σ"}, DATA)
    learning_rate: float = number(0.01, RATE, slider=(-4, 0, 0.1), log=True, positive=True)
    operation: int = place(11)
    covered: bool = cover()


class ExampleNumbers(NetworkNumbers):
    def __init__(self, state: ExampleState) -> None:
        network = Network([[[state.w1]], [[state.w2]]], None, [state.activation, "identity"])
        super().__init__(network, NOTATION, (state.x, 1.0))


@dataclass(frozen=True, eq=False)
class CurveScene(Scene):
    point: tuple[float, float]
    curve: np.ndarray

    def words(self) -> str:
        return "The output ŷ over x. At x = {:g}: ŷ = {:g}.".format(*self.point)


class CurvePicture(Picture):
    def build(self) -> None:
        axes = self.figure.subplots()
        axes.set(xlim=(-3, 3), ylim=(-5, 5), xlabel="x", title="the output ŷ over x")
        self.curve, self.mark = (self.moving(axes.plot([], [], style)[0]) for style in ("-", "o"))

    def update(self, scene: CurveScene) -> None:
        self.curve.set_data(GRID, scene.curve)
        self.mark.set_data(*zip(scene.point, strict=True))


def curve(n: ExampleNumbers) -> CurveScene:
    return CurveScene((n.value("a"), n.value("a", 2)), forward(n.network, [GRID]).output[0])


class ExampleLab(Lab[ExampleState, ExampleNumbers]):
    """y = w2 f(w1 x)."""

    state_type, title = ExampleState, "Two layers"
    compute = staticmethod(ExampleNumbers)
    presets: ClassVar = {"off": Preset({"w1": -0.5, "activation": "relu"}, "neuron off", "off")}
    slots = (Slot("curve", partial(CurvePicture, 420, 260), curve, "The output over x"),)
