"""A lab's state as text: the constructor call and a short code, and how either is loaded.

    lab.code                                   # "OneNeuronLab.1.q1YqUbIy1FFKTC7JLEutVrJS....yL0mWg"
    lab.load("OneNeuronLab(w=-1.0)")           # or a code; a call is read, never evaluated
    arguments_from(text, "OneNeuronLab", OneNeuronState)      # {"w": -1.0}

A code is ``KIND.VERSION.PAYLOAD.CHECK``. PAYLOAD is base64url, without "=", of raw deflate
(RFC 1951) of JSON of the constructor arguments that differ from their defaults. CHECK is base64url
of the CRC-32 of all before it: it finds what was altered by accident, and is no signature. So
whatever a code holds is checked as if it had been typed.
"""

from __future__ import annotations

import base64
import json
import math
import re
import zlib
from collections.abc import Mapping
from typing import Any

from .fields import (
    Choice,
    Field,
    Parsed,
    S,
    Several,
    State,
    arguments,
    declared,
    is_default,
)

VERSION = "1"
LONGEST = 50_000
"""Characters of a text that is read, a call or a code."""
MOST_UNPACKED = 100_000
"""Bytes that a code may unpack to; unpacking stops there."""
DEEPEST = 3
"""Lists inside each other: others=((1, 2), (3, 4)) has 2."""
LONGEST_WORD = 60

_DAMAGED = "this code is not complete, or something in it was altered: copy it again as a whole"
_WORD = re.compile(
    r"""\s*(?:(?P<constant>(?:True|False|None)\b) | (?P<name>(?P<argument>[A-Za-z_]\w*)\s*=)
          | (?P<number>[+-]?\ ?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
          | (?P<text>'[^'\\\n]*'|"[^"\\\n]*") | (?P<mark>[()\[\],]))\s*""",
    re.VERBOSE | re.ASCII,
)


# -- from a state to text -----------------------------------------------------------------------


def call_of(kind: str, state: State, scale: float) -> str:
    """The constructor call that makes a state again."""
    given = arguments(state) | ({} if scale == 2.0 else {"scale": scale})
    return f"{kind}({', '.join(f'{name}={value!r}' for name, value in given.items())})"


def code_of(kind: str, state: State) -> str:
    """The short code of a state; ValueError if own data make it too long."""
    own = declared(type(state))
    given = {name: _for_json(own[name], getattr(state, name), value)
             for name, value in arguments(state).items() if not is_default(state, name)}
    packed = json.dumps(given, separators=(",", ":")).encode("ascii")
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    code = _with_check(f"{kind}.{VERSION}.{_letters(packer.compress(packed) + packer.flush())}")
    if len(packed) > MOST_UNPACKED or len(code) > LONGEST:
        raise ValueError("this state has too many points for a code: "
                         "share its data as a file, and the constructor call")
    return code


def _for_json(of: Field, value: object, plain: object) -> object:
    """A value as a code holds it: points instead of the name of a file, which means nothing
    elsewhere."""
    if isinstance(of, Parsed) and isinstance(plain, str) and plain not in of.texts:
        return of.contents(value)
    return plain


def _letters(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode("ascii").rstrip("=")


def _with_check(body: str) -> str:
    """The text with its CRC-32 behind it."""
    return f"{body}.{_letters(zlib.crc32(body.encode('ascii')).to_bytes(4, 'big'))}"


# -- from text to arguments ---------------------------------------------------------------------


def arguments_from(text: object, kind: str, state: type[State]) -> dict[str, Any]:
    """The constructor arguments that a call or a code of this kind of lab names.

    Nothing is evaluated, and no file is opened. Names of version 0.1.0 are understood. ValueError,
    in one sentence, on all that is not such a text; whether the values are in range is for the
    state to say.
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
    name, of = next(iter(declared(state).items()))
    example = f"{kind}({name}={of.default!r})"
    content = (_json_of_call if "(" in text else _json_of_code)(text, kind, example)
    try:
        pairs = json.loads(content, object_pairs_hook=list)
        if not all(isinstance(pair, tuple) for pair in pairs):
            raise ValueError
    except (ValueError, TypeError, RecursionError):
        raise (_no_call(example) if "(" in text else ValueError(_DAMAGED)) from None
    found = with_new_names(_without_repeats(pairs), state)
    for name, value in found.items():
        _check_argument(name, value, kind, state)
    return found


def with_new_names(given: Mapping[str, Any], state: type[State]) -> dict[str, Any]:
    """Arguments with the names and values of version 0.1.0 replaced by those of today."""
    own = declared(state)
    today = {of.formerly: name for name, of in own.items() if of.formerly}
    found = {}
    for name, value in given.items():
        name = name if name in own else today.get(name, name)
        known = isinstance(value, (str, int, float, bool))
        found[name] = state.old_values.get((name, value), value) if known else value
    return found


def _json_of_call(text: str, kind: str, example: str) -> str:
    """``Kind(name=literal, ...)`` as the text of a JSON object.

    Word by word: what could nest deeply, operators or calls of calls, is no word of this small
    language, and brackets are counted, so that no parser has to be trusted with it.
    """
    name, _, rest = text.partition("(")
    _check_kind(name.strip(), kind)
    body, place, depth, found = rest.removesuffix(")"), 0, 0, ["{"]
    while place < len(body):
        word = _WORD.match(body, place)
        depth += 0 if word is None else (word["mark"] in ("(", "[")) - (word["mark"] in (")", "]"))
        if word is None or depth < 0 or (word["name"] is not None and depth > 0):
            raise _no_call(example, body[place:])
        if depth > DEEPEST:
            raise ValueError(f"brackets are nested more than {DEEPEST} deep here: "
                             f"{body[place:place + 20]!r}")
        found.append(_as_json(word))
        place = word.end()
    if body == rest:
        raise _no_call(example)
    # a space between words: two numbers beside each other are not one
    return re.sub(r",(?= []}])", "", " ".join([*found, "}"]))


def _as_json(word: re.Match[str]) -> str:
    """One word of a call as JSON writes it."""
    kind, text = word.lastgroup, word[word.lastgroup or 0].strip()
    if kind == "name":
        return f'"{word["argument"]}":'
    if kind == "number":
        text = text.replace(" ", "")
        whole = text.lstrip("+-").isdigit()
        return json.dumps(int(text) if whole and len(text) < 400 else float(text))
    if kind == "text":
        return json.dumps(text[1:-1])
    return {"(": "[", ")": "]", "True": "true", "False": "false", "None": "null"}.get(text, text)


def _no_call(example: str, rest: str = "") -> ValueError:
    where = f"; what begins with {rest.strip()[:20]!r} has no place in it" if rest.strip() else ""
    return ValueError(f"this is no call such as {example}{where}")


def _check_kind(name: str, kind: str) -> None:
    if name != kind:
        raise ValueError(f"only a state of {kind} can be loaded here, got {name:.40}")


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A dict of the pairs; ValueError if a name comes twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the argument {twice!r:.40} is given twice")
    return found


def _json_of_code(text: str, kind: str, example: str) -> str:
    """What a code holds."""
    name, *rest = text.split(".")
    if not re.fullmatch(r"[A-Za-z_]\w{0,60}", name, re.ASCII) or not rest:
        raise ValueError(f"this is neither a call such as {example} nor a code that begins "
                         f"with {kind}.{VERSION}.")
    _check_kind(name, kind)
    if len(rest) != 3 or text != _with_check(text.rpartition(".")[0]):
        raise ValueError(_DAMAGED)
    if rest[0] != VERSION:
        raise ValueError(f"this code is of version {rest[0]:.10}, and version {VERSION} is known "
                         "here: another version of mlp_widgets made it")
    try:
        return _unpacked(rest[1]).decode("ascii")
    except UnicodeDecodeError:
        raise ValueError(_DAMAGED) from None


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


def _check_argument(name: str, value: object, kind: str, state: type[State]) -> None:
    """ValueError unless it is an argument of the constructor with a value that a text may give."""
    own = declared(state)
    if name not in own and name != "scale":
        raise ValueError(f"{kind} has no argument {name!r:.40}; it has {', '.join(own)}, scale")
    _check_value(name, value)
    of = own.get(name)
    if not isinstance(value, str) or isinstance(of, (Choice, Several)):
        return
    if not isinstance(of, Parsed) or not of.texts:
        raise ValueError(f"{name} must not be a text, got {value!r:.40}")
    if value not in of.texts:
        raise ValueError(f"a loaded state opens no file: {name} must be one of "
                         f"{', '.join(map(repr, of.texts))}, or two lists of numbers, got "
                         f"{value!r:.40} (a short code holds the points of a file)")


def _check_value(name: str, value: object, depth: int = 0) -> None:
    """ValueError unless a value is finite, short, and flat enough."""
    if isinstance(value, list) and depth < DEEPEST:
        for item in value:
            _check_value(name, item, depth + 1)
    elif isinstance(value, str):
        if len(value) > LONGEST_WORD or not value.isascii():
            raise ValueError(f"{name} is not known: {value!a:.40}")
    elif isinstance(value, (int, float)):
        if not math.isfinite(value if abs(value) < 1e300 else math.inf):
            raise ValueError(f"{name} must hold finite numbers only")
    elif value is not None:
        raise ValueError(f"{name} must be a number, a text or a list, got {value!r:.40}")


def state_from(text: object, kind: str, present: S) -> S:
    """The state that a call or code makes: what it does not name has its default.

    Data equal to those of the present state are the same object, so that what a lab knows of its
    data is kept.
    """
    given = arguments_from(text, kind, type(present))
    given.pop("scale", None)
    state = type(present)(**given)
    own = declared(type(present))
    same = {name: getattr(present, name) for name, of in own.items() if isinstance(of, Parsed)
            and of.contents(getattr(present, name)) == of.contents(getattr(state, name))}
    return type(present)(**{name: same.get(name, getattr(state, name)) for name in own})
