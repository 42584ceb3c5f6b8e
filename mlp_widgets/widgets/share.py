"""A lab's state as text: the constructor call and a short code, and how either is loaded.

    lab.code                                   # "OneNeuronLab.1.q1YqUbIy1FFKTC7JLEutVrJS....yL0mWg"
    lab.load("OneNeuronLab(w=-1.0)")           # or a code; a call is read, never evaluated
    arguments_from(text, OneNeuronLab)         # {"w": -1.0}

A code is ``KIND.VERSION.PAYLOAD.CHECK``. PAYLOAD is base64url, without "=", of raw deflate
(RFC 1951) of JSON of the constructor arguments that differ from their defaults. CHECK is base64url
of the CRC-32 of all before it: it finds what was altered by accident, and is no signature. So
whatever a code holds is checked as if it had been typed.
"""

from __future__ import annotations

import ast
import base64
import inspect
import json
import math
import re
import zlib
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from .layout import line, sized
from .present import folded

if TYPE_CHECKING:
    from .panel import Panel

VERSION = "1"
LONGEST = 50_000
"""Characters of a text that is read, a call or a code."""
MOST_UNPACKED = 100_000
"""Bytes that a code may unpack to; unpacking stops there."""
DEEPEST = 4
"""Brackets inside each other, that of the call included: others=((1, 2), (3, 4)) has 3."""
LONGEST_WORD = 60

DATA_SETS: dict[str, tuple[str, ...]] = {"data": ("all days", "weekday", "weekend")}
"""Arguments for which a text may be a file's name -> the names that are no file's.

They stand here and not with the data because nothing else may be loaded from a text: what is not
in this list is refused, so that a state from somebody else opens no file.
"""

_DAMAGED = "this code is not complete, or something in it was altered: copy it again as a whole"
_TOKEN = re.compile(
    r"""\s*(?:(?P<name>[A-Za-z_]\w*) | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
          | (?P<text>'[^'\\\n]*'|"[^"\\\n]*") | (?P<mark>[()\[\],=+-]))""",
    re.VERBOSE | re.ASCII,
)


# -- from a lab to text -------------------------------------------------------------------------


def arguments_of(lab: Panel) -> dict[str, object]:
    """All constructor arguments of the present state but ``scale``, as JSON can hold them."""
    return {name: _plain(getattr(lab.state, name)) for name in _parameters(type(lab))
            if name != "scale"}  # fmt: skip


def state_code(lab: Panel) -> str:
    """The short code of a lab's state; ValueError if own data make it too long."""
    parameters = _parameters(type(lab))
    given = {name: value for name, value in arguments_of(lab).items()
             if parameters[name].default is None or value != _plain(parameters[name].default)}
    packed = json.dumps(given, separators=(",", ":")).encode("ascii")
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    payload = _letters(packer.compress(packed) + packer.flush())
    code = _with_check(f"{type(lab).__name__}.{VERSION}.{payload}")
    if len(packed) > MOST_UNPACKED or len(code) > LONGEST:
        raise ValueError("this state has too many points for a code: "
                         "share its data as a file, and the constructor call")
    return code


def _parameters(kind: type) -> Mapping[str, inspect.Parameter]:
    """The arguments of a lab's constructor by name."""
    return inspect.signature(kind).parameters


def _plain(value: Any) -> Any:
    """Tuples as lists, numbers of numpy as Python's, points as their data set's name or lists."""
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "source"):  # points: a file's name would mean nothing elsewhere
        known = isinstance(value.source, str) and value.source in DATA_SETS["data"]
        return value.source if known else [value.x.tolist(), value.y.tolist()]
    return value.item() if hasattr(value, "item") else value


def _letters(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode("ascii").rstrip("=")


def _with_check(body: str) -> str:
    """The text with its CRC-32 behind it."""
    return f"{body}.{_letters(zlib.crc32(body.encode('ascii')).to_bytes(4, 'big'))}"


# -- from text to arguments ---------------------------------------------------------------------


def arguments_from(text: str, kind: type) -> dict[str, object]:
    """The constructor arguments that a call or a code of this kind of lab names.

    Nothing is evaluated, and no file is opened. ValueError, in one sentence, on all that is not
    such a text; whether the values are in range is for the lab to say.
    """
    if not isinstance(text, str):
        raise ValueError(f"a state is loaded from a text, got {type(text).__name__}")
    text = text.strip()
    if len(text) > LONGEST:
        raise ValueError(f"a call or code has at most {LONGEST:,} characters, got {len(text):,}")
    if not text.isascii():
        strange = next(c for c in text if not c.isascii())
        raise ValueError(f"a call or code has plain letters, digits and signs only, got "
                         f"{strange!a}; some programs change quotation marks and dashes")
    found = _from_call(text, kind) if "(" in text else _from_code(text, kind)
    for name, value in found.items():
        _check_argument(name, value, kind)
    return found


def _from_call(text: str, kind: type) -> dict[str, object]:
    """The arguments of ``Kind(name=literal, ...)``, read from the syntax tree."""
    _check_tokens(text, kind)
    try:
        call = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ValueError(_not_a_call(kind)) from None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
        raise ValueError(_not_a_call(kind))
    _check_kind(call.func.id, kind)
    if call.args or any(keyword.arg is None for keyword in call.keywords):
        raise ValueError(f"every value needs its name, such as {_example(kind)}")
    pairs = [(keyword.arg, _literal(keyword)) for keyword in call.keywords]
    return _without_repeats(pairs)


def _check_tokens(text: str, kind: type) -> None:
    """ValueError unless a text has only names, numbers, plain texts, signs and a few brackets.

    Nothing is left that could nest deeply: operators, calls of calls, brackets in brackets. Python
    warns that its parser can crash on such texts, so they never come to it.
    """
    place, index, depth, after_value, after_sign = 0, 0, 0, False, False
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise ValueError(_not_a_call(kind, text[place:]))
        role, token = found.lastgroup, found[found.lastgroup]
        mark = token if role == "mark" else ""
        begins, ends = mark not in (")", "]", ",", "="), mark in ("", ")", "]")
        depth += (mark in ("(", "[")) - (mark in (")", "]"))
        if (begins and after_value and index != 1) or (after_sign and role != "number"):
            raise ValueError(_not_a_call(kind, text[place:]))
        if depth > DEEPEST:
            raise ValueError(f"brackets are nested more than {DEEPEST} deep here: "
                             f"{text[place:place + 20]!r}")
        after_value, after_sign = ends, mark in ("+", "-")
        place, index = found.end(), index + 1


def _example(kind: type) -> str:
    """A call that is allowed."""
    name = next(iter(_parameters(kind)))
    return f"{kind.__name__}({name}={_parameters(kind)[name].default!r})"


def _not_a_call(kind: type, rest: str = "") -> str:
    where = f"; what begins with {rest.strip()[:20]!r} has no place in it" if rest.strip() else ""
    return f"this is no call such as {_example(kind)}{where}"


def _literal(keyword: ast.keyword) -> object:
    """The value of one argument, if it is written out."""
    try:
        return ast.literal_eval(keyword.value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        raise ValueError(f"the value of {keyword.arg:.40} must be a number, a text in quotation "
                         "marks, True, False, None, or a list of these") from None


def _check_kind(name: str, kind: type) -> None:
    if name != kind.__name__:
        raise ValueError(f"only a state of {kind.__name__} can be loaded here, got {name:.40}")


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A dict of the pairs; ValueError if a name comes twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the argument {twice!r:.40} is given twice")
    return found


def _from_code(text: str, kind: type) -> dict[str, object]:
    """The arguments that a code holds."""
    name, *rest = text.split(".")
    if not re.fullmatch(r"[A-Za-z_]\w{0,60}", name, re.ASCII) or not rest:
        raise ValueError(f"this is neither a call such as {_example(kind)} nor a code that begins "
                         f"with {kind.__name__}.{VERSION}.")
    _check_kind(name, kind)
    if len(rest) != 3 or text != _with_check(text.rpartition(".")[0]):
        raise ValueError(_DAMAGED)
    if rest[0] != VERSION:
        raise ValueError(f"this code is of version {rest[0]:.10}, and version {VERSION} is known "
                         "here: another version of mlp_widgets made it")
    try:
        found = json.loads(_unpacked(rest[1]).decode("ascii"), object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError):
        raise ValueError(_DAMAGED) from None
    if not isinstance(found, dict):
        raise ValueError(_DAMAGED)
    return found


def _unpacked(payload: str) -> bytes:
    """What was packed; ValueError if it is not strict base64url of one whole deflate stream."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*", payload):
        raise ValueError(_DAMAGED)
    packed = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = unpacker.decompress(packed, MOST_UNPACKED)
    except zlib.error:
        raise ValueError(_DAMAGED) from None
    if not unpacker.eof or unpacker.unused_data:  # cut off, too large, or with something behind it
        raise ValueError(_DAMAGED)
    return content


def _check_argument(name: str, value: object, kind: type) -> None:
    """ValueError unless it is an argument of the constructor with a value that a text may give."""
    parameters = _parameters(kind)
    if name not in parameters:
        raise ValueError(f"{kind.__name__} has no argument {name!r:.40}; "
                         f"it has {', '.join(parameters)}")
    _check_value(name, value)
    if not isinstance(value, str) or parameters[name].annotation in ("str", str):
        return
    names = DATA_SETS.get(name)
    if names is None:
        raise ValueError(f"{name} must not be a text, got {value!r:.40}")
    if value not in names:
        raise ValueError(f"a loaded state opens no file: {name} must be one of "
                         f"{', '.join(map(repr, names))}, or two lists of numbers, got "
                         f"{value!r:.40} (a short code holds the points of a file)")


def _check_value(name: str, value: object, depth: int = 1) -> None:
    """ValueError unless a value is finite, short, and flat enough."""
    if isinstance(value, (list, tuple)) and depth < DEEPEST:
        for item in value:
            _check_value(name, item, depth + 1)
    elif isinstance(value, str):
        if len(value) > LONGEST_WORD or not value.isascii():
            raise ValueError(f"{name} is not known: {value!a:.40}")
    elif isinstance(value, (int, float)):
        if not _is_finite(value):
            raise ValueError(f"{name} must hold finite numbers only")
    elif value is not None:
        raise ValueError(f"{name} must be a number, a text or a list, got {value!r:.40}")


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an int of hundreds of digits
        return False


# -- into a lab ---------------------------------------------------------------------------------


def changes_for(lab: Panel, arguments: Mapping[str, object]) -> dict[str, object]:
    """What ``lab.set`` needs to come to the state that the arguments, and else the defaults, make.

    A default None is one that the lab chooses: its state has a default of its own for it. Lists
    equal to those of the lab are the lab's own, so that what it knows of its data is kept.
    """
    own = {field.name: field.default for field in fields(lab.state)}
    changes = {}
    for name, parameter in _parameters(type(lab)).items():
        value = arguments.get(name, parameter.default)
        changes[name] = own.get(name) if value is None and parameter.default is None else value
    changes.pop("scale", None)
    present = {name: getattr(lab.state, name) for name in changes}
    return {name: present[name] if isinstance(value, (list, tuple))
            and _plain(value) == _plain(present[name]) else value
            for name, value in changes.items()}  # fmt: skip


def load_state(lab: Panel, text: str) -> None:
    """Bring a lab to the state of a call or a code; ValueError or ArithmeticError keeps all."""
    arguments = arguments_from(text, type(lab))
    lab.set(**changes_for(lab, arguments))
    # a lab may move one value to fit another; what was named stays as it was named
    moved = {name: value for name, value in arguments.items()
             if isinstance(value, (int, float)) and name != "scale"
             and getattr(lab.state, name) != value}
    if moved:
        lab.set(**moved)


# -- the row at the foot of a lab ---------------------------------------------------------------


class Share:
    """A button Share, and below it, once it is pressed, the fields of call, code and loading.

    Folded it costs nothing: the fields are made when they are first opened, and kept up to date
    only while they are open.
    """

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self.toggle = widgets.ToggleButton(
            description="Share", tooltip="Copy the state of this lab, or load one",
            layout=sized("90px"))
        self.toggle.add_class("mlp-share")
        self.rows = widgets.VBox(layout=widgets.Layout(margin="0", display="none"))
        self.rows.add_class("mlp-share-rows")
        panel.on_value(self.toggle, self._fold)
        self.widget = widgets.VBox([self.toggle, self.rows], layout=widgets.Layout(margin="0"))
        folded(self.widget)
        self.widget.add_class("mlp-share-box")

    def show(self) -> None:
        """Call and code of the present state, if they can be seen."""
        if self.toggle.value:
            call = repr(self.panel)
            _put(self.call, call if len(call) <= LONGEST else "",
                 "too many points: print(repr(lab)) in a cell shows the call")
            try:
                _put(self.code, state_code(self.panel))
            except ValueError as error:
                _put(self.code, "", str(error))

    def _fold(self, opened: bool) -> None:
        if opened and not self.rows.children:
            self._make_rows()
        self.rows.layout.display = None if opened else "none"
        self.show()

    def _make_rows(self) -> None:
        self.call = _field("call", "mlp-share-call")
        self.code = _field("short code", "mlp-share-code")
        self.text = _field("load", "mlp-load", "a constructor call, or a short code")
        self.text.on_msg(self.panel.guarded(self._entered))
        button = self.panel.button("Load", "mlp-load-button", self._load,
                                   tooltip="Show the state of this call or code; Undo goes back")
        hint = widgets.HTML(
            '<div class="mlp-share-hint">To copy: go into a field, select all (Ctrl+A, on a Mac '
            "⌘A) and copy (Ctrl+C, ⌘C). Paste the call into a cell, or call or code into the field "
            "“load” of another such lab.</div>")
        self.rows.children = (self.call, self.code, hint, line(self.text, button))

    def _entered(self, _: object, content: Mapping[str, object], __: object) -> None:
        """The Enter key in the field to load from."""
        if content.get("event") == "submit":
            self._load()

    def _load(self) -> None:
        """What the button Load does; a text that is refused stays, to be mended."""
        if not self.text.value.strip():
            raise ValueError("put a constructor call or a short code into the field first")
        self.panel.load(self.text.value)
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
