"""The control of the data: sets by name, or a file of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets as widgets

from ..data.points import XY, decode, parse_columns
from ..fields import Parsed
from .controls import Control
from .host import Host
from .layout import line

OWN = "own data"


class DataControl(Control):
    """A list of the sets that the field knows by name, with an entry for own data when there are
    some, and a button that takes a file with these columns."""

    of: Parsed

    def __init__(self, of: Parsed, host: Host, columns: Sequence[str] = XY) -> None:
        super().__init__(of, host)
        self._columns = columns
        self.names = widgets.Dropdown(description="data", options=list(of.texts))
        self.names.add_class(f"mlp-{of.name}")
        self.names.add_class("mlp-choice")
        self.upload = widgets.FileUpload(description="Own CSV", accept=".csv,.txt,.tsv",
                                         multiple=False)
        self.upload.add_class("mlp-upload")
        host.on_value(self.names, self._choose)
        host.on_value(self.upload, self._take_file)
        self.widget = line(self.names, self.upload)

    def _choose(self, name: str) -> None:
        if name != OWN:
            self._host.set(**{self.of.name: name})

    def _take_file(self, value: Any) -> None:
        """A file chosen in the browser; ipywidgets 7 gives a dict, 8 a tuple."""
        files = list(value.values()) if isinstance(value, dict) else list(value)
        if files:
            with self._host.refreshing():  # emptied, so that the same file can be chosen again
                self.upload.set_trait("value", type(value)())
            text = decode(bytes(files[0]["content"]), self._columns)
            self._host.set(**{self.of.name: parse_columns(text, self._columns)})

    def refresh(self, state: Any, numbers: object = None) -> None:
        """The name of the data."""
        points = getattr(state, self.of.name)
        options = [*self.of.texts, *([OWN] if points.own else [])]
        if list(self.names.options) != options:
            self.names.options = options
        self.names.value = OWN if points.own else points.name
