"""Checks of what the student gives, and attributes that read and set a lab's state."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import fields

import numpy as np

from ..drawing.numbers import number


def check_number(name: str, value: object, largest: float) -> None:
    """ValueError unless value is a real number of at most this size."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise ValueError(f"{name} must be a number, got {value!r:.40}")
    try:
        value = float(value)
    except OverflowError:  # an int of hundreds of digits
        value = math.inf if value > 0 else -math.inf
    if not abs(value) <= largest:
        raise ValueError(f"{name} must be a number from {number(-largest)} to {number(largest)}, "
                         f"got {number(value)}")


def check_choice(what: str, value: object, allowed: Collection[str]) -> None:
    """ValueError unless value is one of the names."""
    if value not in allowed:
        raise ValueError(f"unknown {what} {value!r:.40}; known are {', '.join(allowed)}")


def check_whole(name: str, value: object, low: int, high: int) -> None:
    """ValueError unless value is a whole number from low to high."""
    check_number(name, value, 1e9)
    if value != int(value) or not low <= value <= high:
        raise ValueError(f"{name} must be a whole number from {low} to {high}, got {number(value)}")


def check_fields(state: type, names: Collection[str]) -> None:
    """ValueError unless all names are fields of a lab's state."""
    for name in names:
        check_choice("field", name, tuple(field.name for field in fields(state)))


def check_scale(value: object) -> float:
    """Pixels drawn per CSS pixel, from 0.25 to 8."""
    check_number("scale", value, 8.0)
    if value < 0.25:
        raise ValueError(f"scale must be a number from 0.25 to 8, got {value:g}")
    return float(value)


def check_rate(value: float) -> None:
    """ValueError unless the learning rate, a number, is positive."""
    if value <= 0:
        raise ValueError(f"the learning rate must be positive, got {value:g}")


def check_operation(step: object, count: int) -> None:
    """ValueError unless step is a whole number from 0 to count."""
    check_whole("operation", step, 0, count)


def add_fields(lab: type, state: type) -> None:
    """Give the lab an attribute for each field of its state, unless it has one of that name."""
    for name in (field.name for field in fields(state)):
        if not hasattr(lab, name):
            setattr(lab, name, _field(name))


def _field(name: str) -> property:
    """An attribute of the lab that reads and sets one field of its state."""
    return property(
        lambda lab: getattr(lab.state, name),
        lambda lab, value: lab.set(**{name: value}),
        doc=f"The state's {name}; setting it moves its control.",
    )
