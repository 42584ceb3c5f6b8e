"""How pixels travel: a picture is rendered, packed as PNG, and sent to an Image widget.

No other module knows this. A PNG with a table of at most 256 colours is written here by hand,
because packing is most of the time of a frame: on a picture of 1000 x 800 pixels it takes a third
of the time of a true-colour PNG at zlib's fastest level, and the browser decodes it faster too.
"""

from __future__ import annotations

import html
import struct
import zlib
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import ipywidgets as widgets
import numpy as np
from matplotlib.colors import to_rgb
from traitlets import Unicode

from ..drawing.picture import Picture, View
from ..drawing.style import COLORS

UNKNOWN = 255
"""Index of a group of shades that was not seen yet; so the table holds at most 255 entries."""
FLAT = 50
"""Pixels of one colour from which it counts as an area, not as the blend at an edge."""
LEARNED = UNKNOWN - len(COLORS)
"""Entries of a table that may be learned: the others are the colours of the house."""
EIGHT = 8
"""Pixels looked at together: most eights are all white and are passed over as one number."""
WHITE = np.uint32(0xFFFFFFFF)


def _chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG chunk: length, kind, data, checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _groups_of(packed: np.ndarray) -> np.ndarray:
    """12 bits of each pixel 0x..BBGGRR: one product brings the three upper halves to the top."""
    groups = packed & np.uint32(0xF0F0F0)
    groups *= np.uint32(0x01001001)
    groups >>= np.uint32(20)
    return groups


def _coloured(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The eights of pixels that are not all white: their places, and the pixels, shape (K, 8)."""
    packed = np.ascontiguousarray(pixels).view("<u4").ravel()
    if len(packed) % EIGHT:
        packed = np.pad(packed, (0, -len(packed) % EIGHT), constant_values=WHITE)
    places = np.flatnonzero((packed != WHITE).view(np.uint64))
    return places, packed.reshape(-1, EIGHT)[places]


class PngEncoder:
    """Turns RGBA pixels of one picture into PNG bytes, with a colour table that is kept.

    Pixels are grouped by the upper four bits of red, green and blue (4096 groups). A group gets
    an entry in the table when it first appears, with its most frequent true colour: flat areas
    keep their colour, only blends at the edges of lines are moved, by less than 16 of 256. When
    the table is full, a blend takes the nearest entry; a new flat area makes a new table. The
    colours of the house stand in the table from the start.
    """

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        """Begin the table anew, with the colours of the house, so that these are always exact."""
        self._index_of = np.full(4096, UNKNOWN, np.uint8)
        self._colors = np.array([to_rgb(color) for color in COLORS]) * 255
        self._colors = np.round(self._colors).astype(np.uint8)
        packed = self._colors.astype(np.uint32) @ np.array([1, 256, 65536], np.uint32)
        self._index_of[_groups_of(packed)[::-1]] = np.arange(len(packed))[::-1]

    def encode(self, *pictures: np.ndarray) -> bytes:
        """One PNG of opaque pixels, below each other; each uint8 of shape (height, width, 4)."""
        height, width = sum(len(pixels) for pixels in pictures), pictures[0].shape[1]
        # each row of a PNG begins with the number of its filter: 0, none
        lines, top = np.zeros((height, width + 1), np.uint8), 0
        coloured = [_coloured(pixels) for pixels in pictures]
        found = self._look_up([packed for _, packed in coloured])
        for pixels, (places, _), indices in zip(pictures, coloured, found, strict=True):
            size = len(pixels) * width
            flat = np.zeros(size + -size % EIGHT, np.uint8)  # 0 is white
            flat.view(np.uint64)[places] = indices.view(np.uint64).ravel()
            lines[top : top + len(pixels), 1:] = flat[:size].reshape(-1, width)
            top += len(pixels)
        return self._png(width, height, lines)

    def _look_up(self, pictures: Sequence[np.ndarray]) -> list[np.ndarray]:
        """The index of each pixel; the new shades of all pictures are learned together."""
        found = [self._index_of.take(_groups_of(packed), mode="clip") for packed in pictures]
        new = [packed[indices == UNKNOWN] for packed, indices in zip(pictures, found, strict=True)
               if indices.max(initial=0) == UNKNOWN]
        if not new:
            return found
        self._learn(np.concatenate(new))
        return self._look_up(pictures)

    def _learn(self, packed: np.ndarray) -> None:
        """Give an index to each group: an entry of its own while there is room, else the nearest.

        If a table that has learned before has no room for a flat area, it is begun anew, and all
        is unknown again.
        """
        colors, counts = np.unique(packed & np.uint32(0xFFFFFF), return_counts=True)
        often = np.argsort(-counts)
        new, first = np.unique(_groups_of(colors[often]), return_index=True)
        new, first = new[np.argsort(first)], np.sort(first)  # by how often the colour stands
        rgb = colors[often][first].astype("<u4").view(np.uint8).reshape(-1, 4)[:, :3]
        room = UNKNOWN - len(self._colors)
        if room < LEARNED and counts[often][first][room:].max(initial=0) >= FLAT:
            self._forget()
            return
        self._index_of[new[:room]] = len(self._colors) + np.arange(len(new[:room]))
        self._colors = np.concatenate([self._colors, rgb[:room]])
        gaps = rgb[room:, None].astype(int) - self._colors[None].astype(int)
        self._index_of[new[room:]] = (gaps**2).sum(axis=-1).argmin(axis=-1)

    def _png(self, width: int, height: int, lines: np.ndarray) -> bytes:
        """Signature, header, colour table, and the rows of indices, packed."""
        deflate = zlib.compressobj(1, zlib.DEFLATED, 15, 5, zlib.Z_RLE)
        body = deflate.compress(lines) + deflate.flush()
        header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)  # 8 bits, colour table
        return (b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header)
                + _chunk(b"PLTE", self._colors.tobytes())
                + _chunk(b"IDAT", body) + _chunk(b"IEND", b""))


@dataclass(frozen=True)
class Drawing:
    """What one picture of a canvas is to show.

    Equal keys of a picture mean equal pixels, so ``key`` says all that is shown; ``view`` makes
    what the picture's ``update`` takes, and may be called at any later time.
    """

    picture: Picture
    key: Hashable
    view: Callable[[], View]

    @property
    def name(self) -> Hashable:
        """What tells it from every other drawing."""
        return id(self.picture), self.key


@dataclass(frozen=True)
class Frame:
    """What is sent for some drawings: their pixels, and later their words."""

    png: bytes
    views: tuple[View, ...] = ()

    @property
    def words(self) -> str:
        """What the pictures show, as plain text."""
        return " ".join(view.words() for view in self.views)


class NamedImage(widgets.Image):
    """An Image with a name for screen readers: its tooltip, which becomes the title of the <img>.

    An Image of ipywidgets 8 has no alt; and with a tooltip its page asks for a description, which
    it has not, and breaks. Under ipywidgets 7 the name is sent and not used.
    """

    description = Unicode("").tag(sync=True)
    tooltip = Unicode("").tag(sync=True)


class Canvas:
    """An Image widget that shows pictures of one width below each other.

    They travel as one PNG: the page decodes one image a frame instead of several, and never shows
    two pictures of different states. Frames of other states can be drawn ahead, unseen; and the
    frame before the one in view is kept, because a student goes back and forth. What the pictures
    show follows in words, which only screen readers find; ``tell`` sends them.
    """

    def __init__(self, pictures: Sequence[Picture], css_class: str, name: str) -> None:
        """``pictures`` give the size; what is shown comes with the first ``show``.

        ``name`` says in a few words what the pictures are.
        """
        self._encoder = PngEncoder()
        self._drawn: dict[int, Hashable] = {}
        self._shown: tuple[Drawing, ...] = ()
        self._ready: dict[Hashable, Frame] = {}
        self._views: dict[int, View] = {}
        self.frame = Frame(b"")
        width = f"{pictures[0].width}px"
        height = sum(picture.height for picture in pictures)
        self.image = NamedImage(
            format="png", width=width[:-2], height=str(height), tooltip=name,
            layout=widgets.Layout(width=width, min_width=width, height=f"{height}px", margin="0",
                                  object_fit="fill"),
        )
        self.image.add_class(css_class)
        self.words = widgets.HTML(layout=widgets.Layout(margin="0"))
        self.words.add_class("mlp-words")
        self.widget = widgets.VBox([self.image, self.words], layout=widgets.Layout(margin="0"))
        self.widget.add_class("mlp-canvas")

    @property
    def pictures(self) -> list[Picture]:
        """The pictures in view, up to date: after a frame that was drawn ahead they may not be."""
        for drawing in self._shown:
            self._draw(drawing)
        return [drawing.picture for drawing in self._shown]

    def show(self, *drawings: Drawing) -> None:
        """Send the frame of these drawings, unless it is in view."""
        before, name = self._name(self._shown), self._name(drawings)
        if name == before:
            return
        frame = self._found(name) or self._frame(drawings)
        # no pause after this: numbers that follow at once are painted in the same frame
        self.image.value = frame.png
        self._ready = {before: self.frame} if before else {}
        self._shown, self.frame = drawings, frame

    def tell(self) -> None:
        """Send the words of the frame in view."""
        self.words.value = html.escape(self.frame.words)

    def draw_ahead(self, *drawings: Drawing) -> None:
        """Draw a frame that may be asked for next; the next ``show`` of another one forgets it."""
        name = self._name(drawings)
        if name != self._name(self._shown) and name not in self._ready:
            self._ready[name] = self._frame(drawings)

    def _found(self, name: tuple[Hashable, ...]) -> Frame | None:
        """A frame that is ready."""
        return self._ready.get(name)

    @staticmethod
    def _name(drawings: Sequence[Drawing]) -> tuple[Hashable, ...]:
        return tuple(drawing.name for drawing in drawings)

    def _frame(self, drawings: Sequence[Drawing]) -> Frame:
        """These drawings as a frame; a picture that shows its drawing already is not updated."""
        for drawing in drawings:
            self._draw(drawing)
        pictures = [drawing.picture for drawing in drawings]
        return Frame(self._encoder.encode(*(picture.pixels for picture in pictures)),
                     tuple(self._views[id(picture)] for picture in pictures))

    def _draw(self, drawing: Drawing) -> None:
        picture = id(drawing.picture)
        if self._drawn.get(picture) != drawing.name:
            self._drawn.pop(picture, None)  # an update that fails may have done half of its work
            view = drawing.view()
            drawing.picture.update(view)
            drawing.picture.render()
            self._views[picture] = view
            self._drawn[picture] = drawing.name


def composite_png(*rows: Sequence[Picture | Sequence[Picture]]) -> bytes:
    """One PNG of rows of pictures; a sequence within a row is a column of pictures."""
    bands = [_pasted([_pixels_of(part) for part in row], 1) for row in rows]
    return PngEncoder().encode(_pasted(bands, 0))


def _pixels_of(part: Picture | Sequence[Picture]) -> np.ndarray:
    """The pixels of a picture, or of several below each other."""
    if isinstance(part, Picture):
        return part.render().copy()
    return _pasted([picture.render().copy() for picture in part], 0)


def _pasted(parts: Sequence[np.ndarray], axis: int) -> np.ndarray:
    """Pictures below (axis 0) or beside (axis 1) each other on white."""
    across = max(part.shape[1 - axis] for part in parts)
    room = [[0, 0], [0, 0], [0, 0]]
    padded = []
    for part in parts:
        room[1 - axis][1] = across - part.shape[1 - axis]
        padded.append(np.pad(part, room, constant_values=255))
    return np.concatenate(padded, axis=axis)
