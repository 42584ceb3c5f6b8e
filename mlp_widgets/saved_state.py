"""A lab's state as text, the constructor call or a short code; and the state of such a text.

A code is ``KIND.VERSION.PAYLOAD.CHECK``. PAYLOAD is base64url, without "=", of raw deflate
(RFC 1951) of JSON of the constructor arguments that differ from their defaults. CHECK is base64url
of the CRC-32 of all before it: it finds what was altered by accident, and is no signature. So a
code is unpacked to the call it stands for, and that is read as if it had been typed: word by word
of a small grammar, and never evaluated.
"""

from __future__ import annotations

import ast
import base64
import json
import re
import zlib
from dataclasses import replace
from typing import Any

from .fields import VIEW, Number, Parsed, S, State, arguments, declared, is_default, with_new_names

VERSION = "1"
LONGEST = 50_000  # characters of a text that is read, a call or a code
MOST_UNPACKED = 100_000  # bytes that a code may unpack to; unpacking stops there
DEEPEST = 3  # lists inside each other: others=((1, 2), (3, 4)) has 2

# All that a parser is given. A text matches in one way only, so no time goes into trying others.
_NUMBER = r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_WORD = rf"""(?:True|False|None|(?:[+-]\ ?)?{_NUMBER}|'[^'\\\r\n]*'|"[^"\\\r\n]*")"""
_VALUE = _WORD
for _ in range(DEEPEST):
    _VALUE = rf"(?:{_WORD}|[(\[]\s*(?:{_VALUE}\s*(?:,\s*|(?=[)\]])))*[)\]])"
_ARGUMENT = rf"([A-Za-z_]\w*)\s*=\s*({_VALUE})\s*(?:,\s*|\Z)"


def call_of(kind: str, state: State, scale: float) -> str:
    """The constructor call that makes a state again."""
    given = arguments(state) | ({} if scale == 2.0 else {"scale": scale})
    return f"{kind}({', '.join(f'{name}={value!r}' for name, value in given.items())})"


def code_of(kind: str, state: State) -> str:
    """The short code of a state; ValueError if own data make it too long."""
    given = {name: of.contents(getattr(state, name)) for name, of in declared(type(state)).items()
             if not is_default(state, name)}
    content = json.dumps(given, separators=(",", ":")).encode("ascii")
    code = _coded(kind, zlib.compress(content, 9)[2:-4])  # raw: without zlib's own head and check
    if len(content) > MOST_UNPACKED or len(code) > LONGEST:
        raise ValueError("too many points for a code: share the data as a file, and the call")
    return code


def _coded(kind: str, packed: bytes) -> str:
    body = f"{kind}.{VERSION}.".encode() + base64.urlsafe_b64encode(packed).rstrip(b"=")
    check = base64.urlsafe_b64encode(zlib.crc32(body).to_bytes(4, "big")).rstrip(b"=")
    return f"{body.decode()}.{check.decode()}"


def state_from(text: object, kind: str, present: S) -> S:
    """The state of a call or code; data equal to those of the present state stay that object."""
    given = arguments_from(text, kind, type(present))
    state = type(present)(**{name: given[name] for name in given if name != "scale"})
    same = {name: old for name, of in declared(type(present)).items() if isinstance(of, Parsed)
            and of.contents(old := getattr(present, name)) == of.contents(getattr(state, name))}
    return replace(state, **same)


def arguments_from(text: object, kind: str, state: type[State]) -> dict[str, Any]:
    """The arguments a call or code names, which the state checks; ValueError on any other text."""
    known = {**declared(state), "scale": Number(default=2.0, role=VIEW, name="scale")}
    example = next(f"{kind}({name}={of.default!r})" for name, of in known.items())
    found = with_new_names(_values(text, kind, example), state)
    for name, value in found.items():
        if name not in known:
            raise ValueError(f"{kind} has no argument {name!r:.40}; it has {', '.join(known)}")
        of = known[name]
        if isinstance(of, Parsed) and isinstance(value, str) and value not in of.texts:
            raise ValueError(f"a loaded state opens no file: {name} must be "
                             f"{' or '.join([*map(repr, of.texts), 'lists of numbers'])}, got "
                             f"{value!r:.40} (a short code holds the points of a file)")
        if isinstance(value, str):
            of.check(value)
    return found


def _values(text: object, kind: str, example: str) -> dict[str, Any]:
    """Name and value of each argument of a call or code."""
    body, found = _body(text, kind, example).strip(), {}
    if strange := re.sub(rf"(?:{_ARGUMENT})*", "", body, count=1, flags=re.ASCII):
        raise ValueError(f"this is no call such as {example}, with lists at most {DEEPEST} deep: "
                         f"what begins with {strange[:20]!r} has no place in it")
    for name, value in re.findall(_ARGUMENT, body, re.ASCII):
        if name in found:
            raise ValueError(f"the argument {name!r:.40} is given twice")
        if not all(float(number) < 1e300 for number in re.findall(_NUMBER, value)):
            raise ValueError(f"{name:.40} must hold finite numbers only")
        if value[0] not in "'\"":  # (1) is a list of one, and 007 is 7
            value = re.sub(r"(?<![\w.])0+(?=\d)", "", value.translate(str.maketrans("()", "[]")))
        found[name] = ast.literal_eval(value)
    return found


def _body(text: object, kind: str, example: str) -> str:
    """What a call has between its brackets; of a code, what the call it stands for has there."""
    plain = text.strip() if isinstance(text, str) else ""
    if len(plain) > LONGEST or re.search(r"[^ -~\t\r\n]", plain):
        raise ValueError(f"a call or code has at most {LONGEST:,} characters, and only plain ones: "
                         "some programs change quotation marks and dashes")
    if call := re.fullmatch(rf"{kind}\s*\((.*)\)", plain, re.DOTALL):
        return call[1]
    if plain.startswith(f"{kind}.{VERSION}."):
        return _unpacked(plain, kind)
    raise ValueError(f"only a call such as {example}, or a code of version {VERSION}, which begins "
                     f"with {kind}.{VERSION}., can be loaded here, got {str(text)!r:.40}")


def _unpacked(code: str, kind: str) -> str:
    try:
        packed = base64.urlsafe_b64decode(code.split(".")[2] + "==")
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        content = unpacker.decompress(packed, MOST_UNPACKED).decode("ascii")
        whole = unpacker.eof and not unpacker.unused_data and code == _coded(kind, packed)
        if whole and re.fullmatch(r"\{[^{}=]*\}", content):
            pairs = json.loads(content, object_pairs_hook=list)
            return ", ".join(f"{name}={value!a}" for name, value in pairs)
    except (ValueError, RecursionError, zlib.error):
        pass
    raise ValueError("this code is damaged or not complete: copy it again as a whole")
