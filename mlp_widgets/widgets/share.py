"""Share of a lab: its state as a call and as a code, and loading one."""

from __future__ import annotations

from ..fields import State
from ..saved_state import LONGEST, code_of
from . import bare as widgets
from .host import Host
from .layout import line, styled


class Share:
    """A switch, and the rows it opens: they are made then, and kept up to date while open."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.toggle = widgets.ToggleButton(
            description="Share", tooltip="Copy the state of this lab, or load one")
        self.toggle.add_class("mlp-share")
        self.rows = styled("mlp-share-rows")
        widgets.show(self.rows, False)
        host.on_value(self.toggle, self._fold)

    def refresh(self, state: State, numbers: object = None) -> None:
        """Call and code of the present state, if they can be seen."""
        if self.toggle.value:
            call = repr(self._host)
            self.call.value = call if len(call) <= LONGEST else ""
            try:
                code, instead = code_of(type(self._host).__name__, state), ""
            except ValueError as error:
                code, instead = "", str(error)
            self.code.value, self.code.placeholder = code, instead

    def _fold(self, opened: bool) -> None:
        if opened and not self.rows.children:
            self._make_rows()
        widgets.show(self.rows, opened)
        self.refresh(self._host.state)

    def _make_rows(self) -> None:
        self.call = _field("call", "mlp-share-call", "print(repr(lab)) shows a call of any length")
        self.code = _field("short code", "mlp-share-code")
        self.text = _field("load", "mlp-load", "a constructor call, or a short code")
        self.text.on_msg(self._host.guarded(self._entered))
        button = self._host.button("Load", "mlp-load-button", self._load,
                                   tooltip="Show the state of this call or code; Undo goes back")
        hint = widgets.HTML(
            '<div class="mlp-share-hint">To copy: go into a field, select all (Ctrl+A, on a Mac '
            "⌘A) and copy (Ctrl+C, ⌘C). Paste the call into a cell, or call or code into the field "
            "“load” of another such lab.</div>")
        self.rows.children = (self.call, self.code, hint, line(self.text, button))

    def _entered(self, _: object, content: dict[str, object], __: object) -> None:
        if content.get("event") == "submit":  # the Enter key
            self._load()

    def _load(self) -> None:
        self._host.load(self.text.value)
        self.text.value = ""  # a text that is refused stays, to be mended


def _field(name: str, css_class: str, placeholder: str = "") -> widgets.Text:
    field = widgets.Text(description=name, placeholder=placeholder)
    field.add_class(css_class)
    return field
