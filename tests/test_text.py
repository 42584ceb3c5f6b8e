"""What people read: a number to the digits that are shown, symbols, products with their numbers."""

from __future__ import annotations

import math
import re

import pytest
from helpers import half_a_digit, read
from hypothesis import given
from hypothesis import strategies as st

from mlp_widgets.text import (
    FACTOR_DIGITS,
    Factor,
    counted_steps,
    fixed,
    indexed,
    inner,
    known,
    listed,
    number,
    product,
    sum_of_products,
    symbol,
    whole,
)

FINITE = st.floats(allow_nan=False, allow_infinity=False)
SMALL = st.floats(-1e6, 1e6)


@pytest.mark.parametrize(("value", "options", "text"), [
    (0.0, {}, "0"), (-0.0, {}, "0"), (0.0, {"plus": True}, "0"), (0.0, {"pad": True}, "0"),
    (5.1, {}, "5.1"), (-5.9, {}, "−5.9"), (5.1, {"plus": True}, "+5.1"), (8.0, {}, "8"),
    (14.75, {}, "14.75"), (8.6666667, {}, "8.667"), (8.6666667, {"digits": 3}, "8.67"),
    (0.5, {"pad": True}, "0.5000"), (0.5, {"pad": True, "digits": 3}, "0.500"),
    (9.9996, {"pad": True}, "10.00"), (123456.0, {}, "123456"), (-123456.7, {}, "−123457"),
    (1e6, {}, "1e6"), (-2.5e9, {}, "−2.5e9"), (1e-3, {}, "0.001"), (9e-4, {}, "9e−4"),
    (-1.256e-14, {"digits": 3}, "−1.26e−14"), (1.2e-14, {"pad": True, "plus": True}, "+1.200e−14"),
    (math.inf, {}, "∞"), (-math.inf, {}, "−∞"), (math.nan, {}, "not a number"),
])
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
])
def test_fixed(value, text):
    assert fixed(value) == text


@given(FINITE)
def test_fixed_reads_as_the_value(value):
    text = fixed(value)
    if abs(value) < 1e308:
        assert abs(read(text) - value) <= 1.000001 * half_a_digit(text)


def test_a_number_that_is_not_known():
    assert (known(math.nan), known(0.25), known(math.inf)) == ("none", "0.25", "∞")


@pytest.mark.parametrize(("value", "text"), [
    (380.25, "380.25"), (-380.25, "−380.25"), (0.5625, "0.5625"), (0.015625, "0.015625"),
    (0.50193, "0.50193"), (0.501934, "0.5019"), (2 / 3, "0.6667"), (0, "0"), (12345, "12345"),
    (1234.25, "1234"), (math.inf, "∞"),
])
def test_a_number_that_ends_with_the_next_digit_is_not_rounded(value, text):
    assert whole(value) == text


def test_short_words():
    assert [symbol(name) for name in ("w11", "b21", "x", "w1_2")] == ["w₁₁", "b₂₁", "x", "w₁²"]
    assert [counted_steps(n) for n in (0, 1, 2)] == ["0 steps", "1 step", "2 steps"]
    assert [listed(list(words)) for words in ("a", "ab", "abc")] == ["a", "a and b", "a, b and c"]
    assert (inner("2"), inner("−2"), inner("e−2")) == ("2", "(−2)", "e−2")


def test_a_product_and_a_sum_of_products():
    w, a, one = Factor("w₁²", -1.5), Factor("a₁¹", -2.0), Factor("a₂¹", 0.123456)
    assert product([w, a]) == ("w₁² · a₁¹", "−1.5 · (−2)", 3.0)
    assert product([one]) == ("a₂¹", "0.12346", 0.123456)
    assert sum_of_products([[w, one], [w], [a]]) == (
        "w₁² · a₂¹ + w₁² + a₁¹", "−1.5 · 0.12346 + (−1.5) + (−2)", -1.5 * 0.123456 - 3.5)


@given(st.lists(st.lists(SMALL, min_size=1, max_size=3), min_size=1, max_size=3))
def test_a_formula_comes_to_its_value(terms):
    _, numbers, value = sum_of_products([[Factor("v", v) for v in term] for term in terms])
    found = eval(numbers.replace("−", "-").replace("·", "*"), {"__builtins__": {}})
    size = sum(math.prod(max(abs(v), 1e-9) for v in term) for term in terms)
    assert abs(found - value) <= 3 * len(terms) * 10.0**-FACTOR_DIGITS * 5 * size


def test_indices_stand_below_with_commas():
    assert indexed("w", 2, 1, 3) == "w₂,₁,₃" and indexed("b", 10, 784) == "b₁₀,₇₈₄"
