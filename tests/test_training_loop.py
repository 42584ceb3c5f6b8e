"""The training-loop lab: the walk, the three trainings and the noise, against plain loops and
complex step.

Source: MIT 6.390, "Neural Networks II", the training loop, SGD and mini-batches.
"""

from __future__ import annotations

import math
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lab_tools import WAIT, all_words, as_new, find, much_of, text_of, wait_until
from oracle import compare, compare_gradients, complex_step

from mlp_widgets import TrainingLoopLab
from mlp_widgets.core import backward, forward
from mlp_widgets.drawing.descents import _ends
from mlp_widgets.drawing.loop_line import GAP, LEFT, MIDDLE, RIGHT, Block, LoopPicture, _fitting
from mlp_widgets.drawing.quick_artists import text_width
from mlp_widgets.fields import arguments
from mlp_widgets.lectures.training_loop import scenes, words
from mlp_widgets.lectures.training_loop.numbers import (
    POINTS,
    PRESETS,
    WALKED,
    Numbers,
    TrainingLoopState,
    data_of,
)
from mlp_widgets.lectures.training_loop.training import Training
from mlp_widgets.lectures.training_loop.walk import arrays_at, lines_of
from mlp_widgets.widgets.pointer import Touch

MODELS = pytest.mark.parametrize("model", ["line", "network"])


@pytest.fixture(scope="module")
def made():
    lab = TrainingLoopLab(scale=0.5)
    lab.appear()  # as in a page
    yield lab
    lab.close()


@pytest.fixture
def lab(made):
    """One lab for many tests, each of which finds it as it was made."""
    return as_new(made)


def solve(**changes) -> Numbers:
    return Numbers(TrainingLoopState(**changes))


def trained(epochs: int, **changes) -> Training:
    training = Training(TrainingLoopState(epochs=epochs, **changes))
    training.step(epochs)
    return training


# --- the walk ---


def test_the_first_point_by_hand():
    """Plain numbers: x = −1 + 2/23, y = 0.516 (the hour from 1 to 2), w = 0.35, b = 0."""
    update = solve(batch=1).walk[0]
    x, y, w = -1 + 2 / 23, 0.516, 0.35
    assert update.points.tolist() == [1]
    g = w * x
    assert update.trace.output.item() == pytest.approx(g, rel=1e-14)
    assert update.trace.J.item() == pytest.approx((g - y) ** 2, rel=1e-13)
    assert update.back.dJ_dw[1].item() == pytest.approx(2 * (g - y) * x, rel=1e-13)
    assert update.back.dJ_db[1].item() == pytest.approx(2 * (g - y), rel=1e-13)
    assert update.after.w[1].item() == pytest.approx(w - 0.1 * 2 * (g - y) * x, rel=1e-13)
    assert [f"{value:.3f}" for value in (g, (g - y) ** 2, 2 * (g - y) * x, 2 * (g - y))] == [
        "-0.320", "0.698", "1.526", "-1.671"]


@MODELS
@pytest.mark.parametrize("batch", [1, 4, 7, 24])
def test_every_update_follows_the_gradient_of_its_own_points(model, batch):
    numbers = solve(model=model, batch=batch, learning_rate=0.07, seed=5)
    x, y = data_of("traffic")
    network = numbers.network
    for update in numbers.walk:
        compare("x", update.trace.a[0], x[:, update.points], 0)
        truth = complex_step(network, x[:, update.points], y[:, update.points])
        compare_gradients(update.back, truth)
        pairs = zip(network.parameters(), update.back.parameters(), update.after.parameters(),
                    strict=True)
        for before, gradient, after in pairs:
            compare("update", after, before - 0.07 * gradient, 0)
        network = update.after
    assert len(numbers.walk) == WALKED


@settings(max_examples=20)
@given(st.integers(1, POINTS), st.integers(0, 999))
def test_an_epoch_takes_each_point_once(batch, seed):
    walk = solve(batch=batch, seed=seed).walk
    per_epoch = math.ceil(POINTS / batch)
    taken = [int(k) for update in walk[:per_epoch] for k in update.points]
    assert len(set(taken)) == len(taken)
    if per_epoch <= WALKED:
        assert sorted(taken) == list(range(POINTS))


def test_the_lines_of_the_loop():
    assert [line.kind for line in lines_of(1)] == [
        "initialize", "repeat", "take", "forward", "loss", "backward", "update"]
    assert [(line.kind, line.layer) for line in lines_of(2)[3:8]] == [
        ("forward", 1), ("forward", 2), ("loss", 0), ("backward", 2), ("backward", 1)]
    stops = solve(model="network").stops
    assert [line.number for line in stops[:8]] == [1, 3, 4, 5, 6, 7, 8, 9]
    assert [line.update for line in stops] == [0, *np.repeat(range(1, WALKED + 1), 7)]


# line -> what it uses and computes, with B = 4
SHAPES = {
    1: ("", "W¹ 3×1, b¹ 3×1, W² 1×3, b² 1×1"),
    2: ("x 1×24, y 1×24", "x 1×4, y 1×4"),
    3: ("W¹ 3×1, x 1×4, b¹ 3×1", "Z¹ 3×4, A¹ 3×4"),
    4: ("W² 1×3, A¹ 3×4, b² 1×1", "Z² 1×4, g 1×4"),
    5: ("g 1×4, y 1×4", "L 1×4, J 1×1"),
    6: ("g 1×4, y 1×4, A¹ 3×4", "∂J/∂Z² 1×4, ∂J/∂W² 1×3, ∂J/∂b² 1×1"),
    7: ("W² 1×3, ∂J/∂Z² 1×4, A¹ 3×4, x 1×4", "∂J/∂Z¹ 3×4, ∂J/∂W¹ 3×1, ∂J/∂b¹ 3×1"),
    8: ("∂J/∂W¹ 3×1, ∂J/∂b¹ 3×1, ∂J/∂W² 1×3, ∂J/∂b² 1×1",
        "W¹ 3×1, b¹ 3×1, W² 1×3, b² 1×1"),
}


@pytest.mark.parametrize("place", SHAPES)
def test_the_arrays_of_each_line_and_their_shapes(place):
    numbers = solve(model="network", operation=place)
    sides = arrays_at(numbers.line, numbers.network, data_of("traffic"), numbers.update)
    assert tuple(", ".join(f"{a.name} {a.shape}" for a in side) for side in sides) == SHAPES[place]
    for array in (*sides[0], *sides[1]):
        assert array.gradient == array.name.startswith("∂")


def test_what_a_line_computes_is_what_the_next_ones_use():
    """One array of one trace, never a second computation."""
    numbers = solve(model="network")
    known: dict[str, np.ndarray] = {}
    for line in numbers.stops[1:8]:
        update = numbers.walk[line.update - 1]
        uses, computes = arrays_at(line, numbers.network, data_of("traffic"), update)
        for array in uses if line.kind != "take" else ():
            if array.name in known and array.name[0] not in "Wb":
                assert np.shares_memory(known[array.name], array.values), (line, array.name)
        known |= {array.name: array.values for array in computes}
    compare("A¹", known["A¹"], np.tanh(known["Z¹"]), 1e-15)
    compare("J", known["J"], known["L"].mean(keepdims=True), 1e-15)


def test_one_line_is_lit(lab):
    assert "aria-current" not in lab.stepper.words.value
    for place, number in ((1, 1), (2, 3), (5, 6), (6, 7), (7, 3), (31, 7)):
        lab.operation = place
        lines = lab.stepper.words.value.split("<li")[1:]
        assert [k for k, line in enumerate(lines, 1) if 'aria-current="step"' in line] == [number]
    # an epoch has 24 updates with B = 1: six are shown, and "6 of 6" would say otherwise
    assert "update 6; the first 6 are shown" in lab.stepper.words.value
    lab.stepper.next.click()
    assert lab.operation == 31
    lab.model = "network"
    assert len(lab.stepper.words.value.split("<li")) == 10 and lab.stepper.count == 43


def test_the_walk_is_drawn_with_its_points_and_the_output_after_the_update(lab):
    lab.set(operation=6)
    scene = scenes.loop(lab.numbers)
    assert scene.taken.tolist() == lab.numbers.walk[0].points.tolist() and scene.errors
    compare("before", scene.curve, 0.35 * scenes.GRID, 1e-13)
    after = lab.numbers.walk[0].after
    compare("after", scene.after, after.w[1].item() * scenes.GRID + after.b[1].item(), 1e-13)
    lab.set(operation=3)
    assert scenes.loop(lab.numbers).after is None and not scenes.loop(lab.numbers).errors


def signs(exits) -> list[str]:
    return [sign.text for sign in exits.texts if sign.get_visible()]


def test_a_line_that_leaves_its_axes_has_signs_with_the_values_it_reaches():
    picture = LoopPicture(scale=0.5)

    def shown(**changes):
        numbers = solve(**changes)
        picture.update(scenes.loop(numbers))
        curves = [picture.curve, picture.after] if numbers.update else [picture.curve]
        ends = [[float(y[0]), float(y[-1])] for y in (curve.get_ydata() for curve in curves)]
        return signs(picture.exits), signs(picture.exits_after), ends

    assert shown(w=1.0, b=3.0)[:2] == ([], [])
    assert shown(w=-4.0, b=6.0)[:2] == (["▲ 10.2"], [])  # 6 + 4 · 1.06, at the left end
    assert shown(w=4.0, b=-2.0)[:2] == (["▼ −6.24"], [])
    now, after, (before, updated) = shown(w=4.0, b=6.0, learning_rate=1.0, batch=24, operation=6)
    assert now == [f"▲ {before[1]:.3g}"] == ["▲ 10.2"]
    assert after == [f"▼ −{-min(updated):.3g}"] and picture.exits_after.row == 1
    # the widest that there may be stand inside, and in rows of their own
    now, after, _ = shown(w=1000.0, b=-1000.0, learning_rate=10.0, batch=1, operation=21)
    assert now[0].startswith("▲ all of g: ") and after[0].startswith("▼ all of g: ")
    assert max(text_width(text) for text in now + after) + 6 < 206
    assert shown(w=1.0, b=3.0)[:2] == ([], [])


def test_covered_nothing_tells_what_an_update_has_used(lab):
    def hidden(place):
        lab.set(operation=place)
        scene = scenes.loop(lab.numbers)
        assert scene.after is None
        return {block.name for block in (*scene.upper, *scene.lower) if block.covered}

    lab.set(covered=True)
    assert hidden(3) == hidden(4) == set()
    assert hidden(5) == {"∂J/∂Z¹", "∂J/∂W¹", "∂J/∂b¹"}
    assert hidden(6) == {"∂J/∂W¹", "∂J/∂b¹", "W¹", "b¹"}
    assert hidden(8) == {"W¹", "b¹", "Z¹", "g"}  # in the second turn they tell of the first
    assert "?" in lab.words


@pytest.mark.parametrize("model", ["line", "network"])
@pytest.mark.parametrize("batch", [1, 4, 24])
def test_all_arrays_fit_beside_each_other(model, batch):
    for place in range(9 if model == "network" else 7):
        scene = scenes.loop(solve(model=model, batch=batch, operation=place))
        for blocks in (scene.upper, scene.lower):
            assert blocks, f"a row is empty at {place}"
            end = LEFT - GAP
            for block, left in _fitting(blocks):
                assert left >= end + GAP and block.columns > 1
                end = left + block.width
                assert end <= MIDDLE or MIDDLE < left < end <= RIGHT
                assert block.shown.shape[1] + block.more == block.values.shape[1]
    assert Block("x", np.zeros((1, 24))).more == 21 and Block("x", np.zeros((1, 4))).more == 0


# --- three trainings ---


def by_plain_loops(batch: int, epochs: int, rate: float, seed: int) -> list[float]:
    """J over all points at each update of the line, in Python's own numbers."""
    x, y = (values[0].tolist() for values in data_of("traffic"))
    state = TrainingLoopState(seed=seed)
    w, b, generator = state.w, state.b, np.random.default_rng(seed)
    found = [sum((w * p + b - q) ** 2 for p, q in zip(x, y, strict=True)) / POINTS]
    for _ in range(epochs):
        order = generator.permutation(POINTS).tolist()
        for start in range(0, POINTS, batch):
            points = order[start:start + batch]
            errors = [2 * (w * x[k] + b - y[k]) / len(points) for k in points]
            dw = sum(e * x[k] for e, k in zip(errors, points, strict=True))
            w, b = w - rate * dw, b - rate * sum(errors)
            found.append(sum((w * p + b - q) ** 2 for p, q in zip(x, y, strict=True)) / POINTS)
    return found


@pytest.mark.parametrize("batch", [3, 5])
def test_each_training_is_the_loop(batch):
    training = trained(4, batch=batch, learning_rate=0.2, seed=3)
    for name, size in (("GD", POINTS), ("SGD", 1), ("mini-batch", batch)):
        expected = by_plain_loops(size, 4, 0.2, 3)
        np.testing.assert_allclose(training.ways[name].J, expected, rtol=1e-11)


@settings(max_examples=12)
@given(st.integers(1, POINTS), st.integers(1, 5))
def test_after_an_epoch_all_have_seen_the_same_points(batch, epochs):
    training = trained(epochs, batch=batch)
    for way in training.ways.values():
        assert way.seen[0] == 0 and way.seen[-1] == epochs * POINTS
        assert way.taken == epochs * math.ceil(POINTS / way.batch) == len(way.path) - 1
        assert all(0 < after - before <= way.batch for before, after in pairwise(way.seen))


@MODELS
def test_the_walk_is_the_beginning_of_the_training_with_mini_batches(model):
    walk = solve(model=model).walk
    way = trained(2, model=model).ways["mini-batch"]
    for update, (w, b), J in zip(walk, way.path[1:], way.J[1:], strict=False):
        assert (update.after.w[1][0, 0], update.after.b[-1][0]) == (w, b)
        assert forward(update.after, *data_of("traffic")).J == J


def test_how_a_training_is_sliced_does_not_matter():
    one, other = trained(6), Training(TrainingLoopState(epochs=6))
    rounds = 0
    while other.advance(4, seconds=0.0):
        rounds += 1
        assert other.rounds == rounds and other.share == rounds / 6
    for name in one.ways:
        assert one.ways[name].J == other.ways[name].J
    assert other.share == 1.0 and not other.advance(3) and other.rounds == 6


def test_batches_of_all_points_are_gd_and_of_one_point_sgd():
    assert trained(3, batch=24).ways["mini-batch"].J == trained(3).ways["GD"].J
    training = trained(3, batch=1)
    assert training.ways["mini-batch"].J == training.ways["SGD"].J


def test_what_diverges_keeps_its_last_good_state_and_the_others_go_on():
    training = trained(30, **{"learning_rate": 0.8})
    sgd, gd, mini = (training.ways[name] for name in ("SGD", "GD", "mini-batch"))
    assert sgd.diverged == sgd.taken + 1 == 54 and max(sgd.J) <= 1000 * sgd.J[0]
    assert np.isfinite(sgd.path).all() and sgd.J[-1] == forward(sgd.network, sgd.x, sgd.y).J
    assert gd.diverged is mini.diverged is None and gd.J[-1] == pytest.approx(2.5534, abs=1e-4)
    assert words.way_went(sgd) == ("diverged at update 54; J before it 13018: choose a smaller η")
    scene = scenes.descents(solve(), training)
    assert [scene.descents[name].diverged for name in ("GD", "SGD")] == [False, True]


def test_too_large_a_rate_for_all_ends_the_training():
    training = trained(200, learning_rate=10.0)
    assert not training.going and training.share == 1.0
    assert all(way.diverged for way in training.ways.values()) and training.rounds < 5


def test_where_there_is_no_noise_sgd_comes_to_rest():
    exact = trained(40, data="exact")
    assert exact.ways["SGD"].J[-1] < 1e-18
    noisy = trained(20, data="noisy").ways["SGD"].J
    assert np.std(noisy[-200:]) > 0.01


def test_the_landscape_is_j_with_other_w_and_b():
    for model in ("line", "network"):
        numbers = solve(model=model, w=-1.5, b=0.25)
        J = scenes.landscape(numbers.network, numbers)
        row, column = np.argmin(np.abs(scenes.UP - 3.0)), np.argmin(np.abs(scenes.ACROSS - 1.0))
        there = solve(model=model, w=float(scenes.ACROSS[column]), b=float(scenes.UP[row]))
        assert J.shape == (len(scenes.UP), len(scenes.ACROSS))
        assert J[row, column] == pytest.approx(there.loss, rel=1e-13)


@pytest.mark.parametrize(("low", "high", "ends"), [
    (2.55, 13.5, (2, 20)), (1.0, 10.0, (1, 10)), (0.3, 0.9, (0.2, 1)), (1e-40, 1e40, None),
    # never the same: J is 0, one round number, one other number, too large
    (0.0, 0.0, (1e-30, 2e-30)), (10.0, 10.0, (10, 20)), (3.0, 3.0, (2, 5)),
    (1e31, 1e40, (2e30, 5e30)), (0.2, 13.5, (0.2, 20))])
def test_the_ends_of_the_axis_of_j(low, high, ends):
    found = _ends(low, high)
    assert found == pytest.approx(ends) if ends else found[0] < found[1]


def ends(preset, **changes):
    """J of each way at the end of the epochs of a preset, None where it diverges."""
    state = TrainingLoopState(**{**PRESETS[preset], **changes})
    training = Training(state)
    training.step(state.epochs)
    return {name: None if way.diverged is not None else way.J[-1]
            for name, way in training.ways.items()}


@much_of("training_loop")
def test_the_learning_rates_that_the_notebook_names():
    """Its last two "Try"s: what they ask for can be found, with the numbers of the answers."""
    assert ends("too fast")["SGD"] is None and ends("too fast")["GD"] == pytest.approx(2.55, 2e-3)
    assert ends("too fast", learning_rate=0.7)["SGD"] == pytest.approx(255, 0.01)
    assert ends("too fast", learning_rate=0.01)["SGD"] == pytest.approx(2.55, 3e-3)
    start = ends("network")
    assert [round(start[way], 2) for way in ("GD", "mini-batch")] == [0.59, 0.27]
    rates = {rate: ends("network", learning_rate=rate)["GD"] for rate in np.arange(0.1, 0.51, 0.02)}
    found = {rate: J for rate, J in rates.items() if J is not None}
    best = min(found, key=found.__getitem__)
    assert best == pytest.approx(0.28) and round(found[best], 2) == 0.35 > 0.27
    assert ends("network", learning_rate=0.5)["GD"] is None


# --- the noise ---


@MODELS
def test_the_gradient_of_a_point_is_that_of_its_own_loss(model):
    numbers = solve(model=model, w=0.7, b=-0.3)
    x, y = data_of("traffic")
    for point in (0, 9, 23):
        truth = complex_step(numbers.network, x[:, point], y[:, point])
        last = numbers.network.depth
        expected = [truth["dJ_dw[1]"][0, 0], truth[f"dJ_db[{last}]"][0]]
        compare("point", numbers.noise.of_points[point], expected)
    compare("mean", numbers.noise.mean, list(numbers.gradient.values()), 1e-12)


@pytest.mark.parametrize("batch", [1, 2, 3, 23])
def test_the_spread_is_that_over_all_mini_batches_there_can_be(batch):
    noise = solve(batch=batch).noise
    subsets = combinations(range(POINTS), batch)
    means = np.array([noise.of_points[list(points)].mean(axis=0) for points in subsets])
    expected = np.sqrt(((means - noise.mean) ** 2).sum(axis=1).mean())
    assert noise.spread == pytest.approx(expected, rel=1e-12)


def test_the_spread_falls_with_the_batch_size_to_0():
    noise = solve().noise
    assert (np.diff(noise.spreads) < 0).all() and noise.spreads[-1] == 0
    assert noise.spreads[3] / noise.spreads[0] == pytest.approx(math.sqrt(20 / 23) / 2)
    assert solve(batch=24).noise.measured == 0  # and not what rounding leaves
    assert noise.measured == pytest.approx(noise.spread, rel=0.1)
    assert len(solve(batch=5).noise.drawn) == 96  # without the smaller ones


def test_a_mini_batch_of_the_walk_is_among_those_drawn():
    numbers = solve()
    w, b = numbers.walk[0].back.dJ_dw[1].item(), numbers.walk[0].back.dJ_db[1].item()
    compare("drawn", numbers.noise.drawn[0], [w, b], 1e-13)


def test_at_the_minimum_the_points_disagree_and_their_mean_is_almost_0():
    noise = solve(**PRESETS["minimum"]).noise
    assert np.hypot(*noise.mean) < 0.01 and np.hypot(*noise.of_points.T).mean() > 3
    assert not solve(**PRESETS["exact"]).noise.of_points.any()


# --- the lab ---


def test_another_seed_draws_another_start_and_undo_brings_the_old_one_back(lab):
    lab.set(w=1.25, b=0.5)
    lab._history.separate()
    lab.seed = 7
    assert (lab.w, lab.b) == (TrainingLoopState(seed=7).w, 0.0) and lab.w not in (1.25, 0.35)
    lab.undo()
    assert (lab.seed, lab.w, lab.b) == (1, 1.25, 0.5)
    lab.set(batch=1, model="network", data="noisy")
    assert (lab.w, lab.b) == (1.25, 0.5)
    assert lab.numbers.network.w[1][0, 0] == 1.25 and lab.numbers.network.b[-1][0] == 0.5
    assert "w" not in arguments(TrainingLoopState(seed=9))


def test_train_pause_go_on_and_rewind(lab):
    lab.set(epochs=200)
    button, bar = lab.training_run.button, lab.training_run.bar
    button.click()
    wait_until(lambda: lab.training.rounds > 1)
    button.click()
    lab.training_run.runner.join(WAIT)
    rounds, training = lab.training.rounds, lab.training
    assert 1 < rounds < 200 and bar.value == round(1000 * rounds / 200)
    assert text_of(lab.status).startswith(f"Training paused. After {rounds} epochs: GD: ")
    find(lab, "mlp-epoch").click()
    assert lab.training is training and training.rounds == rounds + 1
    button.click()
    wait_until(lambda: training.rounds > rounds + 1)
    lab.training_run.back.click()
    lab.training_run.runner.join(WAIT)
    assert lab.training is None and bar.value == 0
    assert "In an epoch each of them sees all 24 points once" in all_words(lab)


def test_a_change_ends_a_training_and_a_view_does_not(lab):
    training = lab.learn()
    lab.set(operation=4, covered=True)
    assert lab.training is training
    lab.batch = 6
    assert lab.training is None and "Train" in lab.training_run.button.description


def test_a_click_on_the_map_is_another_start(lab):
    picture = lab.canvases["descents"].picture
    x, y = picture.map.transAxes.transform((0.75, 0.5))
    height = picture.figure.bbox.height
    lab.go_to(Touch("press", x / picture.figure.bbox.width, 1 - y / height))
    assert (lab.w, lab.b) == (2.0, 2.0)
    lab.go_to(Touch("press", 0.1, 0.5))  # beside the map
    assert (lab.w, lab.b) == (2.0, 2.0)


def test_what_is_not_allowed_is_said_and_keeps_all(lab):
    before = lab.state
    for changes, sentence in (({"batch": 25}, "batch size must be a whole number from 1 to 24"),
                              ({"learning_rate": 11}, "learning rate must be a number from"),
                              ({"epochs": 0}, "epochs must be a whole number from 1 to 200")):
        with pytest.raises(ValueError, match=sentence):
            lab.set(**changes)
    assert lab.state is before


def test_the_words(lab):
    assert text_of(lab.status) == ("A line, w·x + b: J = 13.55 over all 24 points at the start. "
                                   "Mini-batches of 4: 6 updates in an epoch.")
    assert words.batches(24) == "GD: 1 update in an epoch."
    assert words.batches(1) == "SGD: 24 updates in an epoch."
    lab.set(operation=3)
    said = scenes.loop(lab.numbers).words()
    assert said.startswith("Line 4: forward, update 1. Z¹ = W¹·x + b¹ ")
    assert "Uses: W¹, 1×1, [0.35]. x, 1×4, [−0.913 0.826 −0.391 0.478]" in said
    assert said.endswith("Points of the mini-batch: 2, 22, 8, 18. g goes from −0.371 on the left "
                         "to 0.371 on the right.")


def test_all_gradients_at_the_start_are_those_of_all_points(lab):
    x, y = data_of("traffic")
    back = backward(forward(lab.numbers.network, x, y))
    assert lab.gradient == {"w": back.dJ_dw[1][0, 0], "b": back.dJ_db[1][0]}
