"""Small changes of the code that no test sees, each with the reason why none has to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Left:
    """The reason; the file, the line that stands there and the line with the change."""

    why: str
    file: str
    before: str
    after: str


LEFT: list[Left] = []
