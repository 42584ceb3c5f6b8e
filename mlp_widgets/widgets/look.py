"""The style sheet of the page: one widget, which stands in every lab, part and question.

It says in each of them that the kernel ends: where Kernel > Change Kernel takes a kernel from its
notebook, no page says anything of the labs that it leaves behind.
"""

from __future__ import annotations

import atexit
import base64
from functools import cache
from pathlib import Path

from . import bare as widgets
from .backlog import keep_messages

_MADE: list[widgets.HTML] = []
"""The one widget of this kernel, once a lab has asked for it."""


def look() -> widgets.HTML:
    """The style sheet, which takes no room; the same widget each time, as long as it lives."""
    if not _MADE or _MADE[0].comm is None:
        keep_messages()
        _MADE[:] = [widgets.HTML(f"<style>{style_sheet()}</style>")]
        _MADE[0].add_class("mlp-look")
    return _MADE[0]


def is_look(widget: widgets.Widget) -> bool:
    """Whether a widget is this one, which goes on when a lab is closed."""
    return any(widget is made for made in _MADE)


@atexit.register
def say_that_the_kernel_ends() -> None:
    """Tell the pages. What the cells have put out stays as it is."""
    for made in _MADE:
        made.add_class("mlp-ended")


@cache
def style_sheet() -> str:
    """The text of style.css, and with it the face of the pictures, DejaVu Sans: so texts around
    the pictures look like those in them, and take the same room on every machine."""
    here = Path(__file__).parent
    faces = "".join(
        f'@font-face {{ font-family: "MLP Sans"; font-weight: {weight}; '
        f"src: url(data:font/woff;base64,{_base64(here / 'fonts' / f'{name}.woff')}); }}\n"
        for name, weight in (("regular", 400), ("bold", 700)))
    return faces + (here / "style.css").read_text(encoding="utf-8")


def _base64(file: Path) -> str:
    return base64.b64encode(file.read_bytes()).decode("ascii")
