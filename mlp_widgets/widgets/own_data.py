"""The control of data: some by name, such as the measured sets, or a file of one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..data.columns import MOST_BYTES, decode, parse_columns
from ..data.points import XY
from ..fields import Parsed
from . import bare as widgets
from .controls import Control
from .host import Host
from .layout import line

OWN = "own data"


class DataControl(Control):
    """A list of names, with an entry for own data when there are some, and a button that takes a
    file with these columns. names: name -> what the list says; without them the names that the
    field knows. The field's values have a ``name``, which for own data is none of these."""

    of: Parsed

    def __init__(self, of: Parsed, host: Host, columns: Sequence[str] = XY,
                 names: Mapping[str, str] | None = None) -> None:
        super().__init__(of, host)
        self._columns = columns
        known = names or {name: name for name in of.texts}
        self._options = [(text, name) for name, text in known.items()]
        self.names = widgets.Dropdown(description=of.symbol, options=self._options)
        self.names.add_class(f"mlp-{of.name}")
        self.names.add_class("mlp-choice")
        self.upload = widgets.FileUpload(description="Own CSV", accept=".csv,.txt,.tsv",
                                         multiple=False)
        self.upload.tooltip = f"A file of at most {MOST_BYTES / 1e6:.0f} MB"
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
            text = decode(files[0]["content"], self._columns)
            self._host.set(**{self.of.name: parse_columns(text, self._columns)})

    def refresh(self, state: Any, numbers: object = None) -> None:
        """The name of the data."""
        name = getattr(state, self.of.name).name
        is_own = name not in dict(self._options).values()
        options = [*self._options, *([(OWN, OWN)] if is_own else [])]
        if list(self.names.options) != options:
            self.names.options = options
        self.names.value = OWN if is_own else name
