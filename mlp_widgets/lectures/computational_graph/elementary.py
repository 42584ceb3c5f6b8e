"""The elementary operations of typed expressions: each f beside its local derivatives.

``ELEMENTARY["mul"].f(a, b)`` is a·b, and ``ELEMENTARY["mul"].local(a, b)`` is (b, a), that is
(∂f/∂a, ∂f/∂b). The functions take floats and complex numbers: the complex step uses ``f`` alone, so
it is a check of the column ``local``. ReLU, σ and tanh are the core's, kink included: the slope of
ReLU at 0 is 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ...core import find_activation
from ...text import SUPERSCRIPTS, number

Real = float | np.floating
Number = complex | np.ndarray
"""A float or a complex number; numpy types what the core returns as an array."""


@dataclass(frozen=True)
class Elementary:
    """One operation: its name, the sign in its circle, f and its local derivatives.

    formula: with {a} and {b} for the operands; {a_} and {b_} stand where a negative number needs
    brackets. symbols: each local derivative as a formula. refuses: the operands -> why f or its
    derivative is no number there, "" if it is one.
    """

    name: str
    sign: str
    f: Callable[..., Number]
    local: Callable[..., tuple[Real | np.ndarray, ...]]
    formula: str
    symbols: tuple[str, ...]
    refuses: Callable[..., str] = lambda *values: ""


def _of_core(name: str, sign: str) -> Elementary:
    """A function of the core with its slope."""
    row = find_activation(name)
    f, df = row.f, row.df
    assert df is not None
    slope = "𝟙[{a} > 0]" if name == "relu" else f"{sign}′({{a}})"
    return Elementary(name, sign, lambda a: f(np.asarray(a)), lambda a: (df(np.asarray(a)),),
                      f"{sign}({{a}})", (slope,))


def _no_division(a: Real, b: Real) -> str:
    return "division by 0" if b == 0 else ""


def _no_log(a: Real) -> str:
    return f"the log of {number(float(a))}, which is not above 0," if a <= 0 else ""


ELEMENTARY: dict[str, Elementary] = {row.name: row for row in (
    #          name    sign   f                   local derivatives               written
    Elementary("add", "+",   lambda a, b: a + b, lambda a, b: (1.0, 1.0),         "{a} + {b_}",
               ("1", "1")),
    Elementary("sub", "−",   lambda a, b: a - b, lambda a, b: (1.0, -1.0),        "{a} − {b_}",
               ("1", "(−1)")),
    Elementary("mul", "×",   lambda a, b: a * b, lambda a, b: (b, a),             "{a} · {b_}",
               ("{b}", "{a}")),
    Elementary("div", "÷",   lambda a, b: a / b, lambda a, b: (1 / b, -a / b / b), "{a} / {b_}",
               ("1/{b_}", "(−{a_}/{b_}²)"), _no_division),
    Elementary("neg", "(−)", lambda a: -a,       lambda a: (-1.0,),               "−{a_}",
               ("(−1)",)),
    Elementary("exp", "exp", np.exp,             lambda a: (np.exp(a),),          "exp({a})",
               ("exp({a})",)),
    Elementary("log", "log", np.log,             lambda a: (1 / a,),              "log({a})",
               ("1/{a_}",), _no_log),
    _of_core("relu", "ReLU"),
    _of_core("sigmoid", "σ"),
    _of_core("tanh", "tanh"),
)}


@lru_cache(maxsize=64)
def power(exponent: float) -> Elementary:
    """a to the power of a number that does not change: f = aⁿ, ∂f/∂a = n aⁿ⁻¹."""
    text = _raised(exponent)
    before = _raised(exponent - 1) if exponent != 2 else ""
    whole = int(exponent) if exponent == int(exponent) else exponent
    sign = f"( ){text}" if len(text) < 3 else text
    return Elementary(f"power {exponent:g}", sign, lambda a: a**whole,
                      lambda a: (whole * a ** (whole - 1),), f"{{a_}}{text}",
                      (f"{number(exponent)} · {{a_}}{before}",),
                      lambda a: _no_power(float(a), exponent))


def _raised(exponent: float) -> str:
    """"²", "⁻¹", "^0.5"; "" for a power of 1."""
    if exponent == 1:
        return ""
    if exponent == int(exponent):
        return number(exponent).translate(SUPERSCRIPTS).replace("−", "⁻")
    return f"^{number(exponent)}"


def _no_power(a: float, exponent: float) -> str:
    """Why a power, or its derivative, is no number."""
    if a == 0 and exponent < 0:
        return "division by 0"
    if a < 0 and exponent != int(exponent):
        return f"{number(a)} to the power of {number(exponent)}"
    if a == 0 and exponent < 1:
        return f"the slope of a power of {number(exponent)} at 0"
    return ""


def elementary(name: str, exponent: float = 0.0) -> Elementary:
    """An operation by its name; of "power" with its exponent."""
    return power(exponent) if name == "power" else ELEMENTARY[name]
