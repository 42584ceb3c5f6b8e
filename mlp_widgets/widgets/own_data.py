"""The control of the data: the measured sets by name, or a file of one's own."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from ..data.points import decode, parse_columns
from ..data.traffic import TRAFFIC
from ..fields import Field
from .controls import Control
from .host import Host
from .layout import line

OWN = "own data"


class DataControl(Control):
    """A list of the measured sets, with an entry for own data when there are some, and a button
    that takes a file."""

    def __init__(self, of: Field, host: Host) -> None:
        super().__init__(of, host)
        self.names = widgets.Dropdown(description="data", options=list(TRAFFIC))
        self.names.add_class("mlp-data")
        self.names.add_class("mlp-choice")
        self.upload = widgets.FileUpload(description="Own CSV", accept=".csv,.txt,.tsv",
                                         multiple=False)
        self.upload.add_class("mlp-upload")
        host.on_value(self.names, self._choose)
        host.on_value(self.upload, self._take_file)
        self.widget = line(self.names, self.upload)

    def _choose(self, name: str) -> None:
        if name != OWN:
            self._host.set(data=name)

    def _take_file(self, value: Any) -> None:
        """A file chosen in the browser; ipywidgets 7 gives a dict, 8 a tuple."""
        files = list(value.values()) if isinstance(value, dict) else list(value)
        if files:
            with self._host.refreshing():  # emptied, so that the same file can be chosen again
                self.upload.set_trait("value", type(value)())
            self._host.set(data=parse_columns(decode(bytes(files[0]["content"]))))

    def refresh(self, state: Any, numbers: object = None) -> None:
        """The name of the data."""
        points = state.data
        options = [*TRAFFIC, *([OWN] if points.own else [])]
        if list(self.names.options) != options:
            self.names.options = options
        self.names.value = OWN if points.own else points.name
