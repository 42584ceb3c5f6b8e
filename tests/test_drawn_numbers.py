"""Pictures of the newer labs against numbers from plain formulas, which no scene has touched.

Each test makes a scene from a state, shows it, and reads the artists: what a line, a cell or a text
shows must be what the formulas of the lecture give, under its own name and colour.
"""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb

from mlp_widgets.data import digits as data
from mlp_widgets.drawing.descents import DescentsPicture
from mlp_widgets.drawing.feature_maps import FeatureMapsPicture
from mlp_widgets.drawing.learning import LearningPicture
from mlp_widgets.drawing.reading import LAYERS, SLOPE, ReadingPicture
from mlp_widgets.drawing.relu_ways import LOOKS, NAMES, WaysPicture
from mlp_widgets.drawing.style import FEATURE_BANDS, INKS
from mlp_widgets.lectures.digits import numbers as digits
from mlp_widgets.lectures.digits import scenes as digit_scenes
from mlp_widgets.lectures.relu_sums import numbers as sums
from mlp_widgets.lectures.relu_sums import scenes as sum_scenes
from mlp_widgets.lectures.relu_sums import training as sum_training
from mlp_widgets.lectures.sigmoid_features import numbers as features
from mlp_widgets.lectures.sigmoid_features import scenes as feature_scenes
from mlp_widgets.lectures.training_loop import numbers as loop
from mlp_widgets.lectures.training_loop import scenes as loop_scenes
from mlp_widgets.lectures.training_loop.training import WAYS, Training

# --- the two sigmoid features ---

FEATURE_STATE = {"w111": 2.0, "w112": -1.0, "b11": 0.5, "w121": -0.3, "w122": 1.7, "b12": -0.2}


def test_the_maps_of_the_features_show_each_its_own():
    numbers = features.Numbers(features.SigmoidFeaturesState(**FEATURE_STATE))
    picture = FeatureMapsPicture(scale=0.5)
    picture.update(feature_scenes.features(numbers))
    lines = (2.0, -1.0, 0.5), (-0.3, 1.7, -0.2)
    for k, (panel, (w1, w2, b)) in enumerate(zip(picture.panels, lines, strict=True)):
        assert panel.axes.get_title("left") == f"σ{'₁₂'[k]}"
        assert panel.image.limits == (0.0, 1.0)
        lightest, darkest = panel.image.table[[0, -1]].view(np.uint8).reshape(2, 4)
        assert lightest.tolist() == [255] * 4
        assert to_hex(darkest / 255) == FEATURE_BANDS[k][-1]
        shape = panel.image.values.shape
        x, y = (low + (np.arange(count) + 0.5) / count * (high - low) for (low, high), count in
                zip((panel.axes.get_xlim(), panel.axes.get_ylim()), shape[::-1], strict=True))
        sigma = 1 / (1 + np.exp(-(w1 * x + w2 * y[:, None] + b)))
        np.testing.assert_allclose(panel.image.values, sigma, rtol=1e-12)
        on_line = np.array(panel.boundary._parts[-1].get_data())
        z = w1 * on_line[0] + w2 * on_line[1] + b
        assert np.isfinite(z).any() and np.nanmax(np.abs(z)) < 0.01


# --- sums of ReLUs: the three ways, and J against K ---

RATE, STEPS = 0.05, 4


def sums_setting():
    """A network that was moved, and four steps of each K."""
    state = sums.ReluSumsState(K=5, w2j=0.8, b2=0.25, learning_rate=RATE, steps=STEPS)
    training = sum_training.Training(state)
    training.step(STEPS)
    return sums.Numbers(state), training


def y_hat(theta, x):
    """b2 + Σ_j w2j ReLU(w1j x + b1j), for columns theta = (w1, b1, w2) and b2."""
    w1, b1, w2, b2 = theta
    return w2 @ np.maximum(np.outer(w1, x) + b1[:, None], 0.0) + b2


def J_of(theta, x, y):
    return np.mean((y_hat(theta, x) - y) ** 2)


def descended(theta, x, y):
    """The parameters after STEPS steps of plain gradient descent."""
    w1, b1, w2, b2 = theta
    for _ in range(STEPS):
        z = np.outer(w1, x) + b1[:, None]
        dy = 2 * (w2 @ np.maximum(z, 0) + b2 - y) / len(x)
        dz = np.outer(w2, dy) * (z >= 0)
        w1, b1, w2, b2 = (w1 - RATE * dz @ x, b1 - RATE * dz.sum(axis=1),
                          w2 - RATE * np.maximum(z, 0) @ dy, b2 - RATE * dy.sum())
    return w1, b1, w2, b2


def even(K):
    """Kinks evenly spaced from −1 to 1, heights +1 and −1 in turn."""
    j = np.arange(K)
    return np.ones(K), 1 - 2 * j / K, (-1.0) ** j, 0.0


def best_heights(theta, x, y):
    """Least squares with the hinges kept."""
    w1, b1 = theta[:2]
    columns = np.vstack([np.maximum(np.outer(w1, x) + b1[:, None], 0.0), np.ones_like(x)]).T
    found = np.linalg.lstsq(columns, y, rcond=None)[0]
    return w1, b1, found[:-1], found[-1]


def drawn_sizes(curve):
    """K -> J, as a curve on the log axis shows it."""
    shown = {}
    for K, height in zip(*curve.line.get_data(), strict=True):
        if np.isfinite(height):
            shown[int(K)] = 0.0 if height == curve.lanes.zero else 10.0**height
    return shown


@pytest.fixture(scope="module")
def ways():
    """The picture of the three ways, x and y of its target, and the network of its state."""
    numbers, training = sums_setting()
    picture = WaysPicture(scale=0.5)
    picture.update(sum_scenes.ways(numbers, training))
    w1, b1, w2, _ = even(5)
    w2[0] = 0.8  # neuron 1 is the one on the sliders
    x = np.linspace(-1, 1, 31)
    return picture, x, np.sin(np.pi * x), (w1, b1, w2, 0.25)


def test_j_against_k_is_that_of_each_way(ways):
    picture, x, y, own = ways
    expected = {
        "own": {5: J_of(own, x, y)},
        "descent": {K: J_of(descended(own if K == 5 else even(K), x, y), x, y)
                    for K in (1, 2, 3, 5, 8, 12, 20, 30)},
        "least": {K: J_of(best_heights(even(K), x, y), x, y) for K in range(1, 27)}}
    for name, J in expected.items():
        shown = drawn_sizes(picture.errors[name])
        assert {K: shown[K] for K in J} == pytest.approx(J, rel=1e-6), name
        assert picture.errors[name].line.get_color() == LOOKS[name]["color"]
    assert set(drawn_sizes(picture.errors["descent"])) == set(expected["descent"])
    known = drawn_sizes(picture.errors["best"])
    least = drawn_sizes(picture.errors["least"])
    bound = drawn_sizes(picture.errors["bound"])
    assert known[30] == 0.0 and all(bound[K] <= J <= least[K] for K, J in known.items())


def test_the_small_plots_show_what_each_way_came_to(ways):
    picture, x, y, own = ways
    for name, theta in (("least", best_heights(own, x, y)), ("descent", descended(own, x, y))):
        grid, curve = picture.curves[name].get_data()
        np.testing.assert_allclose(curve, y_hat(theta, grid), atol=1e-9, err_msg=name)
        kinks = np.sort(picture.kinks[name].get_xdata())
        np.testing.assert_allclose(kinks, np.sort(-theta[1] / theta[0]), atol=1e-12)
        assert float(picture.notes[name].text.split()[-1]) == pytest.approx(
            J_of(theta, x, y), rel=5e-3)
        np.testing.assert_allclose(picture.points[name].get_data(), (x, y), atol=1e-12)
    assert picture.notes["best"].text.startswith("not known")
    assert not len(picture.curves["best"].get_xdata()) and set(NAMES) == set(LOOKS)


# --- the training loop: three descents ---

BATCH, LOOP_RATE, EPOCHS, SEED = 5, 0.1, 2, 3


def walked(batch, x, y):
    """J, points seen and (w, b) of a line, before and after every update."""
    order, w, b, seen = np.random.default_rng(SEED), 1.5, -0.5, 0
    found = [(np.mean((w * x + b - y) ** 2), 0, w, b)]
    for _ in range(EPOCHS):
        epoch = np.arange(24) if batch == 24 else order.permutation(24)
        for start in range(0, 24, batch):
            points = epoch[start : start + batch]
            dg = 2 * (w * x[points] + b - y[points]) / len(points)
            w, b = w - LOOP_RATE * dg @ x[points], b - LOOP_RATE * dg.sum()
            seen += len(points)
            found.append((np.mean((w * x + b - y) ** 2), seen, w, b))
    return np.array(found).T


def test_the_descents_are_drawn_over_updates_over_points_and_on_the_map():
    state = loop.TrainingLoopState(batch=BATCH, w=1.5, b=-0.5, learning_rate=LOOP_RATE, seed=SEED,
                                   epochs=EPOCHS, data="noisy")
    training = Training(state)
    training.step(EPOCHS)
    picture = DescentsPicture(WAYS, scale=0.5)
    picture.update(loop_scenes.descents(loop.Numbers(state), training))
    x, y = (row[0] for row in loop.data_of("noisy"))
    titles = [axes.get_title("left") for axes in (picture.by_update, picture.by_point)]
    assert titles == ["J over updates", "J over points seen"]
    for k, (name, batch) in enumerate(zip(WAYS, (24, 1, BATCH), strict=True)):
        J, seen, w, b = walked(batch, x, y)
        expected = (picture.by_update, np.arange(len(J)), J), (picture.by_point, seen, J), (
            picture.map, w, b)
        for (axes, across, up), curves in zip(expected, picture.curves, strict=True):
            assert curves[k].axes is axes
            np.testing.assert_allclose(curves[k].get_data(), (across, up), rtol=1e-9, atol=1e-12,
                                       err_msg=name)
        assert picture.notes[k].text.startswith(f"{name}: ")
        assert picture.samples[k].get_color() == picture.curves[2][k].get_color()
    assert picture.start.get_data() == ([1.5], [-0.5])


def test_the_map_of_the_descents_is_j_over_w_and_b():
    state = loop.TrainingLoopState(w=1.5, b=-0.5, data="noisy")
    picture = DescentsPicture(WAYS, scale=0.5)
    picture.update(loop_scenes.descents(loop.Numbers(state), None))
    x, y = (row[0] for row in loop.data_of("noisy"))
    rows, columns = picture.image.values.shape
    w, b = np.linspace(*picture.map.get_xlim(), columns), np.linspace(*picture.map.get_ylim(), rows)
    J = np.mean((w[:, None] * x + b[:, None, None] - y) ** 2, axis=-1)
    lowest = 10.0 ** (picture.image.limits[0] - 1)  # what is deeper has the darkest colour anyway
    np.testing.assert_allclose(10.0**picture.image.values, np.maximum(J, lowest), rtol=1e-9)
    assert (picture.map.get_xlabel(), picture.map.get_ylabel()) == ("w", "b")


# --- digits ---


@pytest.fixture(scope="module")
def read_digit():
    """Numbers after two quick epochs, with some ink that was set by hand."""
    return digits.Numbers(digits.DigitsState(hidden1=11, hidden2=9, batch=64, epochs=2, digit=18,
                                             pixels=((1, 2, 9), (8, 8, 16))))


def passed(network, x):
    """Activations of all layers for columns x, by the formulas."""
    a = [x]
    for w, b in zip(network.w[1:], network.b[1:], strict=True):
        z = w @ a[-1] + b[:, None]
        a.append(np.maximum(z, 0) if len(a) < 3 else np.exp(z) / np.exp(z).sum(axis=0))
    return a


def test_learning_is_drawn_for_each_half(read_digit):
    picture = LearningPicture(scale=0.5)
    picture.update(digit_scenes.learning(read_digit))
    networks = [read_digit.training.at(epoch).network for epoch in range(3)]
    for row, (name, half) in enumerate(zip(("learned", "held out"), data.halves(), strict=True)):
        outputs = [passed(network, half.x)[-1] for network in networks]
        J = [-np.log(y[half.labels, np.arange(y.shape[1])]).mean() for y in outputs]
        right = [100 * (y.argmax(axis=0) == half.labels).mean() for y in outputs]
        shown = drawn_sizes(picture.curves[row])
        assert shown == pytest.approx(dict(enumerate(J)), rel=1e-9), name
        epochs, percent = picture.parts[row].get_data()
        assert epochs.tolist() == [0, 1, 2] and percent.tolist() == pytest.approx(right), name
        assert picture.notes[row].text.startswith(f"{name}, {len(half.labels)} digits: ")
        sample = next(line for line in picture.notes[row].axes.lines
                      if line.get_ydata()[0] == picture.notes[row].place[1])
        assert {line.get_color() for line in (picture.curves[row].line, picture.parts[row])} == {
            sample.get_color()}


def middles(cells):
    """Of the squares of a picture, CSS pixels from the lower left, shape (n, 2)."""
    return np.array([path.vertices[:4].mean(axis=0) for path in cells.get_paths()])


def grey_levels(cells):
    return np.round(255 * cells.get_facecolor()[:, 0]).astype(int)


def test_the_pixels_and_their_gradients_are_drawn_where_they_are(read_digit):
    picture = ReadingPicture(scale=0.5)
    picture.update(digit_scenes.reading(read_digit))
    ink = data.all_digits().ink[18].copy()
    ink[0, 1], ink[7, 7] = 9, 16
    assert grey_levels(picture.ink).tolist() == [int(INKS[int(k)][1:3], 16) for k in ink.ravel()]
    network = read_digit.network
    a = passed(network, ink.reshape(-1, 1) / 16)
    dz = a[3] - np.eye(10)[:, [data.all_digits().labels[18]]]
    for layer in (3, 2, 1):
        dz = network.w[layer].T @ dz * (a[layer - 1] > 0 if layer > 1 else 1.0)
    slope = dz[:, 0] / np.abs(dz).max()
    red, _, blue = picture.slopes.get_facecolor()[:, :3].T
    # blue: more ink lowers J; of the five colours of each sign the pale one begins at a tenth
    assert np.array_equal(blue > red, slope < -0.1) and (slope < -0.1).any()
    assert np.array_equal(red - blue > 0.2, slope > 0.1) and (slope > 0.1).any()
    darkest = picture.slopes.get_facecolor()[:, :3].sum(axis=1)
    for side in (slope < 0, slope > 0):  # the larger, the darker
        order = np.argsort(np.abs(slope[side]))
        assert (np.diff(darkest[side][order]) <= 1e-12).all()
    places = middles(picture.slopes)
    assert places[0, 0] < places[1, 0] and places[0, 1] == places[1, 1]  # along a row
    assert places[8, 1] < places[0, 1] and places[8, 0] == places[0, 0] > SLOPE  # rows go down
    most = np.abs(dz).max()
    assert [float(end.text.replace("−", "-")) for end in picture.ends[:2]] == pytest.approx(
        [-most, most], rel=0.05)


def test_the_activations_are_drawn_neuron_by_neuron(read_digit):
    picture = ReadingPicture(scale=0.5)
    picture.update(digit_scenes.reading(read_digit))
    a = passed(read_digit.network, read_digit.pixels.reshape(-1, 1) / 16)
    for layer, cells in enumerate(picture.neurons, 1):
        values, shades = a[layer][:, 0], cells.get_facecolor()[:, :3]
        assert len(values) == len(shades) == (11, 9)[layer - 1]
        assert np.array_equal((shades == to_rgb("white")).all(axis=1), values == 0)
        assert (np.diff(shades.sum(axis=1)[np.argsort(values)]) <= 1e-12).all()
        assert len(np.unique(shades, axis=0)) > 2
        places = middles(cells)
        assert places[0, 0] > LAYERS[layer - 1] and (np.diff(places[:8, 1]) < 0).all()
        assert len(np.unique(places[:8, 0])) == 1 and (places[8:, 0] > places[0, 0]).all()
        assert float(picture.ends[1 + layer].text) == pytest.approx(values.max(), rel=0.01)
        assert picture.notes[layer].text == f"{(values > 0).sum()} of {len(values)} on"
