"""What stands in a cell, a lab or a question: errors in words, buttons, and a picture beside it."""

from __future__ import annotations

import base64
import html
import math
import os
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from time import monotonic

from ..text import one_way
from . import bare as widgets
from .look import is_look

RUN_IT = "Run this notebook to move the sliders."
"""What a viewer without a kernel is told."""
WITH_ENTER = 1.0
"""Seconds after Enter in which its text arrives: a page sends both at once."""
LONG = 160
"""Characters of a status line that may need to scroll in a narrow cell."""


def under_voila() -> bool:
    """Whether the kernel is that of a page of Voilà: it shows what is live, and keeps nothing. A
    picture for viewers without a kernel would take a third of a page's time."""
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila")


class ClosedError(ValueError, AttributeError):
    """Something is asked of what was closed; it has let go of all that it would need."""


class Shown:
    """What stands in a cell. It gives ``snapshot``, ``words`` and its ``root``."""

    scale: float = 2.0
    """Pixels drawn per CSS pixel."""
    root: widgets.Widget
    """The widget that holds all of it."""
    displayed = False
    """Whether its root was given to a page."""
    _lock: threading.RLock

    @property
    def gone(self) -> str:
        """Why it can be shown no longer, in a sentence; "" while it can."""
        return ""

    @property
    def widget(self) -> widgets.Widget:
        """The widget, to stand in a page: what it shows is drawn from now on."""
        with self._lock:
            self.displayed = True
            self.appear()
        return self.root

    def appear(self) -> None:
        """Called before it stands in a page: until then nothing needs to be drawn."""

    def snapshot(self) -> bytes:
        """A PNG of it, for viewers without a kernel."""
        raise TypeError(f"{type(self).__name__} must define snapshot()")

    @property
    def words(self) -> str:
        """The picture in words, for those who do not see it."""
        raise TypeError(f"{type(self).__name__} must define words")

    def in_text(self) -> str:
        """What stands for it where no picture is shown."""
        return repr(self)

    def live_view(self) -> dict[str, object]:
        """The live widget, as a page asks for it."""
        return {"application/vnd.jupyter.widget-view+json": {
            "version_major": 2, "version_minor": 0, "model_id": self.widget.model_id}}

    def _repr_mimebundle_(self, include: object = None, exclude: object = None
                          ) -> tuple[dict[str, object], dict[str, object]]:
        """The live widget, and beside it a picture, its words and a text for other viewers."""
        if self.gone:
            return {"text/plain": self.gone}, {}
        if under_voila():
            return {**self.live_view(), "text/plain": self.in_text()}, {}
        with self._lock:  # of one state
            live = self.live_view()
            png, words = self.snapshot(), self.words
        width, height = struct.unpack(">II", png[16:24])  # from the PNG's header
        data = {**live, "image/png": base64.b64encode(png).decode("ascii"),
                "text/plain": self.in_text()}
        # shown at the size of the live one, so that its pixels are sharp on a fine screen
        shown = {"width": round(width / self.scale), "height": round(height / self.scale),
                 "alt": words}
        return data, {"image/png": shown}


class Cell(Shown):
    """Base of labs and questions: what is shown and can be acted on."""

    closed = False
    """Whether it is closed: what comes late, from a page or a clock, changes nothing then."""
    by_hand = False
    """Whether what happens now was asked for in the page, and not by code."""
    after_error = ""
    """What is added to the words of an error that was not foreseen."""

    def __init__(self) -> None:
        self._lock = threading.RLock()  # callbacks may come on other threads
        self._refreshing = False
        self._at_close = ExitStack()

    def make_messages(self) -> None:
        """The lines of the status and of errors, empty."""
        self.status, self.error = widgets.HTML(), widgets.HTML()
        self.status.add_class("mlp-status-box")
        self.error.add_class("mlp-error-box")
        self.show_status("")
        self.show_error("")

    # -- callbacks --------------------------------------------------------------------------

    def locked(self) -> threading.RLock:
        """Its lock, for use in ``with``: other threads wait."""
        return self._lock

    def guarded(self, action: Callable[..., object]) -> Callable[..., None]:
        """A callback for a widget: runs under the lock and turns an exception into a sentence.

        An exception in a widget callback would vanish from the page (ipywidgets issue 1971).
        """

        def callback(*args: object) -> None:
            with self._lock:
                if self.closed or self._refreshing:
                    return
                try:
                    with self.asked(by_hand=True):
                        action(*args)
                except Exception as error:
                    self.recover()
                    self.show_failure(error, "This", self.after_error)

        return callback

    @contextmanager
    def asked(self, by_hand: bool) -> Iterator[None]:
        """Who asked for what happens inside."""
        outer, self.by_hand = self.by_hand, by_hand
        try:
            yield
        finally:
            self.by_hand = outer

    @property
    def wholes(self) -> list[widgets.Widget]:
        """The boxes in which all of it stands in the page."""
        return [self.root]

    @property
    def in_the_page(self) -> list[widgets.Widget]:
        """What of it stands in the page."""
        return [self.root]

    def recover(self) -> None:
        """Called after an error: controls must show the last good state again."""

    def button(self, text: str, css_class: str, action: Callable[[], object], *,
               tooltip: str = "", primary: bool = False) -> widgets.Button:
        """A button that runs an action; a ``primary`` one stands out among its neighbours."""
        made = widgets.Button(description=text, tooltip=tooltip or text)
        made.add_class(css_class)
        if primary:
            made.add_class("mlp-primary")
        made.on_click(self.guarded(lambda _: action()))
        return made

    def at_close(self, action: Callable[[], object]) -> None:
        """Do something once when it is closed, before its widgets are freed: end a run, listen to
        the mouse no more. What was asked for last is done first."""
        self._at_close.callback(action)

    def on_enter(self, field: widgets.Text, action: Callable[[], object]) -> None:
        """Run an action when Enter is pressed in a box with ``continuous_update=False``: keys that
        are sent one by one wait in the page while the kernel is busy, and Enter overtakes them. A
        page sends Enter first, then the text if it is a new one: the action runs with that too.
        After Enter on an old text none comes; one typed later waits for an Enter of its own."""
        entered, until = self.guarded(action), -math.inf

        def heard(_field: object, content: Mapping[str, object], _buffers: object) -> None:
            nonlocal until
            if content.get("event") == "submit":
                entered()
                until = monotonic() + WITH_ENTER

        def came(_change: object) -> None:
            nonlocal until
            if monotonic() < until:
                until = -math.inf
                entered()

        field.on_msg(heard)
        field.observe(came, names="value")

    # -- words ------------------------------------------------------------------------------

    def show_status(self, sentence: str) -> None:
        """Put a sentence into the status line, which screen readers read out."""
        self.status.value = escaped("mlp-status", sentence, "status", len(sentence) > LONG)

    def show_error(self, sentence: str) -> None:
        """Put an error into the error line; the empty string clears it."""
        self.error.value = escaped("mlp-error", f"⚠ {sentence}" if sentence else "", "alert")

    def show_failure(self, error: Exception, what: str, after: str = "") -> None:
        """Tell an error: a foreseen one has its own sentence; else say what did not work."""
        foreseen = isinstance(error, (ValueError, ArithmeticError))
        self.show_error(str(error) if foreseen else
                        f"{what} did not work ({type(error).__name__}: {error}).{after}")

    def close(self) -> None:
        """Remove it from the page and free its widgets."""
        self._at_close.close()  # without the lock: the last call of a run may wait for it
        with self._lock:
            close_all(self.root)


def as_html(text: str) -> str:
    """Plain text, perhaps a student's, for a place in HTML: it has no tags and turns nothing."""
    return html.escape(one_way(text))


def escaped(css_class: str, text: str, role: str = "", may_scroll: bool = False) -> str:
    """Plain text as a block of HTML; the keyboard reaches one that may scroll."""
    role = role and f' role="{role}"'
    tab = ' tabindex="0"' * may_scroll
    return f'<div class="{css_class}"{role}{tab}>{as_html(text)}</div>'


def described(text: str) -> dict[str, object]:
    """Keywords of a widget whose description is this text and never TeX: of "$5 and $6" the page
    would make a formula. ipywidgets 7 cannot be told so."""
    if not {"$", "\\"} & {*text} or not hasattr(widgets.Checkbox, "description_allow_html"):
        return {"description": one_way(text)}
    kept = f'<span class="mathjax_ignore tex2jax_ignore">{as_html(text)}</span>'
    return {"description": kept, "description_allow_html": True}


def close_all(*roots: widgets.Widget) -> None:
    """Free widgets and all that is inside them."""
    for root in roots:
        for widget in all_widgets(root):
            widget.close()


def all_widgets(widget: widgets.Widget) -> Iterator[widgets.Widget]:
    """A widget, a layout or style of its own, and all of its children, innermost first.

    Of a box that shows one of several parts, all of these. The style sheet is no part of it.
    """
    if is_look(widget):
        return
    for child in getattr(widget, "all_parts", getattr(widget, "children", ())):
        yield from all_widgets(child)
    yield from widgets.own_models(widget)
    yield widget
