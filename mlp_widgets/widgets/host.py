"""What the parts of a lab may ask of it; no part knows more of a lab than this."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

import ipywidgets as widgets

from ..explain.zeros import Why
from ..fields import State


class Numbers(Protocol):
    """What ``compute`` of a lab returns: at least these, by the lecture's names."""

    @property
    def loss(self) -> float: ...

    @property
    def parameters(self) -> Mapping[str, Any]: ...

    @property
    def gradient(self) -> Mapping[str, Any]: ...

    def why_zero(self, name: str) -> Why | None: ...


class Refreshed(Protocol):
    """A part that is brought in line with every new state."""

    def refresh(self, state: Any, numbers: Any) -> None: ...


class Listener(Protocol):
    """What is told of every state that a lab shows: a question about it."""

    def lab_changed(self) -> None: ...

    def lab_made_again(self, lab: Any) -> None: ...


class Host(Protocol):
    """A lab, as its parts see it."""

    root: widgets.Widget
    error: widgets.Widget
    messages: widgets.Widget
    scale: float
    by_hand: bool

    @property
    def state(self) -> Any: ...

    @property
    def numbers(self) -> Any: ...

    @property
    def gone(self) -> str: ...

    @property
    def state_type(self) -> type[State]: ...

    def set(self, **changes: Any) -> None: ...

    def change(self, group: object = None, **changes: Any) -> None: ...

    def load(self, text: str) -> None: ...

    def refresh(self) -> None: ...

    def show_pictures(self) -> None: ...

    def in_words(self) -> str: ...

    def objective_of(self, state: Any) -> str: ...

    def locked(self) -> threading.RLock: ...

    def moving(self) -> AbstractContextManager[None]: ...

    def asked(self, by_hand: bool) -> AbstractContextManager[None]: ...

    def refreshing(self) -> AbstractContextManager[None]: ...

    def guarded(self, action: Callable[..., object]) -> Callable[..., None]: ...

    def on_value(self, control: widgets.Widget, action: Callable[[Any], object]) -> None: ...

    def on_enter(self, field: widgets.Text, action: Callable[[], object]) -> None: ...

    def at_close(self, action: Callable[[], object]) -> None: ...

    def button(self, text: str, css_class: str, action: Callable[[], object], *,
               tooltip: str = "", primary: bool = False) -> widgets.Button: ...

    def send_words(self) -> None: ...

    def headline(self, numbers: Any) -> tuple[str, str]: ...

    def show_status(self, sentence: str) -> None: ...

    def show_error(self, sentence: str) -> None: ...

    def show_failure(self, error: Exception, what: str) -> None: ...
