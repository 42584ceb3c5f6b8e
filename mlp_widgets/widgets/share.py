"""The row Share at the foot of a lab: its state as a call and as a code, and loading one."""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets as widgets

from ..fields import State
from ..saved_state import LONGEST, code_of
from .host import Host
from .layout import folded, line, sized


class Share:
    """A button Share, and below it, once it is pressed, the fields of call, code and loading.

    Folded it costs nothing: the fields are made when they are first opened, and kept up to date
    only while they are open.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self.toggle = widgets.ToggleButton(
            description="Share", tooltip="Copy the state of this lab, or load one",
            layout=sized("90px"))
        self.toggle.add_class("mlp-share")
        self._rows = widgets.VBox(layout=widgets.Layout(margin="0", display="none"))
        self._rows.add_class("mlp-share-rows")
        host.on_value(self.toggle, self._fold)
        self.widget = widgets.VBox([self.toggle, self._rows], layout=widgets.Layout(margin="0"))
        folded(self.widget)
        self.widget.add_class("mlp-share-box")

    def refresh(self, state: State, numbers: object = None) -> None:
        """Call and code of the present state, if they can be seen."""
        if self.toggle.value:
            call = repr(self._host)
            _put(self.call, call if len(call) <= LONGEST else "",
                 "too many points: print(repr(lab)) in a cell shows the call")
            try:
                _put(self.code, code_of(type(self._host).__name__, state))
            except ValueError as error:
                _put(self.code, "", str(error))

    def _fold(self, opened: bool) -> None:
        if opened and not self._rows.children:
            self._make_rows()
        self._rows.layout.display = None if opened else "none"
        self.refresh(self._host.state)

    def _make_rows(self) -> None:
        self.call = _field("call", "mlp-share-call")
        self.code = _field("short code", "mlp-share-code")
        self.text = _field("load", "mlp-load", "a constructor call, or a short code")
        self.text.on_msg(self._host.guarded(self._entered))
        button = self._host.button("Load", "mlp-load-button", self._load,
                                   tooltip="Show the state of this call or code; Undo goes back")
        hint = widgets.HTML(
            '<div class="mlp-share-hint">To copy: go into a field, select all (Ctrl+A, on a Mac '
            "⌘A) and copy (Ctrl+C, ⌘C). Paste the call into a cell, or call or code into the field "
            "“load” of another such lab.</div>")
        self._rows.children = (self.call, self.code, hint, line(self.text, button))

    def _entered(self, _: object, content: Mapping[str, object], __: object) -> None:
        """The Enter key in the field to load from."""
        if content.get("event") == "submit":
            self._load()

    def _load(self) -> None:
        """What the button Load does; a text that is refused stays, to be mended."""
        if not self.text.value.strip():
            raise ValueError("put a constructor call or a short code into the field first")
        self._host.load(self.text.value)
        self.text.value = ""


def _field(name: str, css_class: str, placeholder: str = "") -> widgets.Text:
    """A field for one line of text with its name before it."""
    field = widgets.Text(description=name, placeholder=placeholder, layout=sized("720px"),
                         style={"description_width": "80px"})
    field.add_class(css_class)
    return field


def _put(field: widgets.Text, value: str, instead: str = "") -> None:
    """A value into a field; if it is empty, what stands in its place."""
    field.value, field.placeholder = value, "" if value else instead
