"""The three-neuron lab: the lecture's numbers, and a lab that always says what it was told.

Numbers of CMU 10-315, P. Virtue, "Neural Networks", three-neuron traffic network, polls 1 to 3;
the MSEs are those of the measured means in mlp_widgets/lectures/traffic_data.py.
"""

from __future__ import annotations

import gc
import html
import io
import re
import sys
import threading
import tracemalloc
from itertools import pairwise

import ipywidgets
import numpy as np
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from matplotlib.figure import Figure
from oracle import SCALAR_ACTIVATIONS, H, compare
from PIL import Image
from test_canvas import STEP, check_structure, gap
from test_numbers import half_a_digit, read
from test_panel import live_widgets, text_of
from test_runner import WAIT, run_threads

from mlp_widgets import ThreeNeuronLab
from mlp_widgets.core import Diverged
from mlp_widgets.lectures.three_neuron import LARGEST
from mlp_widgets.lectures.three_neuron_model import (
    LECTURE,
    PARAMETERS,
    STUCK,
    ZEROS,
    random_start,
    ranges_for,
)
from mlp_widgets.widgets import panel as panel_module

OWN = ([0.0, 2.0, 2.0, 5.0, 9.0], [40.0, -10.0, 20.0, 60.0, 30.0])  # x = 2 stands twice
TINY = ([1.0, 2.0, 3.0, 4.0], [1e-5, 2e-5, 1e-5, 3e-5])
LARGE = ([2000.0, 2010.0, 2020.0], [8.1e6, 9.3e6, 8.5e6])
DATA = ("all days", "weekday", "weekend", OWN)
ACTIVATIONS = ("relu", "sigmoid", "tanh")
OPTIMUM = 0.3212  # of all days, see test_optimum.py


def new_lab():
    return ThreeNeuronLab(scale=0.5)


@pytest.fixture
def lab(shared):
    """One lab for many tests, each of which finds it as it was made."""
    shared.reset()
    shared._undo, shared._best, shared._group = [], {}, (None, 0.0)
    shared._revealed.clear()
    shared._given[3:], shared._seed = [], -1
    shared.complain("")
    shared._refresh()
    yield shared
    shared.pause()
    shared.runner.join(WAIT)


@pytest.fixture
def own_lab():
    """A function that makes labs, which are closed at the end."""
    made = []

    def make(**options):
        made.append(ThreeNeuronLab(**{"scale": 0.25, **options}))
        return made[-1]

    yield make
    for each in made:
        each.close()


def cell(lab, name: str) -> str:
    """What a cell of the board shows."""
    return re.search(rf'class="mlp-mse-{name}">([^<]*)<', lab.controls.board.value)[1]


def shown_gradient(lab, name: str) -> str:
    return re.search(rf'class="mlp-gradient-{name}">([^<]*)<', lab.table.gradients.value)[1]


def near(text: str, value: float) -> bool:
    """True if the text is the value to its last digit; an exact 0 is 0."""
    if value == 0 or text == "0":
        return value == 0 and text in ("0", "0.0000")
    return abs(read(text) - value) <= 1.001 * half_a_digit(text)


def pictures(lab) -> dict[str, np.ndarray]:
    return {name: lab.pictures[name].render().copy() for name in ("fit", lab.state.view)}


# --- the lecture's numbers ---


def test_the_lecture_has_seven_parameters(lab):
    assert len(lab.parameters) == len(lab.gradient) == len(lab.table.sliders) == 7
    assert lab.solution.network.parameter_count == 7
    assert lab.parameters == LECTURE


def test_the_mses(lab):
    assert round(lab.mse, 4) == 0.5019
    assert round(lab.rivals.quadratic.mse, 4) == 0.5012
    assert round(lab.rivals.line.mse, 3) == 2.553
    assert round(lab.rivals.optimum.mse, 4) == OPTIMUM
    assert [cell(lab, name) for name in ("now", "lecture", "quadratic", "line", "best")] == [
        "0.5019", "0.5019", "0.5012", "2.5534", "–"]  # fmt: skip


def test_the_quadratic(lab):
    # in exact fractions the constant is -0.70832, which rounds to -0.7083
    c, b, a = np.round(lab.rivals.quadratic.coefficients, 4)
    assert (a, b, c) == (-0.0335, 0.8718, -0.7083)


def test_the_fit(lab):
    first, second = lab.kinks
    assert first == pytest.approx(14.75, rel=1e-12) and round(second, 3) == 8.667
    y = {x: lab_at(lab, x) for x in (0, 4, 8, 26 / 3, 10, 12, 14.75, 16, 20, 24)}
    expected = {0: -0.1, 26 / 3: 5.1, 10: 5.1, 12: 5.1, 14.75: 5.1, 24: 1.4}
    for x, value in expected.items():
        assert y[x] == pytest.approx(value, rel=1e-12), x
    assert (y[4] - y[0]) / 4 == pytest.approx(0.6) == (y[8] - y[4]) / 4
    assert (y[20] - y[16]) / 4 == pytest.approx(-0.4) == (y[24] - y[20]) / 4


def lab_at(lab, x):
    """ŷ at x, by the lecture's formula, after the lab's own answer was compared with it."""
    p = lab.parameters
    lab.change(hour=float(x))
    a = [max(0.0, p[f"b1{j}"] + p[f"w1{j}"] * x) for j in (1, 2)]
    formula = p["b21"] + p["w21"] * a[0] + p["w22"] * a[1]
    received = float(lab.solution.at_hour.output[0, 0])
    assert received == pytest.approx(formula, rel=1e-12, abs=1e-12)
    return received


def test_the_stuck_start_ends_on_a_plateau_above_the_optimum(lab):
    lab.preset("stuck")
    assert lab.parameters == STUCK
    lab.step(20000)
    assert lab.mse == pytest.approx(0.365, abs=5e-4)
    assert lab.mse > lab.rivals.optimum.mse + 0.04
    assert lab.path[-5000][1] - lab.mse < 1e-3  # it hardly falls any more


# --- gradients ---


def formula_J(p: dict, x, y, activation: str):
    """The lecture's J in Python's complex numbers, one point at a time."""
    f, J = SCALAR_ACTIVATIONS[activation], 0.0
    for u, target in zip(x, y, strict=True):
        a1, a2 = f(p["b11"] + p["w11"] * u), f(p["b12"] + p["w12"] * u)
        J += (p["b21"] + p["w21"] * a1 + p["w22"] * a2 - target) ** 2 / len(x)
    return J


def complex_gradient(lab) -> dict[str, float]:
    points, p = lab.state.data, {n: complex(v) for n, v in lab.parameters.items()}
    return {
        name: formula_J({**p, name: p[name] + H * 1j}, points.x.tolist(), points.y.tolist(),
                        lab.state.activation).imag / H
        for name in PARAMETERS
    }  # fmt: skip


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("data", DATA, ids=str)
def test_gradients_are_those_of_complex_step(lab, data, activation):
    lab.set(data=data, activation=activation)
    for start in (LECTURE, STUCK, {**LECTURE, "b11": 2.0}, random_start(0, lab.state.data)):
        lab.set(**start)
        truth = complex_gradient(lab)
        for name in PARAMETERS:
            compare(name, lab.gradient[name], truth[name], 1e-9)
        points = lab.state.data
        J = formula_J(lab.parameters, points.x.tolist(), points.y.tolist(), activation)
        compare("J", lab.mse, complex(J).real, 1e-12)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("data", DATA, ids=str)
def test_a_gradient_is_a_product_along_the_path(lab, data, activation):
    lab.set(data=data, activation=activation, w11=0.35, b12=5.0, w21=-1.5, w22=-0.7)
    for name in PARAMETERS:
        factors = [lab.path_factors(name, x) for x in lab.state.data.x]
        assert {len(f) for f in factors} == {4 if name in ("w11", "b11", "w12", "b12") else 2}
        mean = np.mean([np.prod(f) for f in factors])
        assert mean == pytest.approx(lab.gradient[name], rel=1e-9, abs=1e-12)


def test_the_factors_are_those_of_the_lecture(lab):
    # at 8 o'clock: ŷ = 5.1 - (5.2 - 4.8) = 4.7, y = 4.587; neuron 1 is off, neuron 2 on
    outer = 2 * (4.7 - 4.587)
    for name, factors in {
        "b21": [outer, 1], "w21": [outer, 0], "w22": [outer, 0.4],
        "w11": [outer, -1, 0, 8], "b11": [outer, -1, 0, 1],
        "w12": [outer, -1, 1, 8], "b12": [outer, -1, 1, 1],
    }.items():  # fmt: skip
        assert lab.path_factors(name, 8) == pytest.approx(factors, rel=1e-12), name


@pytest.mark.parametrize(("name", "x"), [("w11", 8.5), ("w13", 8), ("w11", -1)])
def test_factors_of_what_is_not_there(lab, name, x):
    with pytest.raises(ValueError, match="no parameter"):
        lab.path_factors(name, x)


def test_the_landscape_is_J_of_single_runs(lab):
    for across, up, activation in (("w11", "b11", "relu"), ("b21", "w22", "tanh")):
        lab.set(across=across, up=up, activation=activation, w21=-1.5)
        values, others, J = lab.solution.landscape(ranges_for(lab.state.data))
        assert J.shape == (len(others), len(values)) == (101, 101)
        assert (values[0], values[-1]) == ranges_for(lab.state.data)[across][:2]
        assert (others[0], others[-1]) == ranges_for(lab.state.data)[up][:2]
        for row, column in np.random.default_rng(3).integers(0, 101, (25, 2)):
            p = {**lab.parameters, across: values[column], up: others[row]}
            points = lab.state.data
            single = formula_J(p, points.x.tolist(), points.y.tolist(), activation)
            assert J[row, column] == pytest.approx(complex(single).real, rel=1e-12)


def test_neurons_are_on_off_or_dead(lab):
    assert lab.solution.off == ("off", "on")  # at 8: z11 = -2.7, z12 = 0.4
    lab.set(hour=20.0)
    assert lab.solution.off == ("on", "off")
    lab.set(b12=-1.0)
    assert lab.solution.off == ("on", "dead")
    assert [lab.gradient[name] for name in ("w12", "b12", "w22")] == [0, 0, 0]
    assert "neuron 2 is dead" in text_of(lab.status)
    lab.set(activation="sigmoid")
    assert lab.solution.off == ("on", "on") and "dead" not in text_of(lab.status)
    lab.set(activation="relu", w12=0.0, b12=0.0)  # z is 0 everywhere: slope 1
    assert lab.solution.off[1] == "on"
    assert "neuron 2 is on the kink (z = 0, slope 1)" in text_of(lab.status)


# --- controls and state ---

MOVES = st.sampled_from(["low", "high", "step", "between"])
PARAMETER = st.sampled_from(list(PARAMETERS))


class Session(RuleBasedStateMachine):
    """A student at the lab. ``model`` is what was set, kept beside the lab's own state."""

    def __init__(self):
        super().__init__()
        self.lab = ThreeNeuronLab(scale=0.25)
        self.model = dict(LECTURE)
        self.others = {"data": "all days", "activation": "relu", "view": "network",
                       "edges": "values", "across": "w11", "up": "b11", "rivals": (),
                       "learning_rate": 0.001, "hour": 8.0}  # fmt: skip
        self.history = []

    def remember(self):
        self.history.append((dict(self.model), self.others["data"], self.others["activation"],
                             self.others["hour"]))

    def moved(self, **changes):
        """The lab was told to take these; undo goes back to what was before."""
        if {**self.model, **changes} != self.model:
            self.remember()
        self.model.update(changes)
        self.check()
        assert text_of(self.lab.error) == ""

    def apart(self):
        """Let the next move be a step of its own for undo."""
        self.lab._group = (None, 0.0)

    @rule(name=PARAMETER, move=MOVES, share=st.floats(0, 1))
    def slider(self, name, move, share):
        self.apart()
        slider = self.lab.table.sliders[name]
        low, high = slider.min, slider.max
        value = {"low": low, "high": high, "between": low + share * (high - low),
                 "step": slider.on_step(slider.value + slider.step)}[move]
        if value == slider.value:
            return  # a slider tells nothing if it does not move
        slider.value = value
        self.moved(**{name: value})

    @rule(name=PARAMETER, value=st.one_of(
        st.floats(-100, 100), st.sampled_from([0.0, 1e6, -1e6, 1e-12, 0.123456, LARGEST])))
    def box(self, name, value):
        self.apart()
        if value == self.lab.table.boxes[name].value:
            return
        self.lab.table.boxes[name].value = value
        self.moved(**{name: value})

    @rule(name=PARAMETER, value=st.sampled_from([np.nan, np.inf, -np.inf, 1e31]))
    def bad_box(self, name, value):
        self.lab.table.boxes[name].value = value
        assert f"{name} must be a number from" in text_of(self.lab.error)
        self.check()

    @rule(which=st.integers(0, 3))
    def preset(self, which):
        seed = self.lab._seed
        self.lab.controls.presets[which].click()
        values = [LECTURE, ZEROS, None, STUCK][which]
        if values is None:
            values = random_start(seed + 1, self.lab.state.data)
        self.moved(**values)

    @rule(count=st.sampled_from(["one", "ten"]))
    def descend(self, count):
        self.apart()
        getattr(self.lab.controls.descent, count).click()
        if self.model != self.lab.parameters:
            self.remember()
        self.model = self.lab.parameters
        message = text_of(self.lab.error)
        assert message == "" or (message.startswith("Stopped after step") and "Try" in message)
        self.check()

    @rule()
    def undo(self):
        self.lab.controls.undo.click()
        if self.history:
            earlier = self.history.pop()
            if earlier[1] != self.others["data"]:
                self.others["hour"] = earlier[3]
            self.model, self.others["data"], self.others["activation"] = earlier[:3]
        self.check()

    @rule(data=st.sampled_from(["all days", "weekday", "weekend", OWN, TINY, LARGE]))
    def data(self, data):
        if data == self.others["data"]:
            return
        self.apart()
        self.remember()
        if isinstance(data, str):
            self.lab.controls.data.value = data
        else:
            self.lab.set(data=data)
        self.others["data"] = data
        x = self.lab.state.data.x
        if not x[0] <= self.others["hour"] <= x[-1]:
            self.others["hour"] = 8.0 if x[0] <= 8 <= x[-1] else float(x[len(x) // 2])
        self.check()

    @rule(name=st.sampled_from(ACTIVATIONS))
    def activation(self, name):
        if name != self.others["activation"]:
            self.apart()
            self.remember()
            self.lab.controls.activation.value = name
            self.others["activation"] = name
        self.check()

    @rule(name=st.sampled_from(["view", "edges", "across", "up"]), data=st.data())
    def choice(self, name, data):
        control = getattr(self.lab.controls, name)
        options = ["values", "gradients"] if name == "edges" else [v for _, v in control.options]
        value = data.draw(st.sampled_from(options))
        control.value = value
        other = {"across": "up", "up": "across"}.get(name)
        if other and value == self.others[other]:
            assert text_of(self.lab.error) == (
                f"the landscape needs two different parameters, got {value} twice")
        else:
            self.others[name] = value
        self.check()

    @rule(name=st.sampled_from(["line", "quadratic"]))
    def rival(self, name):
        box = self.lab.controls.rivals[name]
        box.value = not box.value
        chosen = {*self.others["rivals"]} ^ {name}
        self.others["rivals"] = tuple(n for n in ("line", "quadratic") if n in chosen)
        self.check()

    @rule(value=st.sampled_from([1e-5, 0.001, 0.02, 0.5]), slider=st.booleans())
    def rate(self, value, slider):
        control = self.lab.controls.descent.rate if slider else self.lab.controls.descent.rate_box
        if control.value != value and self.others["learning_rate"] != value:
            control.value = value
            self.others["learning_rate"] = value
        self.check()

    @rule(share=st.floats(0, 1))
    def hour(self, share):
        slider = self.lab.controls.hour
        value = slider.on_step(slider.min + share * (slider.max - slider.min))
        if value != slider.value:
            slider.value = value
            self.others["hour"] = value
        self.check()

    @precondition(lambda self: self.others["activation"] == "relu")
    @rule()
    def reveal(self):
        # twice: the second press loads the optimum
        self.lab.controls.reveal.click()
        self.lab.controls.reveal.click()
        optimum = self.lab.rivals.optimum
        self.moved(**{name: getattr(optimum, name) for name in PARAMETERS})
        assert self.lab.mse == pytest.approx(optimum.mse, rel=1e-9, abs=1e-18)

    def check(self):
        """State is what was set; controls and texts show it."""
        lab, state, c = self.lab, self.lab.state, self.lab.controls
        assert lab.parameters == self.model
        source = state.data.source
        assert source == self.others["data"]
        for name in ("activation", "view", "edges", "across", "up", "rivals", "learning_rate",
                     "hour"):  # fmt: skip
            assert getattr(state, name) == self.others[name], name
        for name, value in self.model.items():
            slider, box = lab.table.sliders[name], lab.table.boxes[name]
            assert slider.value == slider.on_step(value)
            assert box.value == pytest.approx(value, rel=5.1e-4)
            assert near(shown_gradient(lab, name), lab.gradient[name])
        shown = (c.activation.value, c.view.value, c.edges.value, c.across.value, c.up.value)
        assert shown == (state.activation, state.view, state.edges, state.across, state.up)
        assert {n: box.value for n, box in c.rivals.items()} == {
            n: n in state.rivals for n in ("line", "quadratic")}  # fmt: skip
        assert c.data.value == (source if isinstance(source, str) else "own data")
        assert c.descent.rate_box.value == pytest.approx(state.learning_rate, rel=5.1e-3)
        assert c.descent.rate.value == c.descent.rate.on_step(state.learning_rate)
        assert c.hour.value == c.hour.on_step(state.hour)
        assert near(cell(lab, "now"), lab.mse)
        assert near(cell(lab, "line"), lab.rivals.line.mse)
        assert near(cell(lab, "quadratic"), lab.rivals.quadratic.mse)
        assert lab.best is None or lab.best[0] <= lab.mse or lab.parameters in lab._given or (
            lab.revealed and lab.parameters == lab._optimum)
        everything = " ".join(w.value for w in (lab.table.gradients, c.board, lab.status))
        assert "nan" not in everything.lower() and "not a number" not in everything
        assert lab.canvas.pictures == [lab.pictures["fit"], lab.pictures[state.view]]
        assert c.view_box.children == (c.view_lines[state.view],)

    def teardown(self):
        """The pictures are those of a lab that never knew another state."""
        lab = self.lab
        fresh = eval(repr(lab), {"ThreeNeuronLab": ThreeNeuronLab})
        try:
            assert repr(fresh) == repr(lab)
            assert (fresh.mse, fresh.gradient) == (lab.mse, lab.gradient)
            # the path of a descent is not part of the state, so a fresh lab can't draw it
            lab._path = []
            lab._refresh()
            for name, pixels in pictures(lab).items():
                assert (pixels == pictures(fresh)[name]).all(), name
            assert fresh.table.gradients.value == lab.table.gradients.value
            assert cell(fresh, "now") == cell(lab, "now")
        finally:
            fresh.close()
            lab.close()


TestSession = Session.TestCase
TestSession.settings = settings(
    max_examples=8, stateful_step_count=20,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # making an example shorter takes minutes
)


def test_both_ends_of_every_slider(lab):
    for name, slider in lab.table.sliders.items():
        for end in (slider.min, slider.max, slider.min):
            slider.value = end
            assert getattr(lab, name) == end == lab.table.boxes[name].value
            assert near(shown_gradient(lab, name), lab.gradient[name])
    assert text_of(lab.error) == ""
    assert lab.parameters == {n: ranges_for(lab.state.data)[n][0] for n in PARAMETERS}


def test_attributes_are_the_sliders(lab):
    lab.w11 = 0.5
    assert lab.table.sliders["w11"].value == 0.5 and lab.parameters == {**LECTURE, "w11": 0.5}
    lab.b21 = np.float64(4)
    assert lab.b21 == 4 and lab.mse == pytest.approx(lab.solution.mse)
    lab.set(w11=0.4, b21=5.1)
    assert round(lab.mse, 4) == 0.5019


def test_what_comes_back_from_the_browser_does_not_change_the_lab(lab):
    lab.set(**{name: value + 0.0123 for name, value in LECTURE.items()})
    before = lab.state
    for slider in lab.table.sliders.values():
        slider.set_state({"value": slider.value + 1e-15})
        slider.set_state({"value": slider.value})
    lab.controls.hour.set_state({"value": lab.controls.hour.value})
    lab.controls.descent.rate.set_state({"value": lab.controls.descent.rate.value})
    assert lab.state is before
    slider = lab.table.sliders["w11"]
    slider.set_state({"value": slider.value + slider.step})
    assert lab.w11 == slider.value == 0.45


def test_a_run_is_not_disturbed_by_values_that_come_back_late(lab):
    frames = []
    for _ in range(5):
        lab.step(20)
        frames.append({name: s.value for name, s in lab.table.sliders.items()})
    before = lab.state
    for frame in frames:
        for name, value in frame.items():
            lab.table.sliders[name].set_state({"value": value})
    assert lab.state is before


CHANGES_PICTURE = {
    "a slider": ("fit", {"w11": 0.45}, {}), "a slider, network": ("network", {"b21": 4.0}, {}),
    "a slider, landscape": ("landscape", {"w22": 0.5}, {"view": "landscape"}),
    "a rival": ("fit", {"rivals": ("line",)}, {}),
    "the other rival": ("fit", {"rivals": ("quadratic",)}, {"rivals": ("line",)}),
    "no rival": ("fit", {"rivals": ()}, {"rivals": ("line",)}),
    "the hour": ("network", {"hour": 9.0}, {}), "edges": ("network", {"edges": "gradients"}, {}),
    "across": ("landscape", {"across": "w12"}, {"view": "landscape"}),
    "up": ("landscape", {"up": "w12"}, {"view": "landscape"}),
    "data": ("fit", {"data": "weekday"}, {}), "activation": ("fit", {"activation": "tanh"}, {}),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES_PICTURE)
def test_what_changes_a_picture_sends_it(lab, what):
    name, changes, before = CHANGES_PICTURE[what]
    lab.set(**before)
    old, image = lab.pictures[name].render().copy(), lab.canvas.image.value
    lab.set(**changes)
    assert (lab.pictures[name].render() != old).any()
    assert lab.canvas.image.value != image


@pytest.mark.parametrize("changes", [{"learning_rate": 0.5}, {"up": "w22"}, {"w11": 0.4}], ids=str)
def test_what_changes_no_picture_sends_none(lab, changes):
    image = lab.canvas.image.value
    lab.set(**changes)
    assert lab.canvas.image.value is image


# --- repr ---


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"w11": 0.1 + 0.2, "b11": -1e-17, "w22": 123456.789},
        {"data": "weekend", "activation": "tanh", "hour": 3.0},
        {"data": OWN},
        {"data": OWN, "hour": 5.0, "view": "landscape", "across": "w22", "up": "b21"},
        {"rivals": ("quadratic",), "edges": "gradients", "learning_rate": 0.05, "scale": 0.5},
        {"rivals": ["line", "quadratic"], "w11": np.float32(0.5), "b21": 3},
    ],
)
def test_repr_rebuilds_the_lab(own_lab, options):
    one = own_lab(**options)
    other = eval(repr(one), {"ThreeNeuronLab": own_lab})
    assert repr(other) == repr(one)
    assert (other.mse, other.gradient, other.kinks) == (one.mse, one.gradient, one.kinks)
    for name in ("activation", "hour", "view", "edges", "across", "up", "rivals", "learning_rate"):
        assert getattr(other.state, name) == getattr(one.state, name)
    assert other.state.data.x.tolist() == one.state.data.x.tolist()
    assert "np." not in repr(one) and other.scale == one.scale


def test_repr_names_the_file(own_lab, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "counts.csv").write_text("hour,count\n0,1\n6,4\n12,2.5\n")
    one = own_lab(data="counts.csv")
    assert "data='counts.csv'" in repr(one) and one.controls.data.value == "own data"
    assert "counts.csv" in text_of(one.status)
    other = eval(repr(one), {"ThreeNeuronLab": own_lab})
    assert repr(other) == repr(one) and other.mse == one.mse


def test_the_repr_of_the_lecture():
    made = ThreeNeuronLab()
    assert repr(made) == ("ThreeNeuronLab(w11=0.4, b11=-5.9, w12=-0.6, b12=5.2, w21=-1.0, "
                          "w22=-1.0, b21=5.1)")
    made.close()


# --- bad input ---

# fmt: off
BAD = [
    ({"w11": np.nan}, "w11 must be a number from −1e30 to 1e30, got not a number"),
    ({"b21": np.inf}, "b21 must be a number from −1e30 to 1e30, got ∞"),
    ({"b21": -np.inf}, "got −∞"), ({"w22": 10**400}, "got ∞"), ({"w22": 1e31}, "got 1e31"),
    ({"w11": "0.5"}, "w11 must be a number, got '0.5'"), ({"w11": True}, "w11 must be a number"),
    ({"w11": None}, "w11 must be a number, got None"), ({"w11": [1.0]}, "w11 must be a number"),
    ({"w11": np.array([1.0, 2.0])}, "w11 must be a number"), ({"w11": 1j}, "w11 must be a number"),
    ({"hour": "8"}, "hour must be a number, got '8'"), ({"hour": np.nan}, "hour must be"),
    ({"activation": "RELU"}, "unknown activation 'RELU'; known are relu, sigmoid, tanh"),
    ({"activation": None}, "unknown activation None"), ({"view": "map"}, "unknown view 'map'"),
    ({"edges": 3}, "unknown edges 3"), ({"across": "w13"}, "unknown axis 'w13'"),
    ({"across": "b11"}, "the landscape needs two different parameters, got b11 twice"),
    ({"up": "w11"}, "the landscape needs two different parameters, got w11 twice"),
    ({"rivals": ("cubic",)}, "unknown rival 'cubic'"),
    ({"rivals": "line"}, "rivals must be a list"), ({"rivals": 5}, "rivals must be a list"),
    ({"learning_rate": 0}, "the learning rate must be positive, got 0"),
    ({"learning_rate": -0.1}, "positive"), ({"learning_rate": np.nan}, "learning_rate must be"),
    ({"learning_rate": "fast"}, "learning_rate must be a number, got 'fast'"),
    ({"data": "holiday"}, "there is no file 'holiday'"), ({"data": ([1, 2], [3, 4])}, "at least 3"),
    ({"data": ([1, 2, np.nan], [3, 4, 5])}, "point 3 is (nan, 5.0)"),
    ({"data": "weekday", "hour": "8"}, "hour must be a number"),
    ({"data": "weekday", "w11": np.nan}, "w11 must be a number"),
]
# fmt: on


def one_sentence(error) -> str:
    text = str(error.value)
    assert text and "\n" not in text and len(text) < 250
    return text


@pytest.mark.parametrize(("changes", "sentence"), BAD, ids=str)
def test_bad_input_from_code(lab, changes, sentence):
    lab.set(w11=0.3)
    before = lab.state, lab.solution, repr(lab), list(lab._undo)
    image = lab.canvas.image.value
    with pytest.raises(ValueError) as error:
        lab.set(**changes)
    assert sentence in one_sentence(error)
    assert (lab.state, lab.solution, repr(lab), lab._undo) == before
    assert lab.canvas.image.value == image


@pytest.mark.parametrize(("options", "sentence"), [*BAD, ({"scale": 0}, "scale must be"),
    ({"scale": "big"}, "scale must be a number"), ({"scale": np.nan}, "scale must be"),
    ({"scale": 1e6}, "scale must be"), ({"scale": True}, "scale must be")], ids=str)  # fmt: skip
def test_bad_input_to_the_constructor(options, sentence):
    before = live_widgets()
    with pytest.raises(ValueError) as error:
        ThreeNeuronLab(**options)
    assert sentence in one_sentence(error)
    assert live_widgets() == before  # nothing stays of what was not made


def test_unknown_names(lab):
    with pytest.raises(ValueError, match=r"unknown field 'w13'; known are w11, b11"):
        lab.set(w13=1.0)
    with pytest.raises(ValueError, match="unknown preset 'best'; known are lecture, zeros"):
        lab.preset("best")
    with pytest.raises(TypeError):
        ThreeNeuronLab(w13=1.0)
    with pytest.raises(TypeError):
        ThreeNeuronLab(0.4)


@pytest.mark.parametrize("value", [np.nan, np.inf, -1e31])
@pytest.mark.parametrize("name", ["w11", "b21"])
def test_bad_numbers_in_a_box(lab, name, value):
    lab.table.boxes[name].value = value
    assert f"{name} must be a number" in text_of(lab.error) and 'role="alert"' in lab.error.value
    assert lab.parameters == LECTURE and lab.table.boxes[name].value == LECTURE[name]
    lab.table.boxes[name].value = 1.0
    assert text_of(lab.error) == "" and lab.parameters[name] == 1.0


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan])
def test_a_bad_learning_rate_in_its_box(lab, value):
    lab.controls.descent.rate_box.value = value
    assert "learning" in text_of(lab.error)
    assert lab.state.learning_rate == 0.001 == lab.controls.descent.rate_box.value


def test_the_same_parameter_on_both_axes(lab):
    lab.set(view="landscape")
    lab.controls.up.value = "w11"
    assert "two different parameters, got w11 twice" in text_of(lab.error)
    assert lab.controls.up.value == lab.state.up == "b11"


def upload(lab, content: bytes, name="a.csv"):
    """What ipywidgets gives when a file was chosen; in 7 the page counts the files up."""
    from datetime import datetime, timezone

    control, file = lab.controls.upload, {"name": name, "type": "text/csv", "size": len(content)}
    if ipywidgets.__version__.startswith("7."):
        control.metadata, control.data = [{**file, "lastModified": 1767225600000}], [content]
        control._counter += 1
    else:
        control.value = ({**file, "content": memoryview(content),
                          "last_modified": datetime(2026, 1, 1, tzinfo=timezone.utc)},)  # fmt: skip


def test_a_file_from_the_browser(lab):
    for _ in range(2):  # the same file again, after other data
        upload(lab, b"x;y\n0;1,5\n3;2\n6;4,25\n")
        points = lab.state.data
        assert (points.x.tolist(), points.y.tolist()) == ([0, 3, 6], [1.5, 2, 4.25])
        assert lab.controls.data.value == "own data" and text_of(lab.error) == ""
        lab.controls.data.value = "weekday"
        assert lab.state.data.name == "weekday" and "own data" not in lab.controls.data.options


@pytest.mark.parametrize(("content", "sentence"), [
    (b"<b>\n<i>bold</i>, x\n1,2", "line 2 is not two numbers: '<i>bold</i>, x'"),
    (bytes(range(200)), "not plain text"), (b"1\n2\n3\n", "1 column"),
    (b"1,2,3\n" * 3, "3 columns"),
    (b"1,2\n2,nan\n3,4", "must be finite"), (b"1,2\n3,4", "at least 3 points"),
    (b"1,2\n3,4\n5,1e12", "at most 1e9"), (b"", "at least 3 points"),
])  # fmt: skip
def test_a_bad_file_from_the_browser(lab, content, sentence):
    lab.set(w11=0.3)
    before = lab.state
    upload(lab, content)
    assert sentence in text_of(lab.error) and lab.state is before
    assert "<i>" not in lab.error.value and lab.controls.data.value == "all days"
    upload(lab, content)  # the same again is an error again
    assert sentence in text_of(lab.error)


@pytest.mark.parametrize("target", ["solve", "show", "describe"])
def test_an_unexpected_exception_shows_in_the_panel(lab, monkeypatch, target):
    before = lab.state, lab.solution

    def fail(*_):
        raise ZeroDivisionError("division by <zero>") if target == "solve" else KeyError("<key>")

    monkeypatch.setattr(lab, target, fail)
    lab.table.sliders["w11"].value = 1.0
    assert "&lt;" in lab.error.value and (lab.state, lab.solution) == before
    monkeypatch.undo()
    lab.table.sliders["w12"].value = 1.0
    assert lab.parameters == {**LECTURE, "w12": 1.0} and text_of(lab.error) == ""
    assert lab.table.sliders["w11"].value == 0.4


def test_a_picture_that_fails_once_leaves_the_last_good_one(lab, monkeypatch):
    good, real, calls = lab.canvas.image.value, lab.pictures["fit"].update, []
    before = pictures(lab)

    def fail_once(view):
        real(view)
        calls.append(view)
        if len(calls) == 1:
            raise RuntimeError("no ink")

    monkeypatch.setattr(lab.pictures["fit"], "update", fail_once)
    lab.table.sliders["w11"].value = 1.0
    assert "RuntimeError: no ink" in text_of(lab.error) and lab.w11 == 0.4
    assert lab.canvas.image.value == good and len(calls) == 1
    assert lab.canvas.pictures and (pictures(lab)["fit"] == before["fit"]).all()


# --- undo, presets, best, reveal ---


def test_undo_of_a_descent_is_one_step(lab):
    lab.step(10)
    lab.step(10)
    lab.step()
    assert lab.parameters != LECTURE
    lab.undo()
    assert lab.parameters == LECTURE
    lab.undo()
    assert "Nothing to undo" in text_of(lab.status)


def test_quick_moves_of_a_slider_are_one_step_of_undo(lab, monkeypatch):
    from types import SimpleNamespace

    now = SimpleNamespace(seconds=0.0)
    monkeypatch.setattr(panel_module, "time", SimpleNamespace(monotonic=lambda: now.seconds))
    for value in (0.5, 0.6, 0.7):
        now.seconds += 0.3
        lab.table.sliders["w11"].value = value
    now.seconds += 5
    lab.table.sliders["w11"].value = 0.8
    lab.table.sliders["w12"].value = 0.8
    for expected in ({"w11": 0.8}, {"w11": 0.7}, {}):
        lab.undo()
        assert lab.parameters == {**LECTURE, **expected}


def test_undo_of_other_data_brings_its_hour_back(lab):
    lab.set(hour=20.0)
    lab.set(data=([100.0, 200.0, 300.0], [1.0, 2.0, 4.0]))
    assert lab.state.hour == 200.0
    lab.undo()
    assert lab.state.data.name == "all days" and lab.state.hour == 20.0 == lab.controls.hour.value
    lab.controls.hour.value = 5.0
    lab.w11 = 0.7
    lab.controls.hour.value = 6.0
    lab.undo()  # of w11 only: the hour is a view
    assert (lab.w11, lab.state.hour) == (0.4, 6.0)


def test_reset_brings_back_the_call(own_lab):
    made = own_lab(w11=0.7, data="weekend", view="landscape")
    made.set(w11=1.0, data=OWN, activation="tanh", view="network", hour=2.0)
    made.reset()
    assert made.state == made.initial and "data='weekend'" in repr(made)
    made.undo()
    assert made.state.activation == "tanh"


def test_presets(lab):
    lab.preset("zeros")
    assert lab.parameters == ZEROS
    lab.preset("random", seed=3)
    third = lab.parameters
    lab.preset("random")
    assert lab.parameters != third and "seed 4" in text_of(lab.status)
    lab.preset("random", seed=3)
    assert lab.parameters == third
    lab.preset("lecture")
    assert lab.parameters == LECTURE


@pytest.mark.parametrize("data", [*DATA, TINY, LARGE], ids=str)
def test_random_starts_lie_on_the_sliders(lab, data):
    lab.set(data=data)
    ranges = ranges_for(lab.state.data)
    for seed in range(30):
        start = random_start(seed, lab.state.data)
        for name, value in start.items():
            assert ranges[name][0] <= value <= ranges[name][1], (seed, name)
        x = lab.state.data.x
        for j in "12":
            kink, rounding = -start[f"b1{j}"] / start[f"w1{j}"], 1e-3 * np.abs(x).max()
            assert x[0] - rounding <= kink <= x[-1] + rounding


def test_best_is_the_smallest_you_found(lab):
    lab.controls.best.click()
    assert "No best yet" in text_of(lab.status) and lab.best is None
    lab.preset("stuck")
    assert lab.best is None and cell(lab, "best") == "–"  # it was given, not found
    lab.set(w21=-1.5)
    found = lab.mse, lab.parameters
    assert lab.best == found and near(cell(lab, "best"), found[0])
    lab.set(w21=2.0)
    assert lab.best == found
    lab.bring_back_best()
    assert (lab.mse, lab.parameters) == found
    lab.step()
    assert lab.best[0] < found[0]


def test_best_belongs_to_the_data_and_the_activation(lab):
    lab.set(w21=-1.5)
    all_days = lab.best
    lab.set(data="weekend")
    assert lab.best == (lab.mse, lab.parameters) != all_days
    lab.preset("lecture")
    lab.set(data="all days", activation="sigmoid")
    assert lab.best is None
    lab.set(activation="relu")
    assert lab.best == all_days


def test_reveal(lab):
    assert cell(lab, "optimum") == "?" and not lab.revealed
    lab.controls.reveal.click()
    gap_ = lab.mse - lab.rivals.optimum.mse
    assert lab.parameters == LECTURE and lab.revealed
    shown = re.findall(r"[\d.]+\d", cell(lab, "optimum"))
    assert [near(t, v) for t, v in zip(shown, (OPTIMUM, gap_), strict=True)] == [
        abs(lab.rivals.optimum.mse - OPTIMUM) <= 5.1e-5, True]  # fmt: skip
    assert "Press again to load it" in text_of(lab.status)
    assert lab.controls.reveal.description == "Load optimum"
    lab.controls.reveal.click()
    assert lab.mse == pytest.approx(lab.rivals.optimum.mse, rel=1e-12)
    assert "Every gradient is 0 but for rounding" in text_of(lab.status)
    assert lab.best is None  # it was given
    assert cell(lab, "optimum").endswith("+0.0000)")
    lab.set(data="weekday")
    assert cell(lab, "optimum") == "?"


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_reveal_is_for_relu(lab, activation):
    lab.set(activation=activation)
    with pytest.raises(ValueError) as error:
        lab.reveal()
    assert "known for ReLU only" in one_sentence(error)
    lab.controls.reveal.click()
    assert "known for ReLU only" in text_of(lab.error) and not lab.revealed
    assert cell(lab, "optimum") == "known for ReLU only"


@pytest.mark.parametrize("data", [OWN, TINY, LARGE, ([2.0, 2.0, 2.0], [5.0, 4.0, 5.0])], ids=str)
def test_the_optimum_of_own_data_can_be_loaded(lab, data):
    lab.set(data=data)
    lab.reveal()
    lab.reveal()
    assert lab.mse == pytest.approx(lab.rivals.optimum.mse, rel=1e-6, abs=1e-18)
    assert lab.mse <= lab.rivals.quadratic.mse * (1 + 1e-9) or len(set(data[0])) > 4


@pytest.mark.parametrize("data", [OWN, TINY, LARGE, ([0.0, 1.0, 2.0], [1e9, -1e9, 0.0]),
                                  ([0.0, 1e-100, 2e-100], [1e9, 1.0, 2.0])], ids=str)  # fmt: skip
def test_own_data_rescale_the_axes_and_sliders(lab, data):
    lab.set(data=data)
    x, y = (np.array(column) for column in data)
    low, high = lab.pictures["fit"].fit.get_ylim()
    assert low < y.min() and y.max() < high and high - low < 2 * np.ptp(y)
    left, right = lab.pictures["fit"].fit.get_xlim()
    assert left <= x.min() and x.max() <= right and right - left <= 1.2 * np.ptp(x)
    assert lab.controls.hour.min == x.min()
    assert lab.table.sliders["b21"].max >= np.abs(y).max()
    for slider in lab.table.sliders.values():
        for end in (slider.min, slider.max):
            slider.value = end
            assert text_of(lab.error) == "", end
    lab.set(view="landscape")
    lab.preset("random")
    lab.set(data="all days")
    assert lab.pictures["fit"].fit.get_xlim()[1] < 25 and lab.table.sliders["b21"].max == 15


# --- gradient descent ---


def test_a_step_is_theta_minus_alpha_gradient(lab):
    gradient = lab.gradient
    lab.controls.descent.one.click()
    for name, value in lab.parameters.items():
        assert value == pytest.approx(LECTURE[name] - 0.001 * gradient[name], rel=1e-12)
    assert [step[0] for step in lab.path] == [LECTURE, lab.parameters]
    lab.controls.descent.ten.click()
    assert len(lab.path) == 12 and lab.path[-1] == (lab.parameters, lab.mse)
    J = [step[1] for step in lab.path]
    assert all(later < earlier for earlier, later in pairwise(J))


def test_ten_steps_are_ten_times_one(lab):
    lab.step(10)
    ten = lab.parameters
    lab.undo()
    for _ in range(10):
        lab.step()
    assert lab.parameters == ten


def test_a_move_begins_a_new_path_and_rewind_goes_to_its_start(lab):
    lab.step(5)
    lab.w11 = 0.5
    assert lab.path == [(lab.parameters, lab.mse)]
    start = lab.parameters
    lab.step(5)
    assert len(lab.path) == 6
    lab.controls.descent.rewind.click()
    assert lab.parameters == start
    lab.rewind()
    assert "Nothing to rewind" in text_of(lab.status)


def test_the_landscape_shows_the_path(lab):
    lab.set(view="landscape", across="b21", up="w22")
    lab.step(7)
    expected = [(p["b21"], p["w22"]) for p, _ in lab.path]
    picture = lab.pictures["landscape"]
    np.testing.assert_allclose(picture.path[1].get_xydata(), expected)
    np.testing.assert_allclose(picture.curve.get_xydata()[:, 1], [J for _, J in lab.path])
    assert picture.curve.get_xydata()[-1, 1] == lab.mse


@pytest.mark.parametrize("rate", [0.1, 10.0, 1e20])
@pytest.mark.parametrize(("data", "activation"), [
    ("all days", "relu"), ("all days", "sigmoid"), (OWN, "tanh"), (TINY, "relu"),
    (LARGE, "relu")], ids=str)  # fmt: skip
def test_divergence_stops_with_a_sentence_and_a_rate(lab, rate, data, activation):
    lab.set(data=data, activation=activation, view="landscape", learning_rate=rate)
    message = ""
    for _ in range(5):
        try:
            lab.step(100)
        except Diverged as error:
            message = str(error)
            break
    assert np.isfinite([*lab.parameters.values(), lab.mse]).all()
    assert lab.mse <= 101 * (lab.path[0][1] + lab.state.data.y.var())
    check_structure(lab.canvas.image.value)
    shown = np.concatenate([lab.pictures[name].render() for name in ("fit", "landscape")])
    assert gap(lab.canvas.image.value, shown).mean() < 4
    texts = lab.table.gradients.value + lab.controls.board.value + lab.status.value
    assert not re.search(r"\bnan\b|not a number|∞", texts, re.IGNORECASE)
    if message or (activation == "relu" and rate > 1):
        assert "Stopped after step" in message and "\n" not in message
        tried = read(re.search(r"Try a learning rate of (\S+) instead", message)[1])
        assert 0 < tried < rate
        J = lab.mse
        lab.set(learning_rate=tried)
        lab.step()
        assert lab.mse < J


def test_divergence_in_a_click_is_a_sentence(lab):
    lab.set(learning_rate=10.0)
    lab.controls.descent.ten.click()
    assert "Stopped after step 0" in text_of(lab.error) and lab.parameters == LECTURE
    lab.controls.descent.rewind.click()
    lab.set(learning_rate=0.001)
    lab.controls.descent.one.click()
    assert text_of(lab.error) == ""


def test_a_perfect_fit_stays(lab):
    lab.set(data=([1.0, 2.0, 3.0], [5.0, 5.0, 5.0]), **{**ZEROS, "b21": 5.0})
    assert lab.mse == 0
    lab.step(10)
    assert lab.mse == 0 and "Every gradient is 0" in text_of(lab.status)
    lab.set(view="landscape")
    assert text_of(lab.error) == ""


# --- run ---


def wait_for_steps(lab, count: int) -> None:
    """Wait until the lab has made so many steps; fails after WAIT seconds."""
    done = threading.Event()
    for _ in range(WAIT * 100):
        if len(lab.path) > count:
            return
        done.wait(0.01)
    raise AssertionError(f"only {len(lab.path)} steps")


def test_run_descends_until_paused(lab):
    lab.controls.descent.run.click()
    assert lab.runner.running and "Pause" in lab.controls.descent.run.description
    wait_for_steps(lab, 60)
    lab.controls.descent.run.click()
    assert not lab.runner.running and "Run" in lab.controls.descent.run.description
    lab.runner.join(WAIT)
    after = lab.state
    assert run_threads() == [] and lab.state is after and lab.mse < 0.5019
    assert (len(lab.path) - 1) % ThreeNeuronLab.steps_per_frame == 0
    lab.undo()
    assert lab.parameters == LECTURE


def test_a_run_that_diverges_ends_itself(lab):
    lab.set(learning_rate=10.0)
    lab.run()
    lab.runner.join(WAIT)
    assert not lab.runner.running and run_threads() == []
    assert "Stopped after step" in text_of(lab.error)
    assert "Run" in lab.controls.descent.run.description
    assert np.isfinite(lab.mse)


ENDING = {
    "a slider": lambda lab: setattr(lab.table.sliders["w11"], "value", 1.0),
    "a box": lambda lab: setattr(lab.table.boxes["w11"], "value", 1.0),
    "code": lambda lab: lab.set(w11=1.0),
    "a preset": lambda lab: lab.controls.presets[1].click(),
    "undo": lambda lab: lab.controls.undo.click(),
    "reset": lambda lab: lab.controls.reset.click(),
    "rewind": lambda lab: lab.controls.descent.rewind.click(),
    "a step": lambda lab: lab.controls.descent.one.click(),
    "data": lambda lab: setattr(lab.controls.data, "value", "weekend"),
    "activation": lambda lab: setattr(lab.controls.activation, "value", "tanh"),
}


@pytest.mark.parametrize("what", ENDING)
def test_a_change_by_hand_pauses_the_run(lab, what):
    lab.run()
    wait_for_steps(lab, 1)
    ENDING[what](lab)
    after = lab.state
    assert not lab.runner.running and "Run" in lab.controls.descent.run.description
    lab.runner.join(WAIT)
    assert lab.state is after and run_threads() == []


@pytest.mark.parametrize("what", ["view", "learning rate", "hour", "rivals"])
def test_a_change_of_the_view_does_not_stop_the_run(lab, what):
    lab.run()
    wait_for_steps(lab, 1)
    {"view": lambda: setattr(lab.controls.view, "value", "landscape"),
     "learning rate": lambda: setattr(lab.controls.descent.rate_box, "value", 0.002),
     "hour": lambda: setattr(lab.controls.hour, "value", 3.0),
     "rivals": lambda: setattr(lab.controls.rivals["line"], "value", True)}[what]()  # fmt: skip
    before = len(lab.path)
    wait_for_steps(lab, before + 20)
    assert lab.runner.running and text_of(lab.error) == ""


def test_moves_on_another_thread_while_it_runs(lab):
    errors = []

    def student():
        try:
            for k in range(25):
                lab.run()
                lab.table.sliders["w11"].value = -1.0 + 0.05 * (k % 20)
                lab.controls.hour.value = float(k % 24)
                lab.controls.view.value = ("network", "landscape")[k % 2]
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=student) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    lab.pause()
    for thread in run_threads():
        thread.join(WAIT)
    assert errors == [] and run_threads() == [] and text_of(lab.error) == ""
    fresh = eval(repr(lab), {"ThreeNeuronLab": ThreeNeuronLab})
    lab._path = []
    lab._refresh()
    for name, pixels in pictures(lab).items():
        assert (pixels == pictures(fresh)[name]).all(), name
    assert lab.table.gradients.value == fresh.table.gradients.value
    for name, slider in lab.table.sliders.items():
        assert slider.value == fresh.table.sliders[name].value
    fresh.close()


# --- what stays ---


def figures() -> int:
    return sum(isinstance(thing, Figure) for thing in gc.get_objects())


def observers() -> int:
    """Number of callbacks on all live widgets."""
    import ipywidgets as widgets

    count = 0
    for thing in gc.get_objects():
        if isinstance(thing, widgets.Widget):
            kinds = thing._trait_notifiers.values()
            count += sum(len(group) for kind in kinds for group in kind.values())
            count += len(thing._msg_callbacks.callbacks)
    return count


def test_a_thousand_moves_leave_everything_where_it_was(own_lab):
    lab = own_lab(scale=0.25)
    sliders = list(lab.table.sliders.values())

    def moves(count):
        for k in range(count):
            slider = sliders[k % 7]
            slider.value = slider.on_step(slider.min + (k % 40) * slider.step)

    def traced():
        lab._undo = []  # a fixed number of states, of which some were made before the tracing
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    moves(270)  # caches of glyphs and the levels of undo fill up
    gc.collect()
    before = figures(), threading.active_count(), live_widgets(), observers()
    objects = len(gc.get_objects())
    moves(650)
    gc.collect()
    assert len(gc.get_objects()) - objects < 400
    tracemalloc.start()  # makes everything several times slower
    try:
        moves(10)
        start = traced()
        moves(80)
        grown = traced() - start
    finally:
        tracemalloc.stop()
    assert (figures(), threading.active_count(), live_widgets(), observers()) == before
    assert grown < 1500 * 80, f"{grown} bytes for 80 moves"
    assert "matplotlib.pyplot" not in sys.modules or not (
        sys.modules["matplotlib.pyplot"].get_fignums())


@pytest.mark.parametrize("view", ["network", "landscape"])
def test_close_frees_all_widgets_and_stops_a_run(view):
    gc.collect()
    before = live_widgets(), figures()
    made = ThreeNeuronLab(scale=0.5)
    made.set(view=view)
    made.run()
    made.close()
    made.runner.join(WAIT)
    assert live_widgets() == before[0] and run_threads() == []
    del made
    gc.collect()
    assert figures() == before[1]


# --- without a kernel ---


@pytest.mark.parametrize("view", ["network", "landscape"])
def test_the_bundle_holds_a_widget_a_picture_and_a_text(lab, view):
    import base64

    lab.set(view=view)
    bundle = lab._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert data["text/plain"] == repr(lab)
    model = data["application/vnd.jupyter.widget-view+json"]["model_id"]
    assert model == lab.widget.model_id
    png = base64.b64decode(data["image/png"])
    check_structure(png)
    image = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    fit = lab.pictures["fit"].render()[..., :3].astype(int)
    left = image.shape[1] - fit.shape[1]
    assert np.abs(image[: len(fit), left:] - fit).max() < STEP + 60  # one table for all pictures
    assert np.abs(image[: len(fit), left:] - fit).mean() < 2


def test_texts_say_what_is_true(lab):
    lab.set(w11=0.35)
    status = text_of(lab.status)
    assert near(re.search(r"J = (\S+) on", status)[1], lab.mse)
    assert near(re.search(r"ŷ = ([^,]+),", status)[1], float(lab.solution.at_hour.output[0, 0]))
    steepest = max(lab.gradient, key=lambda n: abs(lab.gradient[n]))
    assert near(re.search(r"\(([+−][^)]+)\)", status)[1], lab.gradient[steepest])
    grows = lab.gradient[steepest] < 0
    assert status.endswith("grows." if grows else "shrinks.")
    for name, slope in lab.gradient.items():
        row = lab.table.gradients.value.split(f'mlp-gradient-{name}"')[1][:80]
        arrow = "▸" if slope < 0 else "◂" if slope > 0 else "·"
        assert arrow in html.unescape(row)


def test_every_field_can_be_set_as_an_attribute_and_a_misspelt_one_is_refused(lab):
    lab.view, lab.hour, lab.activation = "landscape", 3.0, "tanh"
    assert (lab.state.view, lab.state.hour, lab.state.activation) == ("landscape", 3.0, "tanh")
    with pytest.raises(AttributeError, match="no 'w13' that could be set"):
        lab.w13 = 3.0


def test_a_long_run_pauses_and_keeps_a_bounded_path(lab, monkeypatch):
    monkeypatch.setattr("mlp_widgets.lectures.descent_lab.MOST_STEPS", 50)
    lab.run()
    lab.runner.join(30)
    assert not lab.runner.running and len(lab.path) == 61
    assert "Paused after 60 steps" in lab.status.value
    assert lab.controls.descent.run.description == "▶ Run"
    lab.step(5)
    assert len(lab.path) == 6


def test_the_headings_name_the_activation_that_is_used(lab):
    for name, title in (("tanh", "tanh("), ("sigmoid", "σ("), ("relu", "ReLU(")):
        lab.activation = name
        assert all(title in heading.value for heading in lab.table.headings[:2])
