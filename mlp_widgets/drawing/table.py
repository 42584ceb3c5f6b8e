"""Numbers as a picture: what the panel of a lab says, for viewers without a kernel."""

from __future__ import annotations

from collections.abc import Sequence

from .picture import Picture
from .quick_artists import QuickText
from .style import BLACK, FAINT, GREY


class TablePicture(Picture):
    """A title, rows of three cells of which the first is a heading, and notes below."""

    line = 27

    def __init__(self, title: str, rows: Sequence[tuple[str, str, str]], notes: Sequence[str],
                 width: int, height: int, scale: float = 2.0) -> None:
        self.title, self.rows, self.notes = title, rows, notes
        super().__init__(width, height, scale)

    def build(self) -> None:
        """All of it is still."""
        axes = self.page()
        top = self.height - 24
        QuickText(axes, 12, top, self.title, size=13, align="left")
        for number, row in enumerate(self.rows, start=1):
            y = top - 12 - self.line * number
            heading = number == 1
            for text, x, align in zip(row, (12, 185, self.width - 12), ("left", "right", "right"),
                                      strict=True):
                QuickText(axes, x, y, text, size=10.5 if heading else 11.5, align=align,
                          color=GREY if heading else BLACK)
            if any(row):
                below = [y - self.line / 2] * 2
                axes.plot([12, self.width - 12], below, color=FAINT, linewidth=0.6)
        for number, note in enumerate(self.notes, start=len(self.rows) + 2):
            QuickText(axes, 12, top - self.line * number, note, size=10, align="left", color=GREY)
