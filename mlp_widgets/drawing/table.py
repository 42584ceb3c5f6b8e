"""Numbers as a picture: what the panel of a lab says, for viewers without a kernel."""

from __future__ import annotations

from collections.abc import Sequence

from .picture import Picture
from .quick_artists import QuickText, text_width
from .style import BLACK, FAINT, GREY, LARGE, NORMAL, SMALL

MARGIN, BETWEEN = 12.0, 16.0
"""CSS pixels: around all texts, and from one line of a wrapped text to the next."""


def wrapped(text: str, room: float, size: float = SMALL) -> list[str]:
    """Lines of at most so many CSS pixels, broken at spaces."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1].strip() and text_width(longer, size) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


class TablePicture(Picture):
    """A title, rows of three cells of which the first is a heading, and notes below."""

    line = 27

    def __init__(self, title: str, rows: Sequence[tuple[str, str, str]], notes: Sequence[str],
                 width: int, height: int, scale: float = 2.0) -> None:
        self.title, self.rows, self.notes = title, rows, notes
        super().__init__(width, height, scale)

    def build(self) -> None:
        """All of it is still."""
        axes = self.axes = self.page()
        room = self.width - 2 * MARGIN
        size = LARGE if text_width(self.title, LARGE) <= room else NORMAL
        top = self.height - 24.0
        top = self._write(wrapped(self.title, room, size), top, size, BLACK)
        for number, row in enumerate(self.rows, start=1):
            y = top - 12 - self.line * number
            heading = number == 1
            for text, x, align in zip(row, (MARGIN, 185, self.width - MARGIN),
                                      ("left", "right", "right"), strict=True):
                QuickText(axes, x, y, text, size=SMALL if heading else NORMAL, align=align,
                          color=GREY if heading else BLACK)
            if any(row):
                below = [y - self.line / 2] * 2
                axes.plot([MARGIN, self.width - MARGIN], below, color=FAINT, linewidth=0.6)
        y = top - self.line * (len(self.rows) + 2)
        for note in self.notes:
            y = self._write(wrapped(note, room), y, SMALL, GREY) - self.line

    def _write(self, lines: Sequence[str], y: float, size: float, color: str) -> float:
        """Lines below each other from a height down; the height of the last one."""
        for number, line in enumerate(lines):
            QuickText(self.axes, MARGIN, y - BETWEEN * number, line, size=size, align="left",
                      color=color)
        return y - BETWEEN * (len(lines) - 1)
