"""Pictures over the layers: zeros, overflow and tiny numbers each in their place, on calm axes."""

from __future__ import annotations

from dataclasses import fields
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab_tools import much_of
from matplotlib.colors import to_rgb

from mlp_widgets.drawing import log_lanes, profiles
from mlp_widgets.drawing.clipping import ClippingPicture, ClippingScene
from mlp_widgets.drawing.log_lanes import LayerAxis, LogLanes
from mlp_widgets.drawing.picture import Picture
from mlp_widgets.drawing.profiles import Profile, ProfilesPicture, ProfilesScene, SignedAxis
from mlp_widgets.drawing.quick_artists import CAP_HEIGHT, QuickText, QuickTicks, _outline
from mlp_widgets.drawing.style import BLACK, GRADIENT, GRADIENT_PALE, VALUE, VALUE_PALE
from mlp_widgets.drawing.training import TrainingPicture, TrainingScene

TINY, HUGE = 5e-324, 1.7e308  # the ends of 64-bit floats
SIZES = st.floats(min_value=0, allow_nan=False, allow_infinity=False)


@pytest.fixture(scope="module")
def profiles_picture():
    return ProfilesPicture(scale=1.0)


class Page(Picture):
    """One plot with lanes and one with signs."""

    def build(self):
        left, right = (self.figure.add_axes((x, 0.15, 0.35, 0.66)) for x in (0.12, 0.62))
        self.lanes, self.layers = LogLanes(self, left), LayerAxis(self, left)
        self.signed = SignedAxis(self, right)


def page() -> Page:
    return Page(420, 250, 1.0)


# --- scenes: any numbers will do, the pictures compute nothing ---


def profile(L: int, ratio: float, last: float = 1.0) -> Profile:
    """A chain whose activations and gradients grow by ``ratio`` from layer to layer."""
    with np.errstate(over="ignore", under="ignore"):
        growing = last * np.float64(abs(ratio)) ** np.arange(L)
    signs = np.sign(ratio) ** np.arange(L)
    return Profile(growing * signs, np.full(L, ratio), growing[::-1].copy(), growing[::-1].copy())


def spoiled(values: np.ndarray) -> Profile:
    return Profile(values, values[::-1], values, np.roll(values, 1))


ODD = np.array([0.0, 1.0, np.nan, -np.inf, np.inf, TINY, -HUGE, 1e-300, 0.0, -0.5, HUGE, -0.0])
PROFILES = [
    ProfilesScene(profile(1, 0.2), title="depth 1"),
    ProfilesScene(profile(10, 0.2), profile(10, 1.2), "depth 10"),
    ProfilesScene(profile(100, 0.25), title="vanishing"),
    ProfilesScene(profile(100, 1.5), profile(100, 2.5), "exploding"),
    ProfilesScene(profile(20, -1.5), profile(20, -0.5), "signs"),
    ProfilesScene(spoiled(ODD), profile(12, 1.0), "odd"),
    ProfilesScene(profile(60, 1e6), profile(60, -1e6), "overflow"),
    ProfilesScene(profile(60, 0.3), profile(60, 1.2), "covered", covered=True),
]


def clipping_scene(ratio: float, L: int, tau: float) -> ClippingScene:
    before = profile(L, ratio).dJ_dw
    norm = float(np.linalg.norm(before))
    factor = min(1.0, tau / norm)
    return ClippingScene(before, factor * before, tau, norm, factor * norm)


CLIPPINGS = [
    clipping_scene(1.5, 5, 1.0), clipping_scene(1.5, 100, 1.0), clipping_scene(0.2, 10, 5.0),
    ClippingScene(np.zeros(7), np.zeros(7), 1.0, 0.0, 0.0),
    ClippingScene(ODD, np.full(12, np.nan), 0.01, np.inf, np.nan),
]


def training_scene(L: int, K: int, *names: str, speed: float = 0.9) -> TrainingScene:
    steps = np.arange(K)
    J = speed ** np.arange(K, dtype=float)
    curves = {name: (steps, J * (2 + i)) for i, name in enumerate(names)}
    moved = {name: profile(L, 0.5).a * (1 + i) for i, name in enumerate(names)}
    return TrainingScene(curves, moved, dict.fromkeys(names, "a note"))


TRAININGS = [
    training_scene(5, 50, "plain", "skip", "clipping"), training_scene(1, 1, "plain"),
    training_scene(60, 900, "skip", "clipping", speed=0.1), TrainingScene({}, {}),
    TrainingScene({"plain": (np.arange(12), ODD)}, {"plain": ODD}, {"plain": "overflow"}),
]
CASES = {"profiles": (ProfilesPicture, PROFILES), "clipping": (ClippingPicture, CLIPPINGS),
         "training": (TrainingPicture, TRAININGS)}


# --- all three pictures ---


@much_of("deep_chain")
@pytest.mark.parametrize("name", CASES)
def test_the_way_to_a_scene_does_not_matter(name):
    new, scenes = CASES[name]
    picture = new(scale=1.0)
    for k in (*range(len(scenes)), 2, 0):
        picture.update(scenes[k])
        fresh = new(scale=1.0)
        fresh.update(scenes[k])
        assert (picture.render() == fresh.render()).all(), k


@much_of("deep_chain")
@pytest.mark.parametrize("name", CASES)
def test_updates_make_no_artists_and_every_scene_looks_different(name):
    new, scenes = CASES[name]
    picture, seen = new(scale=1.0), set()
    before = picture.figure.findobj(QuickText), [len(a.get_children()) for a in picture.figure.axes]
    for scene in scenes:
        picture.update(scene)
        seen.add(picture.render().tobytes())
        after = [len(axes.get_children()) for axes in picture.figure.axes]
        assert (picture.figure.findobj(QuickText), after) == before
    assert len(seen) == len(scenes)


@much_of("deep_chain")
@pytest.mark.parametrize("name", CASES)
def test_an_equal_scene_keeps_the_still_part(name):
    new, scenes = CASES[name]
    picture = new(scale=1.0)
    for scene in scenes:
        picture.update(scene)
        picture.render()
        kept = picture._still
        picture.update(scene)
        assert picture._still is kept


@pytest.mark.parametrize("name", CASES)
def test_all_that_is_drawn_stands_inside_the_picture(name):
    """Nothing reaches the rim, where it would be cut off."""
    new, scenes = CASES[name]
    picture = new(scale=1.0)
    for scene in scenes:
        picture.update(scene)
        pixels = picture.render()
        for rim in (pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]):
            assert (rim[:, :3] > 200).all()


# --- zeros, overflow, tiny numbers ---


@pytest.mark.parametrize("others", [[], [TINY], [HUGE], [1e-60, 1e40]])
def test_only_an_exact_zero_stands_in_the_zero_lane(others):
    lanes = page().lanes
    values = np.array([0.0, -0.0, 1e-300, -1e-300, TINY, 1.0, HUGE, np.inf, -np.inf, np.nan])
    lanes.fit(values, np.array(others))
    zero, overflow = lanes.zero, lanes.overflow
    nan = np.nan
    np.testing.assert_array_equal(
        lanes.in_lane(values), [zero, zero, nan, nan, nan, nan, nan] + [overflow] * 3)
    y = lanes.on_line(values)
    assert np.isnan(y[[0, 1, 7, 8, 9]]).all()
    np.testing.assert_allclose(y[2:7], [-300, -300, -323.306215, 0, 308.2304489], rtol=1e-8)
    bottom, top = lanes.axes.get_ylim()
    assert bottom < zero < lanes.low <= y[4] and y[6] <= lanes.high < overflow < top


@given(st.lists(SIZES, max_size=6))
def test_every_size_is_between_the_ends_and_in_one_place(sizes):
    lanes = SHARED.lanes
    values = np.array([*sizes, np.inf, 0.0])
    lanes.fit(values)
    y, lane = lanes.on_line(values), lanes.in_lane(values)
    assert (np.isfinite(y) != np.isfinite(lane)).all()
    assert np.nanmin(y, initial=0.0) >= lanes.low and np.nanmax(y, initial=0.0) <= lanes.high
    assert lanes.low in {-step for step in log_lanes.STEPS} and lanes.high in log_lanes.STEPS


SHARED = page()


def rows_of(picture: Picture, axes, color: str) -> np.ndarray:
    """The rows inside of the axes, in its y units, that have pixels of exactly this colour."""
    pixels, box = picture.render(), axes.bbox
    inside = pixels[:, int(box.x0) + 2 : int(box.x1) - 2, :3]
    wanted = np.round(np.array(to_rgb(color)) * 255)
    rows = np.flatnonzero((inside == wanted).all(axis=-1).any(axis=1))
    y = len(pixels) - 0.5 - rows
    y = y[(y > box.y0) & (y < box.y1)]
    return axes.transData.inverted().transform(np.column_stack([y, y]))[:, 1]


def test_the_ink_of_a_number_is_where_it_belongs():
    picture, ones = ProfilesPicture(scale=2.0), np.ones(30)
    lanes = picture.plots["dJ_dw"]
    for value, where in ((0.0, "zero"), (1e-300, None), (np.inf, "overflow"),
                         (np.nan, "overflow"), (1e300, None)):
        flat = np.full(30, value)
        picture.update(ProfilesScene(Profile(ones, ones, flat, flat), Profile(*[ones * 1e3] * 4)))
        rows = rows_of(picture, lanes.axes, GRADIENT_PALE)
        expected = getattr(lanes, where) if where else np.log10(value)
        pixel = np.diff(lanes.axes.get_ylim())[0] / lanes.axes.bbox.height
        assert len(rows) and np.abs(rows - expected).max() < 4 * pixel, value


def pieces(line) -> list[list[tuple[float, float]]]:
    """The points that a line joins."""
    found: list[list[tuple[float, float]]] = [[]]
    for point in line.get_xydata():
        if np.isfinite(point).all():
            found[-1].append(tuple(point))
        elif found[-1]:
            found.append([])
    return [piece for piece in found if piece]


def test_a_curve_joins_neighbours_of_one_kind_only():
    picture = TrainingPicture(scale=1.0)
    J = np.array([1.0, 0.1, 0.0, 0.0, 1e-3, np.inf, np.nan, 0.0, 1e3])
    picture.update(TrainingScene({"plain": (np.arange(9), J)}, {"plain": np.ones(3)}))
    lanes, line = picture.loss, picture.curves["plain"].line
    joined = pieces(line)
    zero, top = lanes.zero, lanes.overflow
    expected = [[(0, 0), (1, -1)], [(4, -3)], [(8, 3)], [(2, zero), (3, zero)], [(7, zero)],
                [(5, top), (6, top)]]
    assert len(joined) == len(expected)
    for piece, other in zip(joined, expected, strict=True):
        np.testing.assert_allclose(piece, other)
    points = line.get_xydata()[line.get_markevery()]
    assert [int(x) for x, _ in points] == [4, 8, 7]  # those that no line would show


def test_a_signed_curve_joins_nothing_to_the_infinite():
    picture = ProfilesPicture(scale=1.0)
    a = np.array([1.0, 2.0, np.inf, np.inf, -np.inf, 3.0, np.nan, -4.0])
    scene = ProfilesScene(Profile(a, a, a, a), Profile(a, a, a, a))
    picture.update(scene)
    joined = [[int(x) for x, _ in piece] for piece in pieces(picture.curves["a", "skip"].line)]
    assert joined == [[1, 2], [6], [8], [3, 4], [5]]


@pytest.mark.parametrize("values", [ODD, np.full(8, np.nan), np.full(8, np.inf), np.zeros(8),
                                    np.array([np.nan]), np.array([-np.inf, np.inf])])
def test_numbers_that_are_none_are_drawn_nowhere(values, profiles_picture):
    picture = profiles_picture
    picture.update(ProfilesScene(spoiled(values), spoiled(values)))
    picture.render()
    for name in ("a", "factor"):
        drawn = getattr(spoiled(values), name)
        plot = picture.plots[name]
        points = [p for piece in pieces(picture.curves[name, "plain"].line) for p in piece]
        assert sorted(int(x) for x, _ in points) == list(1 + np.flatnonzero(~np.isnan(drawn)))
        bottom, top = plot.axes.get_ylim()
        for x, y in points:
            value = drawn[int(x) - 1]
            assert bottom < y < top and np.sign(y) == np.sign(value)
            finite = np.abs(drawn[np.isfinite(drawn)]).max(initial=0.0)
            assert np.isfinite(value) or abs(y) > plot.height(np.array([finite]))[0]
    for name in ("dJ_da", "dJ_dw"):
        count = sum(map(len, pieces(picture.curves[name, "plain"].line)))
        assert count == len(values)  # each number once: in a lane or among the decades


# --- the float32 lines ---


@pytest.mark.parametrize(("sizes", "shown"), [
    ([1e-40], [False, False]), ([1e-41], [True, False]), ([1e-60, 1e20], [True, False]),
    ([1e21], [False, True]), ([1e-300, 1e300], [True, True]), ([], [False, False]),
    ([0.0, np.inf, np.nan], [False, False])])
def test_the_float32_lines_appear_when_they_are_in_range(sizes, shown):
    picture = page()
    picture.lanes.fit(np.array([1e-300, 1e300]))
    picture.lanes.fit(np.array(sizes))
    lanes = picture.lanes
    smallest = np.nextafter(np.float32(0), np.float32(1), dtype=np.float32)
    ends = [np.log10(float(smallest)), np.log10(float(np.finfo(np.float32).max))]
    drawn = [segment[0, 1] for segment in lanes.ends.get_segments()]
    assert drawn == pytest.approx([end for end, is_shown in zip(ends, shown, strict=True)
                                   if is_shown])
    assert [name.get_visible() for name in lanes.names] == shown
    assert [lanes.low < end < lanes.high for end in ends] == shown
    for name in lanes.names:
        assert name.get_text() == "float32 ends here"


# --- calm axes ---


def test_limits_change_only_in_steps():
    """A fine sweep of 400 settings draws the still part anew a few times only."""
    picture = ProfilesPicture(scale=1.0)
    drawn, anew = [], 0
    for ratio in np.geomspace(0.05, 3.0, 400):
        picture._still = object()
        picture.update(ProfilesScene(profile(20, ratio), profile(20, 1 + ratio / 10)))
        anew += picture._still is None
        drawn.append(tuple(p.axes.get_ylim() for p in picture.plots.values()))
    changes = sum(a != b for a, b in pairwise(drawn))
    assert anew <= changes + 1 <= 20


def test_the_axis_of_the_layers_is_longer_in_steps():
    axis = page().layers
    ends = []
    for layers in range(1, 101):
        axis.fit(layers)
        left, right = axis.axes.get_xlim()
        assert left < 1 and layers < right
        ends.append(axis.end)
    assert sorted(set(ends)) == [5, 10, 20, 50, 100] and ends == sorted(ends)
    with pytest.raises(ValueError, match=r"101 layers .* at most 100"):
        axis.fit(101)


# --- ticks ---


def gaps(ticks: QuickTicks, scale: float) -> tuple[np.ndarray, list[float]]:
    """Places of the ticks along their axis and widths of their labels, in CSS pixels."""
    which = int(ticks.way == "y")
    data = np.zeros((len(ticks.places), 2))
    data[:, which] = ticks.places
    places = ticks.axes.transData.transform(data)[:, which] / scale
    widths = [np.ptp(_outline(label, "left")[0].vertices[:, 0]) * ticks.size * 96 / 72
              for label in ticks.labels]
    return places, widths


def assert_apart_in_height(ticks: QuickTicks, room: float) -> None:
    places, widths = gaps(ticks, 1.0)
    assert np.diff(np.sort(places)).min() >= CAP_HEIGHT * ticks.size * 96 / 72 + 3
    assert max(widths) <= room
    assert len(set(ticks.labels)) == len(ticks.labels)


@pytest.mark.parametrize("name", CASES)
def test_ticks_of_lanes_never_overlap(name):
    picture = CASES[name][0](scale=1.0)
    plots = [thing for thing in [*vars(picture).values(), *getattr(picture, "plots", {}).values()]
             if isinstance(thing, LogLanes)]
    assert len(plots) == {"profiles": 2, "clipping": 1, "training": 2}[name]
    for lanes, low, high in product(plots, log_lanes.STEPS, log_lanes.STEPS):
        lanes._set(-low, high)
        assert_apart_in_height(lanes.ticks, 48)
        assert lanes.ticks.labels[0] == "0" and lanes.ticks.labels[-1] == "∞"
        assert len(lanes.ticks.labels) >= 4
        for label, place in zip(lanes.ticks.labels[1:-1], lanes.ticks.places[1:-1], strict=True):
            assert float(label.replace("−", "-")) == pytest.approx(10.0**place, rel=1e-12)
        assert lanes.on_line(np.array([1.0]))[0] in lanes.ticks.places  # 1 is always there


def test_ticks_of_signed_axes_never_overlap():
    plot = ProfilesPicture(scale=1.0).plots["a"]
    ends = [(reach, 0) for reach in profiles.LINEAR] + [(1, s) for s in log_lanes.STEPS]
    for (reach, decades), negative, infinite in product(ends, (True, False), (True, False)):
        if not (decades == 1 and reach == 1):
            plot._set(reach, decades, negative, infinite)
            assert_apart_in_height(plot.ticks, 49)
            for label, place in zip(plot.ticks.labels, plot.ticks.places, strict=True):
                value = float(label.replace("−", "-").replace("∞", "inf"))
                assert plot.height(np.array([value]))[0] == pytest.approx(place)


@pytest.mark.parametrize("new", [ProfilesPicture, ClippingPicture, TrainingPicture])
def test_ticks_of_layers_never_overlap(new):
    picture = new(scale=1.0)
    layers = picture.layers[0] if new is ProfilesPicture else picture.layers
    for last in (1, 5, 10, 11, 50, 100):
        layers.fit(last)
        places, widths = gaps(layers.ticks, 1.0)
        for k, (a, b) in enumerate(pairwise(places)):
            assert b - a >= (widths[k] + widths[k + 1]) / 2 + 4


def test_a_tick_stands_at_its_number_with_a_line():
    picture = page()
    picture.lanes.fit(np.array([1e-6, 1.0]))
    pixels = picture.render()
    box, ticks = picture.lanes.axes.bbox, picture.lanes.ticks
    column = pixels[:, int(box.x0) + 40, :3].min(axis=-1)
    for at in gaps(ticks, 1.0)[0]:
        row = len(pixels) - 1 - int(at)
        assert column[row - 1 : row + 2].min() < 235
        label = pixels[row - 3 : row + 4, int(box.x0) - 16 : int(box.x0) - 3, :3]
        assert label.min() < 120


# --- signed axes ---


@given(st.lists(st.floats(allow_nan=False), min_size=2, max_size=8))
def test_a_signed_axis_keeps_the_order_and_the_sign(values):
    plot, values = SHARED.signed, np.sort(np.array(values))
    plot.fit(values)
    y = plot.height(values)
    assert (np.diff(y) >= 0).all() and (np.sign(y) == np.sign(values)).all()
    np.testing.assert_array_equal(plot.height(-values), -y)
    bottom, top = plot.axes.get_ylim()
    assert bottom < y[0] and y[-1] < top


def test_a_signed_axis_is_linear_up_to_ten_and_has_decades_beyond():
    plot = page().signed
    values = np.array([-10.0, 0.25, 3.0, 10.0])
    plot.fit(values)
    np.testing.assert_array_equal(plot.height(values), values)
    plot.fit(np.array([1e6]))
    steps = np.diff(plot.height(10.0 ** np.arange(7)))
    np.testing.assert_allclose(steps, steps[0])
    np.testing.assert_allclose(np.diff(plot.height(np.linspace(0, 1, 5)), 2), 0, atol=1e-12)


# --- the two networks, before and after, three ways ---


def test_plain_and_skip_differ_in_more_than_colour_and_the_present_one_is_heavier():
    picture = ProfilesPicture(scale=2.0)
    for other in (profile(50, 0.9), None):
        picture.update(ProfilesScene(profile(50, 0.9), other))
        assert {text.get_visible() for text in picture.names.values()} == {other is not None}
        for name in (field.name for field in fields(Profile)):
            plain, skip = (picture.curves[name, way].line for way in ("plain", "skip"))
            assert plain.get_linestyle() == "-" and skip.get_linestyle() == "--"
            assert plain.get_marker() != skip.get_marker()
            heavier = plain.get_linewidth() > skip.get_linewidth()
            assert heavier == (other is None)
            # equal numbers: the dashes lie on the line, so that both are seen
            is_value = name in ("a", "factor")
            dark, pale = (VALUE, VALUE_PALE) if is_value else (GRADIENT, GRADIENT_PALE)
            axes = picture.plots[name].axes
            assert len(rows_of(picture, axes, pale))
            assert bool(len(rows_of(picture, axes, dark))) == (other is not None)


def test_clipping_is_a_parallel_shift():
    picture = ClippingPicture(scale=1.0)
    picture.update(clipping_scene(1.3, 30, 0.5))
    before, after = (np.array(pieces(curve.line)[0]) for curve in picture.curves)
    shift = before[:, 1] - after[:, 1]
    np.testing.assert_allclose(shift, shift[0])
    ends = [stem.get_ydata()[1] for stem in picture.stems]
    assert ends[0] - ends[1] == pytest.approx(shift[0])
    assert ends[1] == pytest.approx(np.log10(0.5))
    assert picture.tau.get_ydata()[0] == pytest.approx(np.log10(0.5))


@pytest.mark.parametrize(("norm", "words"), [
    (160.64, "‖∇J‖ = 160.6 > τ = 1: every gradient times τ/‖∇J‖"),
    (1.0, "‖∇J‖ = 1 ≤ τ = 1: nothing is clipped"), (0.0, "‖∇J‖ = 0 ≤ τ = 1: nothing is clipped"),
    (np.inf, "overflow: there is no finite ‖∇J‖ to clip"),
    (np.nan, "overflow: there is no finite ‖∇J‖ to clip")])
def test_the_words_above_the_lengths(norm, words):
    picture = ClippingPicture(scale=1.0)
    picture.update(ClippingScene(np.ones(2), np.ones(2), 1.0, norm, min(norm, 1.0)))
    assert picture.headline.text == words


def test_only_the_ways_that_are_there_are_drawn_with_their_notes():
    picture = TrainingPicture(scale=2.0)
    colors = {"plain": VALUE_PALE, "skip": VALUE, "clipping": BLACK}
    for names in (["plain"], ["skip", "clipping"], list(colors), []):
        picture.update(training_scene(8, 40, *names))
        for way, color in colors.items():
            assert (way in names) == bool(len(rows_of(picture, picture.loss.axes, color)))
            assert (way in names) == bool(len(rows_of(picture, picture.moved.axes, color)))
            assert picture.notes[way].text.endswith(": a note" if way in names else "")
            assert bool(picture.notes[way].text) == (way in names)


def test_a_run_that_diverged_leaves_the_picture_and_the_others_keep_their_axes():
    steps = np.arange(6)
    good, bad = 10.0 ** -steps, np.array([1.0, 1e40, 1e150, 1e300, 1e305, np.inf])
    both, alone = TrainingPicture(scale=1.0), TrainingPicture(scale=1.0)
    moved = {"clipping": np.full(3, 0.5), "plain": np.full(3, 1e110)}
    both.update(TrainingScene({"plain": (steps, bad), "clipping": (steps, good)}, moved))
    alone.update(TrainingScene({"clipping": (steps, good)}, {"clipping": moved["clipping"]}))
    for name in ("loss", "moved"):
        assert getattr(both, name).axes.get_ylim() == getattr(alone, name).axes.get_ylim()
    assert both.loss.in_lane(bad)[-1] == both.loss.overflow
    both.update(TrainingScene({"plain": (steps, bad)}, {"plain": moved["plain"]}))
    assert both.loss.high > 300  # nothing else to be seen: the whole of it


def test_covered_profiles_tell_the_activations_and_nothing_else(profiles_picture):
    def seen(made: Profile, covered: bool) -> tuple[np.ndarray, np.ndarray]:
        scene = ProfilesScene(made, title="a chain", covered=covered)
        profiles_picture.update(scene)
        pixels = profiles_picture.render().copy()
        return pixels[:, :210], pixels[:, 210:]  # the first of four plots, and the others

    (a, others), (large_a, large_others) = (seen(profile(20, r), True) for r in (0.2, -40.0))
    assert (others == large_others).all() and (a != large_a).any()
    assert (seen(profile(20, 0.2), False)[0] == a).all()
    words = ProfilesScene(profile(20, 0.2), title="a chain", covered=True).words()
    assert words.endswith("The numbers of layer 1, 11, 20. a 1, 1.024e−7, 5.243e−14."), words
