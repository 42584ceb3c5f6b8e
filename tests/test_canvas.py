"""The PNG that travels, decoded by another program, is the picture; only what changed travels."""

from __future__ import annotations

import html
import io
import struct
import zlib
from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from mlp_widgets.drawing.picture import Picture, Scene
from mlp_widgets.drawing.table import TablePicture
from mlp_widgets.fields import DATA, VIEW, State
from mlp_widgets.fields import number as field
from mlp_widgets.widgets.canvas import Canvas, Progress, Slot
from mlp_widgets.widgets.cell import all_widgets
from mlp_widgets.widgets.png import FLAT, PngEncoder, _groups_of, composite_png

pytestmark = pytest.mark.usefixtures("painted")
STEP = 16  # the encoder may move the colour of a blend by less than this
GENERATOR = np.random.default_rng(0)


def decoded(png: bytes) -> np.ndarray:
    """RGB of a PNG, by Pillow, after a check of the file's structure."""
    check_structure(png)
    image = Image.open(io.BytesIO(png))
    image.verify()
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def check_structure(png: bytes) -> None:
    """Signature, four chunks in order, all checksums, a table of at most 256 colours."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    kinds, place = [], 8
    while place < len(png):
        (size,) = struct.unpack(">I", png[place : place + 4])
        body = png[place + 4 : place + 8 + size]
        (checksum,) = struct.unpack(">I", png[place + 8 + size : place + 12 + size])
        assert zlib.crc32(body) == checksum
        kinds.append(body[:4])
        if body[:4] == b"PLTE":
            assert 1 <= size // 3 <= 256 and size % 3 == 0
        place += 12 + size
    assert kinds == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]


def opaque(rgb) -> np.ndarray:
    """RGBA as a canvas gives it."""
    rgb = np.asarray(rgb, np.uint8)
    return np.concatenate([rgb, np.full((*rgb.shape[:2], 1), 255, np.uint8)], axis=-1)


def flat(height: int, width: int, *colors) -> np.ndarray:
    """Vertical stripes of equal width, one of each colour."""
    columns = np.arange(width) * len(colors) // width
    return opaque(np.broadcast_to(np.array(colors)[columns], (height, width, 3)))


def gap(png: bytes, pixels: np.ndarray) -> np.ndarray:
    """Largest difference of the channels, for each pixel."""
    return np.abs(decoded(png).astype(int) - pixels[..., :3]).max(axis=-1)


# --- the encoder ---


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (7, 1), (2, 3), (13, 17), (101, 99), (404, 500)])
def test_flat_areas_are_exact_at_any_size(size):
    pixels = flat(*size, (255, 255, 255), (0, 114, 178), (26, 26, 26))
    assert (gap(PngEncoder().encode(pixels), pixels) == 0).all()


@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))))
def test_any_small_picture_is_close(rgb):
    # at most 81 pixels, so the table is never full
    assert gap(PngEncoder().encode(opaque(rgb)), opaque(rgb)).max() < STEP


def test_pixels_need_not_lie_together_in_memory():
    pixels = flat(20, 30, (255, 255, 255), (0, 114, 178))
    wide = np.repeat(pixels, 2, axis=1)[:, ::2]
    assert (gap(PngEncoder().encode(wide), pixels) == 0).all()
    assert (gap(PngEncoder().encode(pixels[::-1]), pixels[::-1]) == 0).all()


def test_the_pixels_are_not_changed():
    pixels = flat(20, 30, (255, 255, 255), (0, 114, 178))
    before = pixels.copy()
    PngEncoder().encode(pixels)
    assert (pixels == before).all()


def gradient() -> np.ndarray:
    """All combinations of red and green, blue growing with both: far more colours than entries."""
    r, g = np.mgrid[:256, :256]
    return opaque(np.stack([r, g, (r + g) // 2], axis=-1))


def test_many_colours_take_the_nearest_of_the_table():
    encoder, pixels = PngEncoder(), gradient()
    png = encoder.encode(pixels)
    table = encoder._colors.astype(int)
    assert len(table) == 255
    truth = pixels[::7, ::7, None, :3].astype(int)
    nearest = ((truth - table) ** 2).sum(axis=-1).min(axis=-1) ** 0.5
    received = decoded(png)[::7, ::7].astype(int)
    distance = ((received - truth[:, :, 0]) ** 2).sum(axis=-1) ** 0.5
    assert (distance <= nearest + 2 * STEP * 3**0.5).all()  # of the group, not of the pixel
    assert gap(png, pixels).max() < 128 and gap(png, pixels).mean() < 24


def test_many_colours_do_not_touch_the_flat_area_beside_them():
    pixels = np.concatenate([gradient(), flat(256, 100, (0, 114, 178), (255, 255, 255))], axis=1)
    assert (gap(PngEncoder().encode(pixels), pixels)[:, 256:] == 0).all()


def test_a_new_flat_area_is_exact_though_the_table_is_full():
    encoder = PngEncoder()
    encoder.encode(gradient())
    pixels = gradient()
    pixels[:FLAT, :2, :3] = (200, 30, 250)  # of a group of its own
    png = encoder.encode(pixels)
    assert (gap(png, pixels)[:FLAT, :2] == 0).all()


def test_a_new_blend_leaves_a_full_table_as_it_is():
    encoder = PngEncoder()
    encoder.encode(gradient())
    table, pixels = encoder._colors.copy(), gradient()
    pixels[:2, :2, :3] = (200, 30, 250)
    encoder.encode(pixels)
    assert (encoder._colors == table).all()


def test_new_colours_come_to_the_end_of_the_table():
    encoder = PngEncoder()
    first = flat(10, 20, (255, 255, 255), (0, 114, 178))
    encoder.encode(first)
    table = encoder._colors.copy()
    second = flat(10, 30, (255, 255, 255), (0, 114, 178), (192, 74, 0))
    assert (gap(encoder.encode(second), second) == 0).all()
    assert (encoder._colors[: len(table)] == table).all()
    assert (gap(encoder.encode(first), first) == 0).all()


def test_a_flat_area_is_exact_though_a_blend_of_its_group_is_there():
    pixels = flat(20, 40, (239, 239, 239), (0, 114, 178))
    pixels[3:8, 3, :3] = (234, 233, 235)
    off = gap(PngEncoder().encode(pixels), pixels)
    assert off[3:8, 3].tolist() == [6] * 5 and off.sum() == 6 * 5


def test_a_flat_area_is_close_if_a_blend_of_its_group_came_first():
    encoder = PngEncoder()
    first = flat(20, 40, (255, 255, 255), (0, 114, 178))
    first[3, 3, :3] = (234, 233, 235)
    encoder.encode(first)
    second = flat(20, 40, (239, 239, 239), (0, 114, 178))
    assert gap(encoder.encode(second), second).max() < STEP


def test_groups_are_places_for_a_python_of_32_bits_too():
    # In the browser a place in an array has 32 bits, and numpy casts to it only what is safe.
    pixels = np.array([0, 0xFFFFFF, 0xFFFFFFFF], np.uint32)
    groups = _groups_of(pixels)
    assert np.can_cast(groups.dtype, np.int32, "safe")
    assert groups.tolist() == [0, 4095, 4095]


def test_the_same_pixels_give_the_same_png():
    encoder = PngEncoder()
    pixels = flat(50, 60, (255, 255, 255), (0, 114, 178))
    assert encoder.encode(pixels) == encoder.encode(pixels)


def test_many_pictures_after_each_other_stay_close():
    # lines of changing colour on white: the table fills and is made anew
    encoder = PngEncoder()
    for _ in range(60):
        pixels = flat(40, 60, (255, 255, 255))
        color = GENERATOR.integers(0, 256, 3)
        for row in range(5, 15):
            share = GENERATOR.random()
            pixels[row, 10:50, :3] = np.round(share * color + (1 - share) * 255)
        png = encoder.encode(pixels)
        assert (gap(png, pixels)[20:] == 0).all() and len(encoder._colors) <= 255


# --- canvases ---


@dataclass
class SketchScene(Scene):
    """Where the right end of the line is."""

    height: float = 0.0

    def words(self):
        return f"A line to {self.height} & <up>."


class Sketch(Picture):
    """Two lines and a text on white."""

    def __init__(self, height=60, scale=1.0):
        super().__init__(90, height, scale)

    def build(self):
        axes = self.figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, 1), ylim=(0, 1))
        axes.plot([0, 1], [0, 1], color="#0072B2", linewidth=7)
        self.line = self.moving(axes.plot([0, 1], [1, 0], color="#C04A00", linewidth=5)[0])
        axes.text(0.1, 0.5, "text 123")

    def update(self, scene):
        self.line.set_ydata([1, scene.height])


@dataclass(frozen=True)
class Heights(State):
    """The right ends of the lines of three sketches."""

    first: float = field(0.5, DATA)
    second: float = field(0.5, VIEW)
    third: float = field(0.0, VIEW)
    unseen: float = field(0.0, VIEW)


NOT_BEGUN = Progress(0.0)


class Sketches:
    """Canvases of three sketches; the second or the third is shown. Scenes made are counted."""

    def __init__(self):
        self.made, self.error = [], None
        slots = (
            Slot("first", partial(Sketch, 60), self.scene("first"), "The first sketch"),
            Slot("second", partial(Sketch, 40), self.scene("second"), "The second",
                 also=("second",), when=lambda state: not state.third),
            Slot("third", partial(Sketch, 40), self.scene("third"), "The third", also=("third",),
                 progress=True, when=lambda state: bool(state.third), lacks=too_high),
        )
        self.state = Heights()
        self.canvases = {slot.name: Canvas(slot, 1.0) for slot in slots}
        for canvas in self.canvases.values():
            canvas.in_lab = True
        self.show()

    def scene(self, name):
        def make(numbers, progress=0.0):
            self.made.append(name)
            if self.error:
                raise self.error
            return SketchScene(getattr(numbers, name) + progress)

        return make

    def show(self, progress=NOT_BEGUN, **changes):
        """Show other heights, and say which scenes were made for it."""
        self.state = self.state.changed(**changes)
        self.made.clear()
        for canvas in self.in_view.values():
            canvas.show(self.state, self.state, progress)
        return self.made

    @property
    def in_view(self):
        return {name: canvas for name, canvas in self.canvases.items()
                if canvas.is_shown(self.state)}

    def shows(self, **heights):
        """Whether images and words in view are those of new sketches with these heights."""
        assert heights.keys() == self.in_view.keys()
        return all([is_of(canvas, height) for canvas, height in
                    zip(self.in_view.values(), heights.values(), strict=True)])


def too_high(state):
    return f"Third is {state.third:g}: no room." if state.third > 1 else ""


def is_of(canvas, height):
    """Whether image and words are those of a new sketch of this height."""
    fresh = Sketch(canvas.picture.height)
    fresh.line.set_ydata([1, height])
    canvas.send_words()
    same = gap(canvas.image.value, fresh.render()).max() < STEP
    assert same == (canvas._words.value == html.escape(SketchScene(height).words()))
    return same


@pytest.fixture
def sketches():
    made = Sketches()
    yield made
    for canvas in made.canvases.values():
        for widget in all_widgets(canvas.widget):
            widget.close()


def test_a_canvas_has_shape_class_and_name(sketches):
    image = sketches.canvases["first"].image
    assert (image.format, image.width, image.height) == ("png", "90", "60")
    assert image.layout.width is None and image.layout.height is None  # the style sheet's
    assert "mlp-picture-first" in image._dom_classes
    assert image.tooltip == "The first sketch" and image.description == ""
    assert sketches.shows(first=0.5, second=0.5) and not sketches.shows(first=0.5, second=0.0)


def test_a_picture_is_built_when_it_is_first_shown(sketches):
    third = sketches.canvases["third"]
    assert third._picture is None and (third.image.width, third.image.value) == ("", b"")
    assert third.words == "" and "mlp-picture-third" in third.image._dom_classes
    sketches.show(third=0.25)
    assert (third.image.width, third.image.height) == ("90", "40")
    assert third.picture is third.picture is third.in_view


def test_a_picture_is_drawn_at_its_scale():
    canvas = Canvas(Slot("one", partial(Sketch, 61), lambda _: SketchScene(), "A sketch"), 1.5)
    canvas.show(Heights(), None, Progress())
    assert canvas.picture.render().shape == (91, 135, 4)
    assert gap(canvas.image.value, canvas.picture.render()).max() < STEP
    assert (canvas.image.width, canvas.image.height) == ("90", "61")
    for widget in all_widgets(canvas.widget):
        widget.close()


def test_canvases_draw_what_changed_and_nothing_else(sketches):
    assert sketches.show() == [] and sketches.shows(first=0.5, second=0.5)
    assert sketches.show(second=0.0) == ["second"] and sketches.shows(first=0.5, second=0.0)
    sent = [canvas.image.value for canvas in sketches.canvases.values()]
    assert sketches.show(unseen=1.0) == []
    for canvas, image in zip(sketches.canvases.values(), sent, strict=True):
        assert canvas.image.value is image
    # every picture depends on the network
    assert sketches.show(first=1.0) == ["first", "second"]
    assert sketches.shows(first=1.0, second=0.0)


def test_a_slot_may_depend_on_less_than_the_network():
    slot = Slot("one", Sketch, lambda _: SketchScene(), "A sketch", also=("second",),
                of=lambda s: s.first > 0)
    keys = [slot.key(Heights(first), None) for first in (1.0, 2.0, -1.0)]
    assert keys[0] == keys[1] != keys[2]
    assert slot.key(Heights(1.0, second=3.0), None) != keys[0]


def test_a_place_can_show_another_picture(sketches):
    assert sketches.show(third=0.25) == ["third"] and sketches.shows(first=0.5, third=0.25)
    assert sketches.show(third=0.0) == [] and sketches.shows(first=0.5, second=0.5)  # it was kept


def test_what_is_asked_for_is_shown_in_every_state(sketches):
    third = sketches.canvases["third"]
    third.asked_for = True
    assert sketches.show() == ["third"] and sketches.shows(first=0.5, second=0.5, third=0.0)
    third.asked_for = False
    assert sketches.show(first=1.0) == ["first", "second"] and is_of(third, 0.0)


def test_a_sentence_stands_in_the_place_of_what_cannot_be_shown(sketches):
    third = sketches.canvases["third"]
    sketches.show(third=0.25)
    shape = third.image.width, third.image.height
    assert sketches.show(third=2.0) == [] and not is_of(third, 0.25)
    third.send_words()
    assert third.words == third._words.value == "Third is 2: no room."
    assert gap(third.image.value, third.in_view.render()).max() < STEP
    assert third.in_view is not third.picture and (third.image.width, third.image.height) == shape
    note = third.in_view
    sketches.show()
    assert third.in_view is note
    sketches.show(third=3.0)
    assert third.words == "Third is 3: no room." and third.in_view is not note
    assert sketches.show(third=0.25) == ["third"] and is_of(third, 0.25)
    assert third.in_view is third.picture


def test_what_a_run_has_done_is_drawn_where_it_is_shown(sketches):
    sketches.show(third=0.25)
    assert sketches.show(Progress(0.5, key=1)) == ["third"]
    assert sketches.shows(first=0.5, third=0.75)
    assert sketches.show(Progress(0.5, key=1)) == []
    assert sketches.show(Progress(0.0, key=2)) == ["third"]
    assert sketches.shows(first=0.5, third=0.25)


def test_an_update_that_fails_is_made_again(sketches):
    first = sketches.canvases["first"]
    good, sketches.error = first.image.value, RuntimeError("no ink")
    with pytest.raises(RuntimeError):
        sketches.show(first=0.6)
    assert first.image.value is good
    sketches.error = None
    assert sketches.show(first=0.5) == ["first"] and sketches.shows(first=0.5, second=0.5)
    assert sketches.show(first=0.6) == ["first", "second"]
    assert sketches.shows(first=0.6, second=0.5)


def test_a_picture_that_could_not_be_packed_is_sent_the_next_time(sketches, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(PngEncoder, "encode", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sketches.show(first=0.6)
    assert "first" in sketches.show() and sketches.shows(first=0.6, second=0.5)


# --- pictures beside each other ---


@pytest.mark.parametrize("heights", [(60, 40, 31), (10, 40, 31)])
def test_a_composite_holds_all_its_pictures(heights):
    left, *right = [
        TablePicture(f"Title {i}", [("a", "b", "c")], ["note"], 90 + 10 * (i > 0), height, 1.0)
        for i, height in enumerate(heights)
    ]
    found = decoded(composite_png([left, right])).astype(int)
    assert found.shape == (max(heights[0], sum(heights[1:])), 190, 3)
    places = [(left, 0, 0), (right[0], 0, 90), (right[1], heights[1], 90)]
    expected = np.full(found.shape, 255)
    for picture, top, x in places:
        pixels = picture.render()
        expected[top : top + len(pixels), x : x + pixels.shape[1]] = pixels[..., :3]
    assert np.abs(found - expected).max() < STEP


def test_more_flat_areas_than_a_table_holds_are_packed():
    """Begun anew for them, the table must not be begun anew again."""
    groups = np.arange(480)
    rgb = np.stack([groups // 64 * 16, groups // 8 % 8 * 16, groups % 8 * 16], axis=-1) + 128
    areas = np.repeat(np.clip(rgb, 0, 255).astype(np.uint8)[:, None], FLAT + 10, axis=1)
    encoder = PngEncoder()
    encoder.encode(opaque(areas[:100]))
    png = encoder.encode(opaque(areas))
    # about five steps: 480 areas share the entries that the fixed colours leave
    assert gap(png, opaque(areas)).max() <= 5 * STEP


def test_a_lab_that_stands_in_no_page_draws_nothing(sketches):
    for canvas in sketches.canvases.values():
        canvas.in_lab = False
    assert sketches.show(first=1.0) == [] and sketches.in_view == {}
    sketches.canvases["first"].in_lab = True
    assert sketches.show() == ["first"]
