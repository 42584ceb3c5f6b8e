"""Boxes that all labs use; style.css has every width and distance.

A lab is made of sections: pictures, and the controls that change them first. Within a section the
picture stays in view while the controls pass beside or below it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import bare as widgets


def styled(css: str, *parts: widgets.Widget) -> widgets.VBox:
    """Parts below each other, under a CSS class."""
    box = widgets.VBox(parts)
    box.add_class(css)
    return box


def mark(widget: widgets.Widget, css: str, marked: bool) -> None:
    """Give a widget a CSS class, or take it away."""
    (widget.add_class if marked else widget.remove_class)(css)


def line(*parts: widgets.Widget) -> widgets.HBox:
    """Controls side by side, in a second line where there is no room."""
    box = widgets.HBox(parts)
    box.add_class("mlp-line")
    return box


def stack(*parts: widgets.Widget) -> widgets.VBox:
    """Parts below each other, close together."""
    return styled("mlp-column", *parts)


def focus(field: widgets.DOMWidget) -> None:
    """Put the keyboard into a control, and that into view: JupyterLab's Run All ends at the last
    cell. ipywidgets before version 8 cannot; then nothing happens."""
    if hasattr(field, "focus"):
        field.focus()


def heading(text: str) -> widgets.HTML:
    """A heading inside a column; may hold markup."""
    return widgets.HTML(f'<div class="mlp-heading">{text}</div>')


@dataclass(frozen=True)
class Section:
    """Pictures by the names of their slots, and columns of controls: beside the pictures, or, of a
    ``wide`` section, below them; presented, so many rows of these are on one screen with the
    pictures (3, 4, 5 or 7). ``folds`` open below all columns, side by side over their whole width:
    in one column they would leave the other one empty. ``title`` names it where one section at a
    time is presented."""

    title: str
    pictures: tuple[str, ...]
    columns: Sequence[widgets.Widget]
    wide: int = 0
    folds: widgets.Widget | None = None

    def box(self, place: int, pictures: widgets.Widget) -> widgets.Box:
        """The section, the ``place``-th of its lab, with its pictures."""
        controls = [*self.columns]
        if self.folds:
            self.folds.add_class("mlp-across")
            controls.append(self.folds)
        columns = widgets.Box(controls)
        columns.add_class("mlp-controls")
        box = widgets.Box([pictures, columns])
        wide = ["mlp-wide", f"mlp-wide-{self.wide}"] if self.wide else []
        for css in ("mlp-section", f"mlp-section-{place}", *wide):
            box.add_class(css)
        return box


@dataclass(frozen=True)
class Fold:
    """Parts that stand closed behind a name, until somebody asks for them."""

    name: str
    css: str
    parts: Sequence[widgets.Widget]


class Folds:
    """The names of some folds as switches in a line, and below it what is open.

    connect: makes a callback of a function, so that what goes wrong in it is said.
    """

    def __init__(self, connect: Callable[[Callable[..., object]], Callable[..., None]],
                 *folds: Fold) -> None:
        self.switches: dict[str, widgets.ToggleButton] = {}
        boxes = []
        for fold in folds:
            switch = widgets.ToggleButton(description=fold.name)
            switch.add_class(f"mlp-fold-{fold.css}")
            switch.add_class("mlp-fold-switch")
            box = stack(*fold.parts)
            box.add_class("mlp-fold")
            widgets.show(box, False)
            switch.observe(connect(self._opener(box)), names="value")
            self.switches[fold.css] = switch
            boxes.append(box)
        self.widget = stack(line(*self.switches.values()), *boxes)
        self.widget.add_class("mlp-folds")

    def _opener(self, box: widgets.Box) -> Callable[[Any], None]:
        """Shows a box while its switch is pressed, and marks where two are open."""
        def pressed(change: Any) -> None:
            widgets.show(box, change["new"])
            is_open = [switch.value for switch in self.switches.values()]
            mark(self.widget, "mlp-two-open", sum(is_open) > 1)

        return pressed


class OneOf(widgets.VBox):
    """A box that shows the parts of one case; the parts of the other cases are kept, unseen.

    case: state -> the case; a lab keeps the box in line with its state as it does other parts.
    """

    children: tuple[widgets.Widget, ...]

    def __init__(self, case: Callable[[Any], str],
                 cases: Mapping[str, Sequence[widgets.Widget]]) -> None:
        super().__init__()
        self.add_class("mlp-column")
        self._case = case
        self._cases = {name: tuple(parts) for name, parts in cases.items()}

    def refresh(self, state: Any, numbers: object = None) -> None:
        """Show the parts of the case of a state."""
        self.show(self._case(state))

    def show(self, case: str) -> None:
        """Show the parts of a case."""
        if self.children != self._cases[case]:
            self.children = self._cases[case]

    @property
    def all_parts(self) -> tuple[widgets.Widget, ...]:
        """The parts of all cases, each once."""
        return tuple(dict.fromkeys(part for parts in self._cases.values() for part in parts))
