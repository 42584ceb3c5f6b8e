"""Signs at the edge of a plot where a curve leaves it: "▲ 23.4" says which value it reaches there.

    exits = Exits(picture, axes)
    exits.show(x, y)              # after the limits of the axes are set
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes

from ..text import number
from .picture import Picture
from .quick_artists import QuickText, text_width
from .style import BLACK

Span = tuple[float, float]
"""From where to where a text stands, CSS pixels from the left end of the axes."""
ROW = 14.0
"""CSS pixels from one row of such texts to the next."""
MOST = 2
"""Signs at each edge: where the curve goes furthest."""


def row_height(row: int) -> float:
    """From the edge of the axes to the middle of a row of texts, CSS pixels."""
    return 8.0 + ROW * row


class Exits:
    """The signs of one curve. They stand in the row at the edge, or in one further inside, as near
    as there is room."""

    def __init__(self, picture: Picture, axes: Axes, name: str = "ŷ", color: str = BLACK,
                 row: int = 0) -> None:
        self.picture, self.axes, self.name, self.row = picture, axes, name, row
        self.texts = [picture.moving(QuickText(axes, 0, 0, color=color, box=True))
                      for _ in range(2 * MOST)]
        self._shown = len(self.texts)
        self.hide()

    def hide(self) -> None:
        """No sign: there is no curve."""
        self._show_only(0)

    def show(self, x: np.ndarray, y: np.ndarray, above: Sequence[Span] = (),
             below: Sequence[Span] = ()) -> None:
        """Signs for a curve, shape (G,) each; above, below: where other texts stand in the rows at
        the two edges."""
        bottom, top = self.axes.get_ylim()
        used = 0
        if bottom <= y.min() and y.max() <= top:
            self.hide()
            return
        for side, beyond, spans in ((1, y > top, [*above]), (-1, y < bottom, [*below])):
            if not beyond.any():
                continue
            for k in _furthest(side * y, beyond):
                self._place(self.texts[used], x, y, k, side, spans, bool(beyond.all()))
                used += 1
        self._show_only(used)

    def _show_only(self, count: int) -> None:
        """So many of the texts are seen."""
        if count != self._shown:
            self._shown = count
            for place, text in enumerate(self.texts):
                text.set_visible(place < count)

    def _place(self, text: QuickText, x: np.ndarray, y: np.ndarray, k: int, side: int,
               spans: list[Span], whole: bool) -> None:
        """The sign at the k-th point, or as near to it as there is room in the row."""
        (left, right), (bottom, top) = self.axes.get_xlim(), self.axes.get_ylim()
        box = self.axes.bbox
        across, up = box.width / self.picture.scale, box.height / self.picture.scale
        words = f"{'▲' if side > 0 else '▼'} {number(float(y[k]), 3)}"
        if whole:
            ends = dict.fromkeys(number(float(end), 3) for end in (y.min(), y.max()))
            words = f"{words[0]} all of {self.name}: {' to '.join(ends)}"
        half = text_width(words) / 2 + 3
        middle = nearest((x[k] - left) / (right - left) * across, half, spans, across)
        spans.append((middle - half, middle + half))
        height = row_height(self.row) / up
        text.show(words, place=(left + middle / across * (right - left),
                                bottom + (1 - height if side > 0 else height) * (top - bottom)))


def _furthest(size: np.ndarray, beyond: np.ndarray) -> Iterator[int]:
    """The largest place of each stretch that is beyond; the first MOST of them by their size."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], beyond, [False]]).astype(int)))
    found = [start + int(np.argmax(size[start:end])) for start, end in edges.reshape(-1, 2)]
    return iter(sorted(found, key=lambda k: -size[k])[:MOST])


def nearest(wanted: float, half: float, taken: Sequence[Span], length: float) -> float:
    """The middle nearest to ``wanted`` of a text that keeps off the ends and the spans taken."""
    places = [wanted, *(end for left, right in taken for end in (left - half, right + half))]
    places = [min(max(place, half), length - half) for place in places]
    free = [place for place in places if all(
        place + half <= left + 1e-6 or place - half >= right - 1e-6 for left, right in taken)]
    return min(free or places[:1], key=lambda place: abs(place - wanted))
