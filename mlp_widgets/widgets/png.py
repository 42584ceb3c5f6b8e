"""Pixels packed as PNG with a table of at most 256 colours, written by hand for its speed.

Packing is most of the time of a frame: `python -m benchmarks png` compares it with Pillow.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import numpy as np
from matplotlib.colors import to_rgb

from ..drawing.picture import Picture
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
    """12 bits of each pixel 0x..BBGGRR: one product brings the three upper halves to the top.

    Signed, because a Python of 32 bits (in the browser) takes no unsigned numbers of 32 bits as
    places in an array.
    """
    groups = packed & np.uint32(0xF0F0F0)
    groups *= np.uint32(0x01001001)
    groups >>= np.uint32(20)
    return groups.view(np.int32)


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

    def encode(self, pixels: np.ndarray) -> bytes:
        """One PNG of opaque pixels, uint8 of shape (height, width, 4)."""
        return self._png(self.rows(pixels))

    @property
    def colors(self) -> np.ndarray:
        """The colour table, uint8 of shape (entries, 3)."""
        return self._colors

    def rows(self, pixels: np.ndarray) -> np.ndarray:
        """The index of every pixel in the colour table, as the rows of a PNG."""
        height, width = pixels.shape[:2]
        places, packed = _coloured(pixels)
        flat = np.zeros(height * width + -height * width % EIGHT, np.uint8)  # 0 is white
        flat.view(np.uint64)[places] = self._look_up(packed).view(np.uint64).ravel()
        # each row of a PNG begins with the number of its filter: 0, none
        lines = np.zeros((height, width + 1), np.uint8)
        lines[:, 1:] = flat[: height * width].reshape(height, width)
        return lines

    def _look_up(self, packed: np.ndarray) -> np.ndarray:
        """The index of each pixel; new shades are learned."""
        found = self._index_of.take(_groups_of(packed), mode="clip")
        if found.max(initial=0) < UNKNOWN:
            return found
        self._learn(packed[found == UNKNOWN])
        return self._look_up(packed)

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

    def _png(self, lines: np.ndarray) -> bytes:
        """Signature, header, colour table, and the rows of indices, packed."""
        deflate = zlib.compressobj(1, zlib.DEFLATED, 15, 5, zlib.Z_RLE)
        body = deflate.compress(lines.data) + deflate.flush()
        height, width = lines.shape
        header = struct.pack(">IIBBBBB", width - 1, height, 8, 3, 0, 0, 0)  # 8 bits, colour table
        return (b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header)
                + _chunk(b"PLTE", self._colors.tobytes())
                + _chunk(b"IDAT", body) + _chunk(b"IEND", b""))


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
