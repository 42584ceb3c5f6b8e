"""Which labs are measured, and the notebook cells that make them.

A new lab is one more `LabCase`: its constructor, the slider that is moved, and a function that
draws the same content anew with pyplot, as an `interact` cell does.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LabCase:
    """A lab and what stands beside it.

    `cell` is a notebook cell that leaves the lab in the variable `lab`. `redraw` names, as
    "module:function", the function redraw(value, dpi) that draws the same content with pyplot.
    The slider of `parameter` starts at `start` and is moved in steps of `step`. `notebook` is the
    project's notebook in which the same slider is moved too, after Run All.
    """

    name: str
    cell: str
    redraw: str
    parameter: str
    start: float
    step: float
    low: float
    high: float
    notebook: str = ""

    @property
    def interact_cell(self) -> str:
        """A cell that leaves an `interact` of the same content in `box`, in the lab's pixels."""
        module, function = self.redraw.split(":")
        return INTERACT.format(module=module, function=function, **self.__dict__)


INTERACT = """\
%matplotlib inline
%config InlineBackend.print_figure_kwargs = {{"bbox_inches": None}}
import ipywidgets
from {module} import {function} as redraw
slider = ipywidgets.FloatSlider({start}, min={low}, max={high}, step={step})
box = ipywidgets.interactive(lambda {parameter}: redraw({parameter}, dpi=192), {parameter}=slider)
box.add_class("bench-interact")
box
"""

# The floor of the transport: a picture of 4 x 4 pixels, made anew in almost no time.
TINY = """\
import ipywidgets
from benchmarks.in_kernel import tiny_png
tiny_slider = ipywidgets.FloatSlider({start}, min={low}, max={high}, step={step})
tiny_picture = ipywidgets.Image(value=tiny_png({start}), format="png", width=4, height=4)
tiny_slider.observe(lambda change: tiny_picture.set_trait("value", tiny_png(change.new)), "value")
tiny = ipywidgets.VBox([tiny_slider, tiny_picture])
tiny.add_class("bench-tiny")
tiny
"""


CASES = [
    LabCase(
        name="one neuron",
        cell="from mlp_widgets import OneNeuronLab\nlab = OneNeuronLab(w=0.5)\nlab",
        redraw="benchmarks.by_pyplot:one_neuron",
        parameter="w",
        start=0.5,
        step=0.05,
        low=-3.0,
        high=3.0,
    ),
    LabCase(
        name="three neurons",
        cell="from mlp_widgets import ThreeNeuronLab\nlab = ThreeNeuronLab()\nlab",
        redraw="benchmarks.by_pyplot:three_neuron",
        parameter="b11",
        start=-5.9,
        step=0.1,
        low=-15.0,
        high=15.0,
        notebook="03_three_neuron.ipynb",
    ),
    LabCase(
        name="two hidden",
        cell="from mlp_widgets import TwoHiddenLab\nlab = TwoHiddenLab()\nlab",
        redraw="benchmarks.by_pyplot:two_hidden",
        parameter="w2_1",
        start=-1.0,
        step=0.05,
        low=-4.0,
        high=4.0,
    ),
    LabCase(
        name="computational graph",
        cell="from mlp_widgets import ComputationalGraphLab\n"
             "lab = ComputationalGraphLab(w=0.5)\nlab",
        redraw="benchmarks.by_pyplot:computational_graph",
        parameter="w",
        start=0.5,
        step=0.05,
        low=-3.0,
        high=3.0,
    ),
    LabCase(
        name="deep chain, depth 5",
        cell="from mlp_widgets import DeepChainLab\nlab = DeepChainLab(depth=5, w=-2)\nlab",
        redraw="benchmarks.by_pyplot:deep_chain_5",
        parameter="w",
        start=-2.0,
        step=0.05,
        low=-3.0,
        high=3.0,
    ),
    LabCase(
        name="deep chain, depth 100",
        cell="from mlp_widgets import DeepChainLab\n"
             "lab = DeepChainLab(depth=100, w=-2, skip=True)\nlab",
        redraw="benchmarks.by_pyplot:deep_chain_100",
        parameter="w",
        start=-2.0,
        step=0.05,
        low=-3.0,
        high=3.0,
    ),
    LabCase(
        name="wider networks",
        cell="from mlp_widgets import WideNetworkLab\nlab = WideNetworkLab()\nlab",
        redraw="benchmarks.by_pyplot:wide_network",
        parameter="width",
        start=100.0,
        step=1.0,
        low=1.0,
        high=200.0,
    ),
    LabCase(
        name="sigmoid features",
        cell="from mlp_widgets import SigmoidFeaturesLab\nlab = SigmoidFeaturesLab()\nlab",
        redraw="benchmarks.by_pyplot:sigmoid_features",
        parameter="w111",
        start=5.0,
        step=0.1,
        low=-10.0,
        high=10.0,
        notebook="06_sigmoid_features.ipynb",
    ),
    LabCase(
        name="sums of ReLUs, K = 30",
        cell="from mlp_widgets import ReluSumsLab\nlab = ReluSumsLab(K=30)\nlab",
        redraw="benchmarks.by_pyplot:relu_sums",
        parameter="w2j",
        start=1.0,
        step=0.2,
        low=-20.0,
        high=20.0,
    ),
    LabCase(
        name="names, 784-300-100-10",
        cell="from mlp_widgets import NamesCountsLab\nlab = NamesCountsLab(n0=784, n1=300, n2=100, "
             "n3=10, layer=1, output=200, input=300)\nlab",
        redraw="benchmarks.by_pyplot:names_counts",
        parameter="input",
        start=300.0,
        step=1.0,
        low=0.0,
        high=784.0,
    ),
    LabCase(
        name="training loop",
        cell="from mlp_widgets import TrainingLoopLab\nlab = TrainingLoopLab(operation=5)\nlab",
        redraw="benchmarks.by_pyplot:training_loop",
        parameter="w",
        start=0.35,
        step=0.05,
        low=-4.0,
        high=4.0,
    ),
    LabCase(
        name="digits",
        cell="from mlp_widgets import DigitsLab\nlab = DigitsLab(epochs=30)\nlab",
        redraw="benchmarks.by_pyplot:digits",
        parameter="digit",
        start=18,
        step=1,
        low=0,
        high=1796,
        notebook="11_digits.ipynb",
    ),
]
