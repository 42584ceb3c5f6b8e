"""Pictures: the right pixels, the same artists after every update, texts that keep apart."""

from __future__ import annotations

import gc
from dataclasses import replace

import numpy as np
import pytest
from lab_tools import EACH_LAB_MUCH
from matplotlib.colors import ListedColormap, to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.path import Path

from mlp_widgets.drawing.curves import apart
from mlp_widgets.drawing.diagram import DiagramPicture, DiagramScene, Edge, Node, fitted
from mlp_widgets.drawing.exits import nearest
from mlp_widgets.drawing.fit import FitPicture, FitScene
from mlp_widgets.drawing.landscape import LandscapePicture, LandscapeScene
from mlp_widgets.drawing.picture import Picture, Scene, stepped_limit
from mlp_widgets.drawing.quick_artists import CAP_HEIGHT, QuickImage, QuickText, _glyph, _outline
from mlp_widgets.drawing.style import BLACK, GRADIENT, HIDDEN, LANDSCAPE, VALUE
from mlp_widgets.fields import PARAMETER, Choice, Number, Place, Several, Switch, declared
from mlp_widgets.lectures.three_neuron import scenes
from mlp_widgets.lectures.three_neuron.numbers import LECTURE, Numbers, ThreeNeuronState
from mlp_widgets.text import round_limit

WHITE = np.array([255, 255, 255])


def ink(pixels) -> tuple[int, int, int, int]:
    """Box (left, top, right, bottom) of all that is clearly not white."""
    dark = (pixels[..., :3].astype(int) < 160).any(axis=-1)
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1])


def copy_of(picture: Picture) -> np.ndarray:
    return picture.render().copy()


class Page(Picture):
    """Axes over all of the picture, for one artist."""

    def build(self):
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set(xlim=(0, self.width), ylim=(0, self.height))
        self.axes.axis("off")


# --- quick text and image against matplotlib's own ---


@pytest.mark.parametrize("text", ["w₁₁ = −5.9", "∂J/∂b₂₁", "Ag 0.5019", "ŷ = 1e−14", "σ"])
@pytest.mark.parametrize(("align", "rotation"), [("left", 0), ("center", 30), ("right", -72)])
def test_quick_text_stands_where_text_stands(text, align, rotation):
    page, other = Page(220, 200, 2.0), Page(220, 200, 2.0)
    quick = QuickText(page.axes, 110, 100, text, size=12, align=align, rotation=rotation)
    page.moving(quick)
    # matplotlib's baseline, so much below the place as the middle of a capital letter
    down = CAP_HEIGHT / 2 * 12 * 96 / 72
    turn = np.radians(rotation)
    place = (110 + down * np.sin(turn), 100 - down * np.cos(turn))
    other.axes.text(*place, text, size=12, ha=align, va="baseline", rotation=rotation,
                    rotation_mode="anchor")
    np.testing.assert_allclose(ink(page.render()), ink(other.render()), atol=3)


def test_lines_of_quick_text_stand_below_each_other():
    page = Page(200, 200, 1.0)
    text = page.moving(QuickText(page.axes, 100, 100, "HHH", size=20))
    one = ink(page.render())
    text.show("HHH\nHHH")
    two = ink(page.render())
    assert one[0] == two[0] and one[2] == two[2]
    assert sum(one[1::2]) == pytest.approx(sum(two[1::2]), abs=2)  # both are centred
    assert two[3] - two[1] > 1.9 * (one[3] - one[1])


def test_quick_text_has_its_colour_its_place_and_no_ink_when_empty():
    page = Page(200, 100, 2.0)
    text = page.moving(QuickText(page.axes, 50, 50, "HHH", size=20))
    page.render()
    text.show("HHH", color="#C04A00", place=(150, 50), align="left")
    pixels = copy_of(page)
    assert ink(pixels)[0] >= 300
    assert (pixels[..., :3] == np.round(np.array(to_rgb("#C04A00")) * 255)).all(axis=-1).any()
    text.show("")
    assert (page.render()[..., :3] == WHITE).all()
    text.show("HHH")
    text.set_visible(False)
    assert (page.render()[..., :3] == WHITE).all()


def test_the_box_of_a_quick_text_hides_what_is_behind():
    page = Page(200, 100, 2.0)
    page.axes.plot([0, 200], [50, 50], color="black", linewidth=2)
    text = page.moving(QuickText(page.axes, 100, 50, "i", size=20, box=True))
    row = copy_of(page)[100, :, 0]
    assert row[20] == row[380] == 0 and (row[190:193] == 255).all() and (row[208:210] == 255).all()
    text.show("")
    assert (page.render()[100, :, 0] == 0).all()


def test_letters_that_the_font_lacks_are_boxes():
    page = Page(100, 50, 1.0)
    page.moving(QuickText(page.axes, 50, 25, "語\U0001f600"))
    assert page.render().min() < 255


@pytest.mark.parametrize("shape", [(3, 5), (101, 101), (1, 1), (4, 300)])
def test_quick_image_paints_what_imshow_paints(shape):
    colors = ListedColormap(LANDSCAPE(range(24)))
    values = np.random.default_rng(1).uniform(-1, 2, shape)
    page, other = Page(240, 160, 1.0), Page(240, 160, 1.0)
    image = page.moving(QuickImage(page.axes, colors))
    image.values, image.limits = values, (-1.0, 2.0)
    other.axes.imshow(values, cmap=colors, vmin=-1, vmax=2, origin="lower", aspect="auto",
                      extent=(0, 240, 0, 160), interpolation="nearest")
    # imshow rounds its colours down
    got, expected = page.render().astype(int), other.render().astype(int)
    assert (np.abs(got - expected) > 1).any(axis=-1).mean() < 0.015
    rows = ((np.arange(shape[0]) + 0.5) / shape[0] * 160).astype(int)
    columns = ((np.arange(shape[1]) + 0.5) / shape[1] * 240).astype(int)
    if max(shape) <= 101:  # centres of the cells, row 0 at the bottom
        cells = np.round(colors((values + 1) / 3) * 255)
        assert (got[159 - rows][:, columns] == cells).all()


def test_quick_image_shows_values_beyond_its_limits_as_the_ends():
    page = Page(30, 10, 1.0)
    image = page.moving(QuickImage(page.axes, LANDSCAPE))
    image.values, image.limits = np.array([[-50.0, 0.5, np.inf]]), (0.0, 1.0)
    pixels = page.render()[5, [5, 25], :3]
    assert (pixels == np.round(LANDSCAPE([0, 23])[:, :3] * 255)).all()


# --- pictures ---


def test_a_picture_has_the_pixels_it_promises():
    for scale in (1.0, 1.5, 2.0):
        assert Page(120, 80, scale).render().shape == (80 * scale, 120 * scale, 4)
    assert (Page(120, 80).render() == 255).all()
    assert repr(Page(120, 80)) == "Page(120 x 80)"


def test_only_moving_artists_are_drawn_again():
    page = Page(100, 100, 1.0)
    still = page.axes.plot([0, 100], [80, 80], color="black", linewidth=4)[0]
    line = page.moving(page.axes.plot([0, 100], [20, 20], color="black", linewidth=4)[0])
    first = copy_of(page)
    still.set_ydata([60, 60])
    line.set_ydata([40, 40])
    second = copy_of(page)
    assert first[20, 50, 0] == second[20, 50, 0] == 0  # the still part was kept
    assert first[80, 50, 0] == second[60, 50, 0] == 0 and second[80, 50, 0] == 255
    page.redraw_still()
    third = copy_of(page)
    assert third[40, 50, 0] == 0 and third[20, 50, 0] == 255


def test_other_limits_draw_the_still_part_again_equal_ones_do_not():
    page = Page(100, 100, 1.0)
    page.render()
    kept = page._still
    page.set_limits(page.axes, x=(0, 100), y=(0, 100))
    assert page._still is kept
    for limits in ({"y": (0, 50)}, {"x": (0, 70)}, {"x": (5, 70), "y": (0, 50)}):
        page.render()
        page.set_limits(page.axes, **limits)
        assert page._still is None


def test_pictures_do_not_stay_alive():
    def figures():
        gc.collect()
        return sum(isinstance(thing, Figure) for thing in gc.get_objects())

    before = figures()
    for _ in range(5):
        Page(20, 20, 1.0).render()
    assert figures() == before


@pytest.mark.parametrize(
    ("value", "limit"),
    [(1, 1), (1.1, 2), (2.5, 3), (4, 5), (7, 10), (10, 10), (11, 20), (0.03, 0.03), (0.031, 0.05),
     (0, 1), (-3, 1), (1e9, 1e9)],
)
def test_round_limit(value, limit):
    assert round_limit(value) == pytest.approx(limit)


def test_stepped_limit():
    values = [0, 4.9, 5, 5.1, 20, 21, 1e30]
    got = [stepped_limit(value, 4.2) for value in values]
    assert got[:6] == [5, 5, 5, 20, 20, 80] and 1e30 <= got[6] < 4e30


@pytest.mark.parametrize(("kind", "method"), [(Scene, "words"), (Picture, "build")])
def test_a_base_says_what_it_lacks(kind, method):
    own = type("Own", (kind,), {})
    with pytest.raises(TypeError, match=rf"Own must define {method}\(\)"):
        own().words() if kind is Scene else own(10, 10)


# --- the pictures of every lab ---


def artists(picture: Picture) -> list:
    """All artists; left out are ticks and the colour bar, which matplotlib makes as it needs."""
    kept = [axes for axes in picture.figure.axes if axes is not getattr(picture, "bar", None)]
    inner = [child for axes in kept for child in axes.get_children()]
    return [*picture.figure.get_children(), *inner]


def moves(state):
    """Changes of each field after the other: every choice, small and middling numbers."""
    for name, of in declared(type(state)).items():
        if isinstance(of, (Choice, Several)):
            several = isinstance(of, Several)
            yield from ({name: (option,) if several else option} for option in of.options)
        elif isinstance(of, Switch):
            yield from ({name: value} for value in (True, False))
        elif isinstance(of, Place):
            yield {name: min(4, of.last(state))}
        elif isinstance(of, Number) and of.ends(state):
            low, high, _ = of.ends(state)
            for value in (low, round(low + (high - low) / 4))[of.role is PARAMETER :]:
                yield {name: 10.0**value if of.log else value}


@EACH_LAB_MUCH
def test_a_picture_is_built_once_and_then_updated(name, make, monkeypatch):
    blank = np.zeros((1, 1, 4), np.uint8)  # pixels are not looked at, and take most of the time
    monkeypatch.setattr(Picture, "render", lambda picture: blank)
    lab = make(name, scale=0.25)
    before: dict[Picture, list] = {}
    for change in moves(lab.state):
        try:
            lab.set(**change)
        except ValueError:  # does not go together with the present state
            continue
        for picture in lab.pictures_in_view:
            found = artists(picture)
            assert before.setdefault(picture, found) == found, change
            assert set(picture._moving) <= set(found)


# --- the fit of the three-neuron lab ---


def numbers_of(data="all days", **changes) -> Numbers:
    """The lecture's state, with changes."""
    return Numbers(ThreeNeuronState(data=data, **changes))


@pytest.fixture(scope="module")
def picture():
    """Of the fit; every update shows all of a scene."""
    return FitPicture(scale=2.0)


def fit_scene(**changes) -> FitScene:
    return replace(scenes.fit(numbers_of()), **changes)


def changed_columns(with_it, without) -> np.ndarray:
    return np.flatnonzero((with_it != without).any(axis=(0, 2)))


@pytest.mark.parametrize("neuron", [0, 1])
def test_a_kink_stands_at_its_hour(picture, neuron):
    bare = fit_scene(kinks=(None, None))
    picture.update(bare)
    without = copy_of(picture)
    for kink in (14.75, 26 / 3, 0.5, 22.9):
        picture.update(replace(bare, kinks=(kink, None) if neuron == 0 else (None, kink)))
        pixels = picture.render()
        x, low = picture.parts.transData.transform((kink, 0))
        top = len(pixels) - round(picture.parts.bbox.y1)
        rows = slice(top, len(pixels) - round(low) - 5)  # upper half of the plot of contributions
        columns = changed_columns(pixels[rows], without[rows])
        assert abs(columns.mean() + 0.5 - x) <= 1 and len(columns) <= 5
        color = np.round(np.array(to_rgb(HIDDEN[neuron])) * 255)
        assert np.abs(pixels[rows][:, columns, :3] - color).max(axis=-1).min() <= 1


def test_a_kink_outside_has_no_line_but_an_arrow_at_the_edge(picture):
    picture.update(fit_scene(kinks=(None, None)))
    without = copy_of(picture)
    low = len(without) - round(picture.parts.bbox.y1)  # below the plot of the curve
    for kink, text in ((-1e9, "◂ kink 1: x = −1e9"), (-5.0, "◂ kink 1: x = −5"),
                       (24.5, "kink 1: x = 24.5 ▸"), (np.inf, "kink 1: x = ∞ ▸"),
                       (-np.inf, "◂ kink 1: x = −∞")):
        picture.update(fit_scene(kinks=(5.0, 6.0)))
        picture.update(fit_scene(kinks=(kink, None)))
        pixels = picture.render()
        assert (pixels[low:] == without[low:]).all() and (pixels != without).any(), kink
        label, other = picture.kink_names
        assert label.text == text and not other.get_visible()
    picture.update(fit_scene(kinks=(None, None)))
    assert (picture.render() == without).all()


@pytest.mark.parametrize(("kinks", "sides"), [
    ((14.75, 8.667), ["left", "right"]),  # to the right the text would lie on the other line
    ((20.0, 3.0), ["right", "left"]), ((5.0, 5.0), ["left", "left"])])
def test_the_text_of_a_kink_does_not_lie_on_the_line_of_the_other(picture, kinks, sides):
    scene = fit_scene(kinks=kinks)
    picture.update(replace(scene, curve=np.zeros_like(scene.curve)))
    assert [label.align for label in picture.kink_names] == sides


def test_the_curve_passes_through_its_points(picture):
    scene = fit_scene(kinks=(None, None))
    picture.update(scene)
    pixels = picture.render()
    places = picture.fit.transData.transform(np.column_stack([scene.grid, scene.curve]))
    for x, y in places[3:-3:7]:
        colour = pixels[len(pixels) - 1 - round(y), round(x), :3] / 255
        assert np.abs(colour - to_rgb(VALUE)).max() < 0.1


def test_residuals_are_prediction_minus_data(picture):
    scene = fit_scene()
    picture.update(scene)
    tips = np.array([segment[1] for segment in picture.sticks.get_segments()])
    np.testing.assert_array_equal(tips, np.column_stack([scene.x, scene.y_hat - scene.y]))
    low, high = picture.residual.get_ylim()
    assert low == -high and np.abs(tips[:, 1]).max() <= high


def test_baselines_are_drawn_with_their_names(picture):
    grid = fit_scene().grid
    line = {"line": np.linspace(1, 5, len(grid))}
    seen = []
    for baselines in ({}, line, {**line, "quadratic": np.full(len(grid), 3.0)}, {}):
        picture.update(fit_scene(baselines=baselines))
        seen.append(copy_of(picture))
        shown = [name for name, text in picture.baseline_names.items() if text.get_visible()]
        assert shown == list(baselines)
    assert (seen[0] != seen[1]).any() and (seen[1] != seen[2]).any()
    assert (seen[0] == seen[3]).all()


def signs(picture: FitPicture) -> list[str]:
    return [text.text for text in picture.exits.texts if text.get_visible()]


def test_a_curve_that_leaves_the_plot_has_signs_with_the_values_it_reaches(picture):
    scene, grid = fit_scene(kinks=(None, None)), fit_scene().grid
    low, high = grid[0], grid[-1]
    share = (grid - low) / (high - low)
    for curve, expected in (
            (np.full(len(grid), 3.0), []), (3 + 20.4 * share**2, ["▲ 23.4"]),
            (3 - 20 * share, ["▼ −17"]), (3 + 80 * (share - 0.5) ** 2, ["▲ 23", "▲ 23"]),
            (60 + 9 * share, ["▲ all of ŷ: 60 to 69"]),
            (3 + 50 * np.sin(2 * np.pi * share), ["▲ 53", "▼ −47"])):
        picture.update(replace(scene, curve=curve))
        assert signs(picture) == expected
    text = picture.exits.texts[0]  # the top of the sine stands at a quarter of the plot
    assert (text.place[0] - low) / (high - low) == pytest.approx(0.25, abs=0.04)


@pytest.mark.parametrize(("wanted", "taken", "found"), [
    (50, [], 50), (2, [], 10), (99, [], 90), (50, [(45, 60)], 35), (50, [(35, 52)], 62),
    (50, [(40, 60), (20, 40)], 70), (50, [(0, 100)], 50)])
def test_a_sign_stands_as_near_as_there_is_room(wanted, taken, found):
    assert nearest(wanted, 10.0, taken, 100.0) == pytest.approx(found)


def test_names_of_curves_are_moved_apart_as_little_as_needed():
    for places, least, expected in (
            ([0.0, 5.0], 1.0, [0, 5]), ([0.0, 0.0], 1.0, [-0.5, 0.5]),
            ([1.0, 1.2, 1.4, -0.0 + 9], 1.0, [0.2, 1.2, 2.2, 9]), ([10.0, 10.0], 1.0, [9, 10])):
        np.testing.assert_allclose(apart(np.array(places), least, 10.0), expected, atol=1e-12)


# --- the diagram ---


@pytest.mark.parametrize(("line", "room", "shown"), [
    ("z = −1.234e−10", 200, "z = −1.234e−10"), ("z = −1.234e−10", 75, "z = −1e−10"),
    ("z = 123456.7", 60, "z = 1.2e5"), ("∂J/∂w = +0.00546", 100, "∂J/∂w = +0.0055"),
    ("x = −3.3", 50, "x=−3.3"), ("x = −3.3", 44, "x = −3"), ("z = 0", 5, "z=0"),
    ("identity", 5, "identity"), ("−0.0502", 45, "−0.05")])
def test_a_number_has_as_many_digits_as_there_is_room_for(line, room, shown):
    assert fitted(line, room) == shown


def test_gradients_are_purple_and_values_black_and_both_grey_where_they_are_off():
    purple, black = (np.round(np.array(to_rgb(c)) * 255) for c in (GRADIENT, BLACK))
    picture = DiagramPicture(scale=2.0)
    for states, in_purple, in_black in (("on", True, True), ("off", False, False)):
        nodes = (Node("a", 0.2, 0.5, "∂L/∂z\n−1", states), Node("b", 0.8, 0.5, "z = 1", states))
        picture.update(DiagramScene(nodes, (Edge("a", "b", "w = 1\n∂L/∂w = 2", 1.0, states),)))
        pixels = picture.render()[..., :3]
        columns = np.flatnonzero((pixels == purple).all(axis=-1).any(axis=0)) / 2
        assert bool(len(columns)) == in_purple == (pixels == purple).all(axis=-1).any()
        assert (columns < 0.65 * picture.width).all()  # the value in b is black
        ink = pixels[:, int(1.47 * picture.width) : int(1.73 * picture.width)]
        assert (ink == black).all(axis=-1).any() == in_black
    assert [text for text, _ in picture.labels[0]._parts()] == ["w = 1\n∂L/∂w = 2"]
    picture.labels[0].show("w = 1\n∂L/∂w = 2", color=BLACK, gradient=GRADIENT)
    assert list(picture.labels[0]._parts()) == [("w = 1\n", BLACK), ("\n∂L/∂w = 2", GRADIENT)]



def outlines(picture: DiagramPicture) -> dict[str, Path]:
    """Box of the ink of every label and of the text in every circle, in CSS pixels."""
    texts = {label.text: label for label in picture.labels}
    texts |= {f"node {i}": text for i, text in enumerate(picture.texts)}
    known = set(texts.values())
    others = [a for a in picture.axes.get_children() if isinstance(a, QuickText) and a not in known]
    texts |= {f"still {i}": text for i, text in enumerate(others)}  # the caption
    boxes = {}
    for name, text in texts.items():
        if not text.text:
            continue
        path, _ = _outline(text.text, text.align)
        points = path.vertices[path.codes != Path.CLOSEPOLY]  # the place of that one means nothing
        low, high = points.min(axis=0), points.max(axis=0)
        corners = np.array([low, (high[0], low[1]), high, (low[0], high[1]), low])
        turn = np.radians(text.rotation)
        matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        size = text.size * 96 / 72
        boxes[name] = Path(corners * size @ matrix.T + np.array(text.place))
    return boxes


def overlaps(picture: DiagramPicture, labels_only: bool = False) -> list[tuple[str, str]]:
    boxes = list(outlines(picture).items())
    boxes = [b for b in boxes if not (labels_only and b[0].startswith("node"))]
    return [(a, b) for i, (a, one) in enumerate(boxes) for b, other in boxes[:i]
            if one.get_extents().overlaps(other.get_extents())
            and one.intersects_path(other, filled=True)]


@pytest.fixture(scope="module")
def diagram():
    """The diagram of the three-neuron lab; every update shows all of a scene."""
    return DiagramPicture(scale=1.0)


def with_values(diagram: DiagramPicture, value: float, edges: str) -> DiagramPicture:
    """The diagram with one number for all parameters and gradients."""
    numbers = numbers_of(edges=edges, **dict.fromkeys(LECTURE, value))
    numbers.__dict__["gradient"] = dict.fromkeys(LECTURE, value)
    diagram.update(scenes.diagram(numbers))
    return diagram


@pytest.mark.parametrize(("value", "edges"), [
    (-5.9, "values"), (-99.4, "values"), (-5.9, "gradients"), (0.0, "gradients"),
    (0.123, "gradients"), (-0.0123, "gradients"), (15.0, "gradients"), (123.0, "gradients"),
])
def test_no_text_of_the_diagram_touches_another(diagram, value, edges):
    assert overlaps(with_values(diagram, value, edges)) == []


# the longest numbers that three digits can be: "−999999", "−1.23e−10"
@pytest.mark.parametrize(("value", "edges"), [
    (-999999.4, "values"), (-1.234e-10, "values"), (-999999.4, "gradients"),
    (-1.234e-10, "gradients"), (-9.87e12, "gradients"), (123456.7, "gradients"),
])
def test_no_label_of_the_diagram_touches_another(diagram, value, edges):
    picture = with_values(diagram, value, edges)
    assert overlaps(picture, labels_only=True) == []
    for name, box in outlines(picture).items():
        low, high = box.get_extents().min, box.get_extents().max
        assert (low >= 0).all() and (high <= (picture.width, picture.height)).all(), name


def test_the_overlap_check_sees_an_overlap():
    nodes = (Node("a", 0.1, 0.5), Node("b", 0.9, 0.5), Node("c", 0.11, 0.5), Node("d", 0.89, 0.5))
    picture = DiagramPicture()
    picture.update(DiagramScene(nodes, (Edge("a", "b", "w = 1", 1.0),
                                        Edge("c", "d", "v = 2", 2.0))))
    assert overlaps(picture) == [("v = 2", "w = 1")]


def test_texts_fit_into_their_circles(diagram):
    for changes in ({}, {"w11": -5e5}, {"b11": 1e5, "b12": -1e5, "b21": -1e5}):
        scene = scenes.diagram(numbers_of(**changes))
        diagram.update(scene)
        boxes = outlines(diagram)
        for i, node in enumerate(scene.nodes):
            if not node.still:
                box = boxes[f"node {i}"].get_extents()
                assert box.width <= node.size and box.height <= node.size


def test_dashes_are_for_negative_weights_so_the_fit_tells_its_neurons_by_marks(picture):
    assert {line.get_linestyle() for line in picture.contributions + picture.kinks} == {"-"}
    assert len({line.get_marker() for line in picture.contributions}) == 2
    assert {name: line.get_linestyle() for name, line in picture.baselines.items()} == {
        "line": "-", "quadratic": ":"}
    picture.update(fit_scene())
    placed = [set(range(*line.get_markevery()[:1], len(line.get_xdata()), line.get_markevery()[1]))
              for line in picture.contributions]
    assert not placed[0] & placed[1] and min(map(len, placed)) >= 5  # both are seen on one line


def test_edges_and_nodes_look_as_their_numbers(diagram):
    picture = diagram
    picture.update(scenes.diagram(numbers_of()))
    colors = dict(zip(LECTURE, map(to_hex, picture.lines.get_color()), strict=True))
    dashes = dict(zip(LECTURE, picture.lines.get_linestyle(), strict=True))
    for name, value in LECTURE.items():
        grey = name == "w21"  # at x = 8 neuron 1 is off
        assert colors[name] == ("#d0d0d0" if grey else VALUE)
        assert (dashes[name][1] is None) == (value > 0)
    widths = dict(zip(LECTURE, picture.lines.get_linewidth(), strict=True))
    assert sorted(widths, key=widths.get) == sorted(LECTURE, key=lambda n: abs(LECTURE[n]))
    faces = [to_hex(face) for face in picture.circles.get_facecolor()]
    assert faces == ["#ffffff", "#efefef", *["#ffffff"] * 5]
    rims = [to_hex(rim) for rim in picture.circles.get_edgecolor()]
    assert rims == [BLACK, "#d0d0d0", HIDDEN[1].lower(), *[BLACK] * 4]
    assert len(picture.crosses.get_segments()) == 0
    picture.update(scenes.diagram(numbers_of(b12=-1.0)))  # neuron 2 is off everywhere
    middle = np.mean([line.mean(axis=0) for line in picture.crosses.get_segments()], axis=0)
    assert middle == pytest.approx(picture.places["h2"])


def test_what_is_lit_has_a_halo_and_what_is_reused_a_dashed_one():
    nodes = (Node("a", 0.1, 0.5, "1", lit="reused"), Node("b", 0.9, 0.5, "2"))
    edge = Edge("a", "b", "w = 1", 1.0, lit="now")
    picture = DiagramPicture()
    plain = DiagramScene((replace(nodes[0], lit=""), nodes[1]), (replace(edge, lit=""),))
    picture.update(plain)
    dark = copy_of(picture)
    assert not picture.halos.get_visible() and not picture.rings.get_visible()
    picture.update(DiagramScene(nodes, (edge,)))
    assert picture.halos.get_linewidth() == [11.0]
    assert list(picture.rings.get_linewidth()) == [4.0, 0.0]
    assert picture.halos.get_linestyle()[0][1] is None
    assert picture.rings.get_linestyle()[0][1] is not None
    assert (copy_of(picture) != dark).any()
    picture.update(plain)
    assert (copy_of(picture) == dark).all()


def test_a_bent_edge_passes_above_and_a_hidden_one_is_not_drawn():
    nodes = (Node("a", 0.1, 0.5), Node("b", 0.9, 0.5))
    edge = Edge("a", "b", "+1", 1.0, "plain", bend=60.0)
    picture = DiagramPicture()
    picture.update(DiagramScene(nodes, (edge,)))
    (path,) = picture.paths
    assert path[:, 1].max() == pytest.approx(0.5 * picture.height + 60, abs=0.1)
    hidden = DiagramScene(nodes, (replace(edge, state="hidden"),))
    picture.update(hidden)
    bare = copy_of(picture)
    picture.update(DiagramScene(nodes, (edge,)))
    assert (copy_of(picture) != bare).any()
    assert picture.labels[0].text == "+1"


# --- the landscape ---


@pytest.fixture(scope="module")
def map_of():
    """A picture of the landscape; every update shows all of a scene."""
    return LandscapePicture(scale=2.0)


def path_of(numbers: Numbers, count: int) -> list:
    return [({**numbers.state.parameters, "w11": 0.01 * k}, 1.0 / (k + 1)) for k in range(count)]


def landscape_scene(**changes) -> LandscapeScene:
    """The lecture's landscape on other axes, and a path of 30 steps."""
    numbers, axis = numbers_of(), np.linspace(-2, 2, 101)
    scene = scenes.landscape(numbers, path_of(numbers, 30))
    return replace(scene, **{"across": axis, "up": axis, **changes})


def test_the_point_stands_at_the_present_values(map_of):
    map_of.update(landscape_scene(point=(0.5, -1.0)))
    for ring in map_of.point:
        assert ring.get_xydata().tolist() == [[0.5, -1.0]]
    map_of.update(landscape_scene(point=(7.0, -1e6)))  # outside: at the edge
    for ring in map_of.point:
        assert ring.get_xydata().tolist() == [[2.0, -2.0]]


def test_the_path_stays_visible_under_the_ring_of_the_point(map_of):
    """Two steps of a few pixels: all of the path is inside the ring."""
    short = np.array([(0.5, -1.0), (0.58, -1.0), (0.54, -1.0)])
    changes = {"steps": np.arange(3), "J_path": np.array([3.0, 2.0, 1.0])}
    map_of.update(landscape_scene(point=(0.54, -1.0), path=short, **changes))
    pixels = map_of.render()
    x, y = map_of.map.transData.transform((0.56, -1.0))
    assert pixels[len(pixels) - 1 - round(y), round(x), :3].max() < 60


@pytest.mark.parametrize(("path", "note"), [
    ([(0.0, 0.0), (1.0, 1.0)], ""), ([(0.0, 0.0), (3.0, 1.0)], "outside: 3, 1"),
    ([(0.0, -5.0), (1.0, 1.0)], "its path goes outside"),
])
def test_a_path_that_leaves_the_map_says_so(map_of, path, note):
    changes = {"steps": np.arange(2), "J_path": np.array([3.0, 2.0])}
    map_of.update(landscape_scene(path=np.array(path), point=path[-1], **changes))
    assert map_of.note.text == note


def test_a_cell_has_the_colour_of_its_J(map_of):
    J = np.full((101, 101), 10.0)
    J[20:40, 60:80] = 0.1
    map_of.update(landscape_scene(J=J, decades=(-1, 2), point=(-2, -2), path=np.full((30, 2), -2)))
    pixels = map_of.render()
    for share, place in ((0.0, (0.70, 0.30)), (2 / 3, (0.3, 0.7))):
        x, y = map_of.map.transAxes.transform(place)
        color = np.round(np.array(LANDSCAPE(share)[:3]) * 255)
        assert (pixels[len(pixels) - 1 - round(y), round(x), :3] == color).all()


def test_the_path_and_the_curve_hold_all_steps(map_of):
    scene = landscape_scene()
    map_of.update(scene)
    for line in map_of.path:
        np.testing.assert_array_equal(line.get_xydata(), scene.path)
    np.testing.assert_array_equal(map_of.curve.get_xydata()[:, 1], scene.J_path)
    np.testing.assert_array_equal(map_of.curve.get_xydata()[:, 0], np.arange(30))
    low, high = map_of.curve_axes.get_ylim()
    assert low <= scene.J_path.min() and scene.J_path.max() <= high
    assert map_of.curve_axes.get_xlim()[1] >= 29


def test_a_long_path_is_thinned_but_keeps_its_end():
    numbers = numbers_of()
    path = path_of(numbers, 12345)
    scene = scenes.landscape(numbers, path)
    assert len(scene.path) == len(scene.steps) == len(scene.J_path) <= 1100
    assert scene.steps[0] == 0 and scene.steps[-1] == 12344 and scene.J_path[-1] == path[-1][1]
    assert scene.path[-1].tolist() == [path[-1][0]["w11"], path[-1][0]["b11"]]
    for step, J in zip(scene.steps, scene.J_path, strict=True):
        assert path[step][1] == J


@pytest.mark.parametrize("J", [0.0, 1e-30, 1e140])
def test_any_J_can_be_shown(map_of, J):
    map_of.update(landscape_scene(J=np.full((101, 101), J), J_path=np.array([2.0] * 29 + [J])))
    assert map_of.render().min() < 255


def test_small_data_have_a_landscape_too(map_of):
    numbers = numbers_of(([0.0, 1.0, 2.0, 3.0], [1e-5, 2e-5, 1e-5, 3e-5]),
                         **dict.fromkeys(LECTURE, 0.0))
    map_of.update(scenes.landscape(numbers, [(numbers.state.parameters, numbers.loss)]))
    assert np.log10(numbers.loss) == pytest.approx(map_of.image.values.min(), abs=1)
    low, high = map_of.curve_axes.get_ylim()
    assert low <= numbers.loss <= high


def test_a_character_that_no_font_has_is_a_box_and_no_warning():
    _glyph.cache_clear()
    for character in "\N{MATHEMATICAL FRAKTUR CAPITAL U}\u4e16":
        vertices, _, advance = _glyph(character)
        assert len(vertices) and advance > 0
    assert _glyph("\u2066")[2] == 0.0 and len(_glyph("\u2066")[0]) == 0
    assert _glyph("M")[2] > _glyph("i")[2] > 0
