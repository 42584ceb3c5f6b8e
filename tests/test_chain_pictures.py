"""The chain, the map of its gradients and the counts: right places, right looks, no overlaps."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import pairwise, product

import numpy as np
import pytest
from helpers import luminance
from lab_tools import much_of
from matplotlib.colors import to_hex, to_rgb

from mlp_widgets.drawing import gradient_map
from mlp_widgets.drawing.chain import ROWS, ChainPicture, ChainScene, ForwardPicture
from mlp_widgets.drawing.gradient_map import MapPicture, MapScene
from mlp_widgets.drawing.multiplication_counts import CountsPicture, CountsScene
from mlp_widgets.drawing.picture import Picture
from mlp_widgets.drawing.quick_artists import QuickText, _outline, text_width
from mlp_widgets.drawing.style import GRADIENTS, GREY, LIT, OFF, OVERFLOW, VALUE, ZERO

ROW_NAMES = ("w", "z", "a", "dJ_dz", "dJ_da", "dJ_dw")
LONG = [-1.234e-12, -9.876e-123, -123456.7, -0.00123456, 9.99e307, -8.765e200]


def chain_scene(depth: int, value: float | None = None, **changes) -> ChainScene:
    """A chain of arbitrary numbers, or of one number everywhere: the picture computes nothing."""
    random = np.random.default_rng(depth)
    rows = {name: random.normal(size=depth) if value is None else np.full(depth, value)
            for name in ROW_NAMES}
    x, y, J = (0.5, -2.0, 6.25) if value is None else (value, value, abs(value))
    return ChainScene(x, y, J, **{**rows, "activation": "σ", **changes})


def overflowed(depth: int, layer: int) -> ChainScene:
    """Everything is infinite or NaN from this layer on."""
    scene = chain_scene(depth, overflow=layer)
    z, a = scene.z.copy(), scene.a.copy()
    a[layer - 1 :], z[layer:] = -np.inf, np.nan
    gradients = {name: np.full(depth, np.nan) for name in ("dJ_dz", "dJ_da", "dJ_dw")}
    return replace(scene, z=z, a=a, J=np.nan, **gradients)


def map_scene(**changes) -> MapScene:
    """A map that holds every band, zeros on the left and overflow on the right."""
    log10 = np.tile(np.linspace(-120, 120, 81), (40, 1))
    log10[:, :8], log10[:, -8:] = -np.inf, np.inf
    start = {"scales": np.linspace(-2, 2, 81), "depths": np.arange(1, 41), "log10": log10,
             "point": (0.5, 5)}
    return MapScene(**{**start, **changes})


def counts_scene(depth: int, most: int = 100, factor: int = 1) -> CountsScene:
    depths = np.arange(1, most + 1)
    linear, square = 3 * depths, factor * depths * (depths + 1)
    return CountsScene(depths, linear, square, (depth, 3 * depth, factor * depth * (depth + 1)))


SCENES = {
    ChainPicture: [
        chain_scene(5), chain_scene(10), chain_scene(1), chain_scene(10, skip=True),
        chain_scene(3, states=("on", "off", "on"), activation="leaky ReLU"), chain_scene(5, 0.0),
        chain_scene(5, lit={"w3": "now", "a2": "reused", "z3": "now", "dz4": "now", "x": "now"}),
        chain_scene(10, lit={"J": "now", "y": "now", "da10": "reused", "dw10": "now"}),
        overflowed(5, 2), overflowed(10, 7), chain_scene(10, -1.234e-12), chain_scene(10),
    ],
    ForwardPicture: [
        chain_scene(5), chain_scene(10), chain_scene(1), chain_scene(10, skip=True),
        chain_scene(5, lit={"w3": "now", "a2": "reused", "z3": "now", "dz4": "now", "x": "now"}),
        overflowed(5, 2), chain_scene(5),
    ],
    MapPicture: [
        map_scene(), map_scene(point=(-1.5, 30)), map_scene(visible=False),
        map_scene(point=(9, 900)),
        map_scene(scales=np.logspace(-3, 3, 81), across="factor on all weights"),
        map_scene(log10=np.zeros((40, 81)), title="another"), map_scene(log10=np.zeros((1, 2)),
        scales=np.array([0.0, 1.0]), depths=np.array([1]), point=(0.3, 1)), map_scene(),
    ],
    CountsPicture: [counts_scene(d, f) for d, f in
                    ((5, 100), (1, 100), (10, 100), (100, 100), (31, 100), (3, 6), (1, 1))]
                   + [counts_scene(5, factor=2), counts_scene(5)],
}


def shown(kind: type[Picture], scene, scale: float = 1.0) -> Picture:
    picture = kind(scale=scale)
    picture.update(scene)
    return picture


def again(picture: Picture, scene) -> np.ndarray:
    """The pixels of another scene of a picture that there is."""
    picture.update(scene)
    return picture.render()


def pixels_of(kind: type[Picture], scene, scale: float = 1.0) -> np.ndarray:
    return shown(kind, scene, scale).render().copy()


@much_of("deep_chain")
@pytest.mark.parametrize("kind", SCENES)
def test_the_way_to_a_scene_does_not_matter(kind):
    picture = kind(scale=1.0)
    for place, scene in enumerate(SCENES[kind]):
        picture.update(scene)
        assert (picture.render() == pixels_of(kind, scene)).all(), place


@much_of("deep_chain")
@pytest.mark.parametrize("kind", SCENES)
def test_updates_make_no_artists_but_ticks(kind):
    picture = shown(kind, SCENES[kind][0])
    children = {axes: [child for child in axes.get_children()] for axes in picture.figure.axes}
    for scene in SCENES[kind]:
        picture.update(scene)
        picture.render()
    assert children == {axes: axes.get_children() for axes in picture.figure.axes}


@much_of("deep_chain")
@pytest.mark.parametrize("kind", SCENES)
def test_different_scenes_look_different_at_every_scale(kind):
    scenes = SCENES[kind][:-1]  # the last one is the first or second one again
    for picture in (kind(scale=1.0), kind(scale=2.0)):
        assert len({again(picture, scene).tobytes() for scene in scenes}) == len(scenes)


@pytest.mark.parametrize("kind", SCENES)
def test_no_ink_is_cut_off_at_the_edges(kind):
    picture = kind(scale=1.0)
    for place, scene in enumerate(SCENES[kind]):
        pixels = again(picture, scene)[..., :3].astype(int)
        edges = [pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]]
        assert all((edge > 200).all() for edge in edges), place


# --- the chain ---


def text_boxes(picture: ChainPicture) -> list[tuple[str, float, float, float, float]]:
    """Every text outside of the boxes with its left, lower, right and upper end, CSS pixels."""
    boxes = []
    size = picture.numbers.size * 96 / 72
    for text, x, y, _ in [*picture.words.texts, *picture.numbers.texts]:
        left, (x0, y0, x1, y1) = x - text_width(text) / 2, extents(text.strip(), "left")
        boxes.append((text, left + x0 * size, y + y0 * size, left + x1 * size, y + y1 * size))
    return boxes


@cache
def extents(text: str, align: str) -> tuple[float, float, float, float]:
    """Left, lower, right and upper end of a text of size 1."""
    return tuple(_outline(text, align)[0].get_extents().extents)


CHAIN = ChainPicture(scale=1.0)


def overlaps(boxes) -> list[tuple[str, str]]:
    return [(one[0], other[0]) for i, one in enumerate(boxes) for other in boxes[:i]
            if one[1] < other[3] and other[1] < one[3] and one[2] < other[4] and other[2] < one[4]]


@much_of("deep_chain")
@pytest.mark.parametrize("depth", [1, 2, 5, 6, 7, 8, 10])
def test_no_text_of_the_chain_touches_another_or_the_edge(depth):
    for value, skip in product([*LONG, 0.0, 1.0], (False, True)):
        CHAIN.update(chain_scene(depth, value, skip=skip, activation="leaky ReLU"))
        boxes = text_boxes(CHAIN)
        assert overlaps(boxes) == []
        for text, left, low, right, high in boxes:
            assert left >= 1 and low >= 1 and right <= 827 and high <= 249, text


@pytest.mark.parametrize("depth", [1, 5, 10])
def test_no_text_touches_another_after_an_overflow(depth):
    assert overlaps(text_boxes(shown(ChainPicture, overflowed(depth, depth)))) == []


@pytest.mark.parametrize("scene", [
    chain_scene(5), chain_scene(10, skip=True), overflowed(10, 7),
    chain_scene(3, activation="leaky ReLU", skip=True)], ids=["5", "skips", "overflow", "words"])
def test_the_forward_picture_is_the_chain_without_its_gradients(scene):
    scene = replace(scene, covered=True)
    whole, forward = shown(ChainPicture, scene), shown(ForwardPicture, scene)
    texts = [text for text, *_ in text_boxes(forward)]
    assert any(text.startswith("J = ") for text in texts)
    assert not [text for text in texts if "∂" in text or "?" in text]
    assert [text for text, *_ in text_boxes(whole) if "∂" in text], "so that it would be seen"
    same = slice(ROWS["z"] - 10, forward.height - 3)  # from below the legend on
    assert (forward.render()[same] == whole.render()[same]).all()
    assert overlaps(text_boxes(forward)) == []
    assert "gradient" not in forward._legend(scene)


def test_the_overlap_check_sees_an_overlap():
    picture = shown(ChainPicture, chain_scene(10, -1.234e-12))
    text, x, y, color = picture.numbers.texts[-1]
    picture.numbers.texts[-1] = (text, x - 16, y, color)
    assert len(overlaps(text_boxes(picture))) == 1


@pytest.mark.parametrize("depth", [1, 5, 6, 10])
def test_every_number_stands_near_its_place_and_in_its_row(depth):
    scene = chain_scene(depth)
    picture = shown(ChainPicture, scene)
    here = picture.place
    written = picture._numbers(scene)
    assert len(written) == 6 * depth + 3
    for name, places in (("w", here.w), ("z", here.z), ("a", here.a), ("da", here.a),
                         ("dz", here.z), ("dw", here.w)):
        for layer, place in enumerate(places, 1):
            _, x, y, _ = written[f"{name}{layer}"]
            assert y == 250 - ROWS[name]
            assert abs(x - place) < (here.pitch / 2 if depth <= 5 else 1)
    assert (np.diff(here.w) == pytest.approx(here.pitch)) and here.x < here.w[0]
    assert (here.w < here.z).all() and (here.z < here.a).all() and here.a[-1] < here.J


def test_numbers_are_written_with_the_digits_there_is_room_for():
    texts = {depth: shown(ChainPicture, chain_scene(depth, -0.123456))._numbers(
        chain_scene(depth, -0.123456)) for depth in (5, 7, 8, 10)}
    assert {depth: written["z1"][0] for depth, written in texts.items()} == {
        5: "−0.1235", 7: "−0.1235", 8: "−0.123", 10: "−0.123"}
    long = chain_scene(10, -1.2345e-123)
    assert shown(ChainPicture, long)._numbers(long)["da3"][0] == "−1e−123"


def lit(depth: int, **keys: str) -> np.ndarray:
    """The pixels of a chain with some keys lit."""
    CHAIN.update(chain_scene(depth, lit=keys))
    return CHAIN.render().copy()


@pytest.mark.parametrize("depth", [5, 10])
def test_what_is_lit_is_seen_and_what_is_reused_looks_different(depth):
    color, dark = np.round(np.array(to_rgb(LIT)) * 255), lit(depth)
    for key in ("x", "y", "J", "w3", "z3", "a3", "dz3", "da3", "dw3"):
        pictures = dark, lit(depth, **{key: "now"}), lit(depth, **{key: "reused"})
        areas = [(pixels[..., :3] == color).all(axis=-1).sum() for pixels in pictures]
        assert areas[0] == 0 and areas[2] > 20 and areas[1] > 1.3 * areas[2], key
        assert (lit(depth, **{key: ""}) == dark).all()


def test_every_lit_key_lights_another_place():
    keys = ["x", "y", "J", *(f"{name}{layer}" for name in ("w", "z", "a", "dz", "da", "dw")
                             for layer in (1, 10))]
    seen = {lit(10, **{key: "now"}).tobytes() for key in keys}
    assert len(seen) == len(keys)


def test_texts_on_yellow_are_black_and_written_once_with_their_names():
    scene = chain_scene(5, 0.0, states=("off",) * 5)
    lit = dict.fromkeys(("z3", "dw3"), "now")
    dark, picture = (shown(ChainPicture, replace(scene, lit=keys)) for keys in ({}, lit))
    grey = [text for text in dark.numbers.texts if text[3] == GREY]
    assert len(grey) == 25  # all but w, x, y and J
    still_grey = [text for text in picture.numbers.texts if text[3] == GREY]
    assert len(still_grey) == 23 and len(picture.numbers.texts) == 33 + 2
    assert {"z₃ = ", "∂J/∂w₃ = "} < {text[0] for text in picture.numbers.texts}
    assert [text[0] for text in picture.over.texts] == ["z₃"]


def test_a_key_beyond_the_chain_lights_nothing():
    dark = pixels_of(ChainPicture, chain_scene(3))
    assert (pixels_of(ChainPicture, chain_scene(3, lit={"w4": "now", "dz9": "now"})) == dark).all()


def test_edges_look_as_their_weights():
    w = np.array([0.5, -1.0, 0.0, 2.0, -0.25])
    picture = shown(ChainPicture, replace(chain_scene(5), w=w))
    assert [to_hex(c) for c in picture.edges.get_color()] == [VALUE]  # the sign is in the dash
    assert [dash[1] is not None for dash in picture.edges.get_linestyle()] == list(w < 0)
    assert list(np.argsort(picture.edges.get_linewidth())) == list(np.argsort(np.abs(w)))
    shown(ChainPicture, replace(chain_scene(5), w=np.zeros(5))).render()


def faces(picture: ChainPicture) -> list[bool]:
    """Which boxes are grey: x, the layers, J."""
    return [to_hex(face) == OFF for face in picture.boxes.get_facecolor()]


def test_layers_that_are_off_are_grey_but_a_skip_connection_keeps_a_alive():
    states = ("on", "off", "on")
    for skip in (False, True):
        scene = chain_scene(3, states=states, skip=skip)
        picture = shown(ChainPicture, scene)
        assert faces(picture) == [False, False, True, False, False]
        written = picture._numbers(scene)
        assert (written["z2"][3], written["a2"][3]) == (GREY, "#1a1a1a" if skip else GREY)


def test_exact_zeros_are_zeros_in_grey_and_tiny_gradients_are_not():
    scene = replace(chain_scene(10), dJ_dw=np.array([0.0, -0.0, 1e-308, *np.ones(7)]))
    written = shown(ChainPicture, scene)._numbers(scene)
    assert [written[f"dw{layer}"][0] for layer in (1, 2, 3)] == ["0", "0", "1e−308"]
    assert [written[f"dw{layer}"][3] == GREY for layer in (1, 2, 3)] == [True, True, False]


def test_after_an_overflow_there_are_infinities_and_no_gradients():
    scene = overflowed(10, 7)
    picture = shown(ChainPicture, scene)
    assert faces(picture) == [False] * 7 + [True] * 5
    written = picture._numbers(scene)
    assert all("∞" not in written[f"{name}{layer}"][0] for name in "za" for layer in range(1, 7))
    assert "∞" not in written["z7"][0] and written["a7"][0] == "−∞"
    assert {written[f"{name}{layer}"][0] for name in "za" for layer in (8, 9, 10)} == {"∞"}
    assert {written[f"d{name}{layer}"][0] for name in "zaw" for layer in range(1, 11)} == {"—"}
    assert written["J"][0] == "J = ∞"
    assert any(text[0] == "no gradients: overflow at layer 7" for text in picture.words.texts)


def test_an_infinite_J_alone_is_no_overflow_of_a_layer():
    scene = replace(chain_scene(5), J=np.inf, dJ_dw=np.array([np.inf, np.nan, 1.0, 2.0, 3.0]))
    written = shown(ChainPicture, scene)._numbers(scene)
    assert (written["J"][0], written["dw1"][0], written["dw2"][0]) == ("J = ∞", "∞", "∞")


@pytest.mark.parametrize("depth", [0, 11])
def test_only_chains_that_fit_are_drawn(depth):
    with pytest.raises(ValueError, match=f"1 to 10 layers, got {depth}"):
        ChainPicture(scale=1.0).update(chain_scene(depth))


# --- the map ---


def color_at(picture: Picture, x: float, y: float) -> str:
    """Colour of the pixel at a data place of the map."""
    pixels = picture.render()
    x, y = picture.map.transData.transform((x, y))
    return to_hex(pixels[len(pixels) - 1 - int(y), int(x), :3] / 255)


def test_a_cell_has_the_colour_of_its_gradient():
    picture = MapPicture(scale=2.0)
    for log10, band in ((-400, 0), (-100.1, 0), (-99, 1), (-31, 1), (-5, 3), (-1.1, 4), (-0.9, 5),
                        (0.0, 5), (0.9, 5), (1.1, 6), (50, 9), (101, 10), (300, 10)):
        picture.update(map_scene(log10=np.full((40, 81), log10), visible=False))
        assert color_at(picture, 40, 20) == to_hex(GRADIENTS(band)), log10


def test_zero_overflow_tiny_and_huge_look_different():
    log10 = np.zeros((40, 81))
    log10[:10], log10[10:20], log10[20:30], log10[30:] = -np.inf, -400, np.inf, 300
    picture = shown(MapPicture, map_scene(log10=log10, visible=False), 2.0)
    zero = {color_at(picture, x, 5) for x in range(8)}
    assert zero == {to_hex(ZERO), "#8a8a8a"}  # hatched
    others = [color_at(picture, 40, y) for y in (15, 25, 35)]
    assert others == [to_hex(GRADIENTS(0)), to_hex(OVERFLOW), to_hex(GRADIENTS(10))]


def lightness(color) -> float:
    """CIE L* of a colour: what stays of it without hue."""
    Y = luminance(color)
    return float(116 * np.cbrt(Y) - 16 if Y > 0.008856 else 903.3 * Y)


def test_the_further_from_1_the_darker():
    L = [lightness(GRADIENTS(k)) for k in range(gradient_map.BANDS)]
    middle = gradient_map.BANDS // 2
    assert (np.diff(L[: middle + 1]) > 8).all() and (np.diff(L[middle:]) < -6).all()
    assert lightness(OVERFLOW) < min(L) - 5


SCALES = [np.linspace(-3, 3, 121), np.linspace(0, 2, 5), np.logspace(-3, 2, 101)]


@pytest.mark.parametrize("scales", SCALES)
@pytest.mark.parametrize("depths", [np.arange(1, 101), np.arange(1, 4), np.array([1, 2, 5, 10])])
def test_a_click_on_the_point_is_its_setting(scales, depths):
    log10 = np.zeros((len(depths), len(scales)))
    picture = shown(MapPicture, MapScene(scales, depths, log10, (1.0, 1)))
    width, height = picture.figure.bbox.size
    for scale in np.interp(np.linspace(0, len(scales) - 1, 7), range(len(scales)), scales):
        for depth in (depths[0], depths[len(depths) // 2], depths[-1]):
            picture.update(MapScene(scales, depths, log10, (scale, depth)))
            x, y = picture.map.transData.transform(picture.point.get_xydata()[0])
            setting = picture.share_to_setting(x / width, 1 - y / height)
            assert setting == (pytest.approx(scale, rel=1e-9, abs=1e-12), depth)
            assert type(setting[0]) is float and type(setting[1]) is int


def test_the_point_is_painted_where_the_click_was():
    picture = shown(MapPicture, map_scene(log10=np.full((40, 81), 50.0)), 2.0)
    for share in ((0.2, 0.3), (0.5, 0.5), (0.7, 0.8)):
        setting = picture.share_to_setting(*share)
        picture.update(map_scene(log10=picture._log10, point=setting))
        white = (picture.render()[:, :700, :3] == 255).all(axis=-1)
        low, left = round(picture.height * 2 * share[1]), round(picture.width * 2 * share[0])
        # a row of the map is 9 pixels high
        rows, columns = np.nonzero(white[low - 25 : low + 25, left - 25 : left + 25])
        assert abs(columns.mean() - 24.5) < 2 and abs(rows.mean() - 24.5) < 5.5


def test_a_click_beside_the_map_means_nothing():
    picture = shown(MapPicture, map_scene())
    for share in ((0, 0), (1, 1), (0.05, 0.5), (0.8, 0.5), (0.5, 0.05), (0.5, 0.9), (-1, 0.5),
                  (0.5, 7)):
        assert picture.share_to_setting(*share) is None, share


def test_every_place_of_the_map_is_a_setting():
    scene = map_scene()
    picture = shown(MapPicture, scene)
    box = picture.map.get_position()
    for x in np.linspace(box.x0 + 1e-9, box.x1 - 1e-9, 23):
        for y in np.linspace(1 - box.y1 + 1e-9, 1 - box.y0 - 1e-9, 23):
            scale, depth = picture.share_to_setting(x, y)
            assert -2 <= scale <= 2 and depth in scene.depths


def test_a_point_outside_the_map_stands_at_its_edge_and_can_be_hidden():
    picture = shown(MapPicture, map_scene(point=(99.0, -7)))
    assert picture.point.get_xydata().tolist() == [[80.0, 0.0]]
    hidden = pixels_of(MapPicture, map_scene(visible=False))
    assert (pixels_of(MapPicture, map_scene()) != hidden).any()
    assert (pixels_of(MapPicture, map_scene(point=(0.5, 20), visible=False)) == hidden).all()


@pytest.mark.parametrize("scales", [*SCALES, np.linspace(-2e4, 2e4, 9), np.logspace(-6, 6, 50),
                                    np.linspace(0.99, 1.01, 41), np.linspace(-1e-3, 1e-3, 41)])
def test_ticks_stand_at_their_values_and_do_not_touch(scales):
    picture = shown(MapPicture, map_scene(scales=scales, log10=np.zeros((40, len(scales)))), 2.0)
    picture.render()
    labels = [label for label in picture.map.get_xticklabels() if label.get_text()]
    boxes = sorted((label.get_window_extent() for label in labels), key=lambda box: box.x0)
    assert 3 <= len(labels) <= 8
    assert all(one.x1 + 3 < other.x0 for one, other in pairwise(boxes))
    assert boxes[-1].x1 < picture.bar.bbox.x0
    for label in labels:
        value = float(label.get_text().replace("−", "-"))
        at = np.interp(label.get_position()[0], np.arange(len(scales)), scales)
        assert value == pytest.approx(at, rel=6e-3, abs=1e-9)


def test_the_words_beside_the_colours_do_not_touch():
    picture = shown(MapPicture, map_scene(), 2.0)
    boxes = []
    for text in (a for a in picture.bar.get_children() if isinstance(a, QuickText)):
        half = np.reshape(extents(text.text, text.align), (2, 2)) * text.size * 192 / 72
        half = half[:, ::-1] if text.rotation else half
        low, high = picture.bar.transData.transform(text.place) + half
        boxes.append((text.text, *low, *high))
    assert len(boxes) == 14 and overlaps(boxes) == []
    assert max(box[3] for box in boxes) < 979


# --- the counts ---


def test_curves_and_marks_hold_the_counts():
    scene = counts_scene(5)
    picture = shown(CountsPicture, scene)
    without, reuse = (curve.get_xydata() for curve in picture.curves)
    np.testing.assert_array_equal(without, np.column_stack([scene.depths, scene.without])[:10])
    np.testing.assert_array_equal(reuse, np.column_stack([scene.depths, scene.with_reuse])[:10])
    assert [mark.get_xydata().tolist() for mark in picture.marks] == [[[5, 30]], [[5, 15]]]
    assert [count.text for count in picture.counts] == ["30", "15"]


@pytest.mark.parametrize("depth", [1, 2, 3, 5, 10, 11, 30, 31, 100])
def test_numbers_of_the_counts_are_in_the_picture_and_apart(depth):
    picture = shown(CountsPicture, counts_scene(depth), 2.0)
    boxes = []
    for text in (*picture.counts, *picture.names):
        ends = np.reshape(extents(text.text, text.align), (2, 2)) * text.size * 192 / 72
        low, high = picture.axes.transData.transform(text.place) + ends
        boxes.append((text.text, *low, *high))
    assert overlaps(boxes) == []
    inner = picture.axes.bbox
    for _, left, low, right, _ in boxes:
        assert left > inner.x0 and low > inner.y0 and right < 979


def test_the_axis_reaches_as_far_as_the_depth():
    reaches = [shown(CountsPicture, counts_scene(depth)).axes.get_xlim()[1] / 1.04
               for depth in (1, 10, 11, 30, 31, 100)]
    assert reaches == pytest.approx([10, 10, 30, 30, 100, 100])
