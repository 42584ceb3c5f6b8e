"""Numbers for people: what stands there is the number, to the digits that are shown."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlp_widgets.drawing.numbers import fixed, number, symbol

FINITE = st.floats(allow_nan=False, allow_infinity=False)


def read(text: str) -> float:
    """The number that a text of the lab shows."""
    return float(text.replace("−", "-").replace("∞", "inf").replace(",", ""))


def half_a_digit(text: str) -> float:
    """Half of the last digit shown: how far the text may be from the truth."""
    mantissa, _, exponent = text.replace("−", "-").partition("e")
    decimals = len(mantissa.partition(".")[2])
    return 0.5 * 10.0 ** (int(exponent or 0) - decimals)


@pytest.mark.parametrize(("value", "options", "text"), [
    (0.0, {}, "0"), (-0.0, {}, "0"), (0.0, {"plus": True}, "0"), (0.0, {"pad": True}, "0"),
    (5.1, {}, "5.1"), (-5.9, {}, "−5.9"), (5.1, {"plus": True}, "+5.1"), (8.0, {}, "8"),
    (14.75, {}, "14.75"), (8.6666667, {}, "8.667"), (8.6666667, {"digits": 3}, "8.67"),
    (0.5, {"pad": True}, "0.5000"), (0.5, {"pad": True, "digits": 3}, "0.500"),
    (9.9996, {"pad": True}, "10.00"), (123456.0, {}, "123456"), (-123456.7, {}, "−123457"),
    (1e6, {}, "1e6"), (-2.5e9, {}, "−2.5e9"), (1e-3, {}, "0.001"), (9e-4, {}, "9e−4"),
    (-1.256e-14, {"digits": 3}, "−1.26e−14"), (1.2e-14, {"pad": True, "plus": True}, "+1.200e−14"),
    (math.inf, {}, "∞"), (-math.inf, {}, "−∞"), (math.nan, {}, "not a number"),
])  # fmt: skip
def test_number(value, options, text):
    assert number(value, **options) == text


@given(FINITE, st.integers(1, 8), st.booleans(), st.booleans())
def test_a_number_reads_as_the_value(value, digits, plus, pad):
    text = number(value, digits, plus=plus, pad=pad)
    if value == 0:
        assert text == "0"
        return
    assert read(text) != 0 and (read(text) < 0) == (value < 0)
    if abs(value) < 1e308:  # rounded up, the largest floats read as infinity
        assert abs(read(text) - value) <= 1.000001 * half_a_digit(text)
    assert "-" not in text and text.startswith("+") == (plus and value > 0)


@given(st.floats(1e-3, 9.99e5), st.integers(2, 6))
def test_a_padded_number_keeps_its_length(value, digits):
    shown = re.sub(r"^0\.0*", "", number(value, digits, pad=True)).replace(".", "")
    assert len(shown) == digits or value >= 10 ** (digits - 1)


@pytest.mark.parametrize(("value", "text"), [
    (0.50194275, "0.5019"), (2.5534188, "2.5534"), (0.0, "0.0000"), (-0.0335, "−0.0335"),
    (999.99994, "999.9999"), (1000.0, "1000"), (123456.0, "123456"), (1e9, "1e9"),
    (math.inf, "∞"), (math.nan, "not a number"),
])  # fmt: skip
def test_fixed(value, text):
    assert fixed(value) == text


@given(FINITE)
def test_fixed_reads_as_the_value(value):
    text = fixed(value)
    if abs(value) < 1e308:
        assert abs(read(text) - value) <= 1.000001 * half_a_digit(text)


def test_symbol():
    assert [symbol(name) for name in ("w11", "b21", "x")] == ["w₁₁", "b₂₁", "x"]
