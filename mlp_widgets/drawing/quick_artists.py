"""Four artists for what changes at every move, several times faster than matplotlib's own.

``QuickText`` draws text from glyph outlines that are laid out once for each character;
``QuickTexts`` draws many short ones at once; ``QuickTicks`` grid lines and their labels;
``QuickImage`` paints a grid of numbers through a colour table, without resampling.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import itemgetter

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.colors import Colormap, to_rgba
from matplotlib.font_manager import FontProperties, fontManager, get_font
from matplotlib.ft2font import LoadFlags
from matplotlib.path import Path
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D, IdentityTransform

from .style import BLACK, FAINT, SMALL

FONT = FontProperties(family="DejaVu Sans")
WHITE = to_rgba("white")
LINE_HEIGHT = 1.3
CAP_HEIGHT = 0.73
"""Height of a capital letter or digit of DejaVu Sans, in units of the font size."""
FILL = GraphicsContextBase()
FILL.set_linewidth(0)
"""How outlines are filled: without a rim. One for all, since making one calls 40 functions."""
UNSEEN = ("Cc", "Cf", "Cs")
"""Kinds of characters that take no room, such as marks of the direction of writing."""


@lru_cache(maxsize=512)
def _glyph(character: str) -> tuple[np.ndarray, np.ndarray, float]:
    """Outline (vertices, codes) and advance of one character at size 1."""
    if unicodedata.category(character) in UNSEEN:
        return np.empty((0, 2)), np.empty(0, np.uint8), 0.0
    size = text_to_path.FONT_SCALE
    vertices, codes = text_to_path.get_text_path(FONT, character)
    font = get_font(fontManager.findfont(FONT))
    font.set_size(size, 72)
    try:  # by its number, 0 for the box of a missing one, of which load_char would warn
        glyph = font.load_glyph(font.get_char_index(ord(character)), flags=LoadFlags.NO_HINTING)
    except RuntimeError:  # a few characters have no glyph at all, not even the box of a missing one
        return _glyph(" ")
    advance = glyph.linearHoriAdvance / 65536
    outline = np.reshape(np.asarray(vertices, float), (-1, 2)) / size
    return outline, np.asarray(codes, np.uint8), advance / size


@lru_cache(maxsize=2048)
def _outline(text: str, align: str) -> tuple[Path, tuple[float, float, float, float]]:
    """Outline of one or more lines at size 1, centred on y = 0, and its box (x, y, x, y)."""
    lines = text.split("\n")
    glyph_rows = [[_glyph(character) for character in line] for line in lines]
    widths = [sum(glyph[2] for glyph in row) for row in glyph_rows]
    shift = {"left": 0.0, "center": -0.5, "right": -1.0}[align]
    vertices, codes = [np.empty((0, 2))], [np.empty(0, np.uint8)]
    for number, (row, width) in enumerate(zip(glyph_rows, widths, strict=True)):
        x = shift * width
        y = ((len(lines) - 1) / 2 - number) * LINE_HEIGHT - CAP_HEIGHT / 2
        for outline, code, advance in row:
            vertices.append(outline + np.array((x, y)))
            codes.append(code)
            x += advance
    half, left = len(lines) * LINE_HEIGHT / 2, shift * max(widths)
    box = (left - 0.25, -half, left + max(widths) + 0.25, half)
    return Path(np.concatenate(vertices), np.concatenate(codes)), box


@lru_cache(maxsize=2048)
def _in_two(text: str) -> tuple[str, str]:
    """The lines of values and those of gradients, each in its place; the others are blank.

    A line with "∂" tells a gradient, and so does a number alone below such a line.
    """
    values, gradients, is_gradient = [], [], False
    for line in text.split("\n"):
        is_gradient = "∂" in line or (is_gradient and line[:1] in "−+∞0123456789")
        values.append("" if is_gradient else line)
        gradients.append(line if is_gradient else "")
    return "\n".join(values), "\n".join(gradients)


class QuickText(Artist):
    """Text at a data place of ``axes``; on a white box, if asked, so that lines do not disturb.

    gradient: the colour of lines that tell a gradient; None if it is that of the others.
    """

    axes: Axes
    gradient: str | None = None

    def __init__(self, axes: Axes, x: float, y: float, text: str = "", *, size: float = SMALL,
                 color: str = BLACK, align: str = "center", rotation: float = 0.0,
                 box: bool = False) -> None:
        super().__init__()
        self.set_zorder(5)  # over lines and markers, where it is not moving
        self.place, self.text, self.size, self.align = (x, y), text, size, align
        self.color, self.rotation, self.box = color, rotation, box
        axes.add_artist(self)

    def show(self, text: str, *, color: str | None = None, place: tuple[float, float] | None = None,
             align: str | None = None, gradient: str | None = None) -> None:
        """Change what is written, and if given its colours, place or alignment."""
        self.text = text
        self.color, self.place = color or self.color, place or self.place
        self.align, self.gradient = align or self.align, gradient or self.gradient

    def draw(self, renderer: RendererBase) -> None:
        """Fill the outline, after its box in white."""
        if not self.get_visible() or not self.text:
            return
        pixels, angle = self.size * self.figure.dpi / 72, math.radians(self.rotation)
        across, up = pixels * math.cos(angle), pixels * math.sin(angle)
        turn = Affine2D.from_values(across, up, -up, across,
                                    *self.axes.transData.transform(self.place))
        if self.box:
            x0, y0, x1, y1 = _outline(self.text, self.align)[1]
            corners = Path([(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)])
            renderer.draw_path(FILL, corners, turn, WHITE)
        for text, color in self._parts():
            renderer.draw_path(FILL, _outline(text, self.align)[0], turn, to_rgba(color))

    def _parts(self) -> Iterator[tuple[str, str]]:
        """What is to be written in which colour."""
        if self.gradient in (None, self.color):
            yield self.text, self.color
            return
        for text, color in zip(_in_two(self.text), (self.color, self.gradient), strict=True):
            if text.strip():
                yield text, color


class QuickImage(Artist):
    """A grid of numbers ``values``, row 0 at the bottom, that fills ``axes``."""

    axes: Axes

    def __init__(self, axes: Axes, colors: Colormap) -> None:
        super().__init__()
        self.limits = (0.0, 1.0)
        table = np.round(colors(np.arange(colors.N)) * 255).astype(np.uint8)
        self.table = table.view(np.uint32).ravel()
        self.values = np.zeros((1, 1))
        axes.add_artist(self)

    def draw(self, renderer: RendererBase) -> None:
        """One colour for each cell, cells repeated to the pixels of the axes."""
        box = self.axes.bbox
        left, bottom = round(box.x0), round(box.y0)
        columns, rows = round(box.x1) - left, round(box.y1) - bottom
        low, high = self.limits
        share = (self.values - low) / (high - low) * len(self.table)
        cells = self.table[np.clip(share, 0, len(self.table) - 1).astype(np.intp)]
        # the cell at the middle of each pixel; Agg wants the lowest row first
        up = (2 * np.arange(rows) + 1) * cells.shape[0] // (2 * rows)
        across = (2 * np.arange(columns) + 1) * cells.shape[1] // (2 * columns)
        pixels = cells[up[:, None], across]
        graphics = renderer.new_gc()
        renderer.draw_image(graphics, left, bottom, pixels.view(np.uint8).reshape(rows, columns, 4))
        graphics.restore()


Text = tuple[str, float, float, str]
"""What is written, the place of its middle, its colour."""


@lru_cache(maxsize=4096)
def text_width(text: str, size: float = SMALL) -> float:
    """How wide a text is, CSS pixels."""
    return sum(_glyph(character)[2] for character in text) * size * 96 / 72


@lru_cache(maxsize=512)
def _straight(character: str) -> tuple[np.ndarray, np.ndarray, float]:
    """A glyph whose curves are two straight lines each: enough for small texts, and faster."""
    outline, codes, advance = _glyph(character)
    curved = np.flatnonzero(codes == Path.CURVE3)[::2]
    outline, codes = outline.copy(), codes.copy()
    # the control point of each curve gives way to the curve's middle
    outline[curved] = (outline[curved - 1] + 2 * outline[curved] + outline[curved + 1]) / 4
    codes[curved] = codes[curved + 1] = Path.LINETO
    return outline, codes, advance


class QuickTicks(QuickText):
    """Grid lines, and labels outside of the axes, for the still part of a picture."""

    def __init__(self, axes: Axes, way: str, name: str = "", size: float = SMALL) -> None:
        super().__init__(axes, 0, 0, size=size, align="right" if way == "y" else "center")
        self.way, self.name = way, name
        self.places: list[float] = []
        self.labels: list[str] = []
        self.set_zorder(0.5)  # below lines
        (axes.yaxis if way == "y" else axes.xaxis).set_visible(False)

    def show_ticks(self, places: Sequence[float] | np.ndarray, labels: Sequence[str]) -> None:
        """Other ticks: where, and what is written there."""
        self.places, self.labels = list(places), list(labels)

    def draw(self, renderer: RendererBase) -> None:
        """Lines first, then labels left of the axes or below them, and the name below these."""
        box, pixel = self.axes.bbox, self.figure.dpi / 96
        data = np.zeros((len(self.places), 2))
        data[:, int(self.way == "y")] = self.places
        along = self.axes.transData.transform(data)[:, int(self.way == "y")]
        self._draw_grid(renderer, along)
        for at, label in zip(along, self.labels, strict=True):
            place = (box.x0 - 3 * pixel, at) if self.way == "y" else (at, box.y0 - 11 * pixel)
            self._draw_text(renderer, label, place)
        if self.name:
            place = ((box.x0 + box.x1) / 2, box.y0 - 26 * pixel)
            self._draw_text(renderer, self.name, place)

    def _draw_grid(self, renderer: RendererBase, along: np.ndarray) -> None:
        """A thin line across the axes at each tick, on whole pixels."""
        box = self.axes.bbox
        ends = [((box.x0, at), (box.x1, at)) if self.way == "y" else ((at, box.y0), (at, box.y1))
                for at in along]
        graphics = renderer.new_gc()
        graphics.set_linewidth(0.5)
        graphics.set_foreground(to_rgba(FAINT), isRGBA=True)
        graphics.set_snap(True)
        codes = np.tile([Path.MOVETO, Path.LINETO], len(ends))
        lines = Path(np.reshape(ends, (-1, 2)), codes)
        renderer.draw_path(graphics, lines, IdentityTransform())
        graphics.restore()

    def _draw_text(self, renderer: RendererBase, text: str,
                   pixel: tuple[float, float]) -> None:
        self.show(text, place=tuple(self.axes.transData.inverted().transform(pixel)))
        super().draw(renderer)


class QuickTexts(Artist):
    """Many texts of one size, centred on data places of ``axes``: one outline for each colour.

    60 numbers take a half of the time that a ``QuickText`` for each of them takes.
    """

    axes: Axes

    def __init__(self, axes: Axes, size: float = SMALL) -> None:
        super().__init__()
        self.set_zorder(5)
        self.size = size
        self.texts: list[Text] = []
        axes.add_artist(self)

    def draw(self, renderer: RendererBase) -> None:
        """Fill the outlines."""
        if not self.get_visible():
            return
        texts = sorted((text for text in self.texts if text[0]), key=itemgetter(3))
        if not texts:
            return
        vertices, codes, ends = self._outlines(texts)
        start = 0
        for color, count in Counter(text[3] for text in texts).items():
            first, last = ends[start], ends[start := start + count]
            path = Path(vertices[first:last], codes[first:last])
            renderer.draw_path(FILL, path, IdentityTransform(), to_rgba(color))

    def _outlines(self, texts: list[Text]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Vertices in pixels and codes of all texts, and where those of each text begin and end."""
        pixels = self.size * self.figure.dpi / 72
        places = self.axes.transData.transform([text[1:3] for text in texts]) / pixels
        glyphs = [_straight(character) for text in texts for character in text[0]]
        lengths = np.array([len(text[0]) for text in texts])
        ends = np.cumsum([glyph[2] for glyph in glyphs])  # as if all stood in one line from 0
        last = ends[np.cumsum(lengths) - 1]
        middles = (last + np.append(0.0, last[:-1])) / 2
        starts = np.repeat(places - np.column_stack([middles, np.full(len(texts), CAP_HEIGHT / 2)]),
                           lengths, axis=0)
        starts[1:, 0] += ends[:-1]
        codes = [glyph[1] for glyph in glyphs]
        counts = [len(code) for code in codes]
        whole = np.concatenate([glyph[0] for glyph in glyphs])
        whole += np.repeat(starts, counts, axis=0)
        whole *= pixels
        up_to = np.append(0, np.cumsum(counts))[np.append(0, np.cumsum(lengths))]
        return whole, np.concatenate(codes), up_to
