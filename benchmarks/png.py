"""Packing a lab's pictures as PNG: the project's own writer beside Pillow's."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image

from mlp_widgets import LABS
from mlp_widgets.widgets.png import PngEncoder

from .table import Row, interleaved

EXPLANATION = """\
The pixels of a lab's first canvas, at two device pixels per CSS pixel; the ways take turns.
"Pillow, our table" gets the indices that our colour table has found, and only packs them;
"Pillow, own palette" finds 256 colours of its own; "Pillow, true colour" keeps all. All at zlib's
level 1.
"""
ROUNDS = 15


def rows() -> Iterator[Row]:
    """A row for each other way and lab."""
    for name in LABS:
        lab = LABS[name]()
        pixels = np.concatenate([picture.pixels for picture in lab.canvases[0].in_view]).copy()
        lab.close()
        yield from _rows(name, pixels)


def _rows(name: str, pixels: np.ndarray) -> Iterator[Row]:
    encoder = PngEncoder()
    encoder.encode(pixels)  # its table is made once
    ways: dict[str, Callable[[], bytes]] = {
        "own writer": lambda: encoder.encode(pixels),
        "Pillow, our table": lambda: _packed(_indexed(encoder, pixels)),
        "Pillow, own palette": lambda: _packed(_colors(pixels).quantize(256)),
        "Pillow, true colour": lambda: _packed(_colors(pixels)),
    }
    sizes = {way: len(pack()) / 1000 for way, pack in ways.items()}
    times = interleaved(ways, rounds=ROUNDS)
    height, width = pixels.shape[:2]
    what = f"{name}, {width} x {height}: own writer ({sizes['own writer']:.0f} kB)"
    for way in list(ways)[1:]:
        yield Row(what, times["own writer"], f"{way} ({sizes[way]:.0f} kB)", times[way])
        what = ""


def _indexed(encoder: PngEncoder, pixels: np.ndarray) -> Image.Image:
    """The indices in our colour table, as a picture of Pillow's."""
    image = Image.fromarray(np.ascontiguousarray(encoder.rows(pixels)[:, 1:]))
    image.putpalette(encoder.colors.tobytes())
    return image


def _colors(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray(pixels).convert("RGB")


def _packed(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()
