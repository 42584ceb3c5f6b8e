"""A new lab moves in wherever an old one stands in the page.

When a cell is run again, its new lab comes with it; parts of the old one in other cells would show
another state than the text beside them, and the old one would stay in memory. So the outermost
boxes of the old lab are filled with what the new one shows there, and the rest of it is closed.
"""

from __future__ import annotations

from typing import Any, Protocol

from . import bare as widgets
from .beside import Panel
from .part import Part, Parts

Names = tuple[str, ...]
Shell = tuple[Names, widgets.Box]
"""The names of a part, or none for a whole lab, and the box in the page."""


class Movable(Protocol):
    """A lab, as it moves."""

    root: widgets.Box
    displayed: bool
    is_built: bool
    views: Parts
    panel: Panel
    shells: list[Shell]
    """Boxes of labs before it, in which it shows itself."""

    def part(self, *names: str) -> Part: ...

    def appear(self) -> None: ...

    def close(self) -> None: ...


def take_over(new: Any, old: Any) -> None:
    """Show ``new``, a lab, wherever ``old``, another of its kind, stands; then close ``old``."""
    if not old.is_built:
        return
    old.present.turn_to(0)
    shells = _leave(old)
    new.panel, old.panel = old.panel, new.panel
    for names, shell in shells:
        shown = new.part(*names) if names else new
        shell.children = shown.root.children
        new.shells.append((names, shell))
        shown.appear()
    new.present.toggle.value = old.present.toggle.value
    old.close()


def _leave(old: Movable) -> list[Shell]:
    """The boxes of a lab that stand in the page; they are its own no longer."""
    shells, old.shells = old.shells, []
    shells += [(part.names, part.leave()) for part in old.views.displayed]
    if old.displayed:
        (inner,) = old.root.children
        shells.append(((), old.root))
        old.root = inner
    return shells
