"""The digits lab in words: what was learned, what is read, which gradients are 0."""

from __future__ import annotations

from collections.abc import Callable

from ...data.digits import DARKEST, halves
from ...drawing.learning import percent
from ...text import SUBSCRIPTS, counted, layer_name, listed, number
from ...widgets.blocks import COVERED
from ...widgets.why_zero import why_of_layers
from .numbers import Numbers


def a_digit(label: int) -> str:
    """"a 3", "an 8"."""
    return f"a{'n' * (label == 8)} {label}"


def digit_name(numbers: Numbers) -> str:
    """"digit 18, an 8"."""
    return f"digit {numbers.state.digit}, {a_digit(numbers.label)}"


def half_of(numbers: Numbers) -> str:
    """Of which half it is; and whether it was changed."""
    half = "held out" if numbers.is_held_out else "learned"
    return half + ", changed by hand" * bool(numbers.state.pixels)


def counted_epochs(count: int) -> str:
    """"1 epoch", "2 epochs"."""
    return counted(count, "epoch")


def y_hat(digit: int) -> str:
    """ŷ with the digit below: "ŷ₈"."""
    return f"ŷ{str(digit).translate(SUBSCRIPTS)}"


def describe(numbers: Numbers) -> str:
    """How far the network has come, and as what it reads the digit shown."""
    return (f"After {counted_epochs(numbers.state.epochs)}: J = {number(numbers.loss)}, "
            f"{percent(numbers.accuracy[1])} of the digits held out are read right. "
            f"{_capital(digit_name(numbers))}, is read as {numbers.read}.")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# -- blocks -------------------------------------------------------------------------------------


def reading(numbers: Numbers) -> str:
    """As what the digit is read, its loss, and the pixel in the frame with its gradient."""
    return _reading(numbers, number(_gradient_in_frame(numbers), 3, plus=True))


def reading_covered(numbers: Numbers) -> str:
    """The same without the gradient."""
    return _reading(numbers, "?")


def _gradient_in_frame(numbers: Numbers) -> float:
    return float(numbers.dJ_dx[numbers.state.pixel_row - 1, numbers.state.pixel_column - 1])


def _reading(numbers: Numbers, gradient: str) -> str:
    state, label, read = numbers.state, numbers.label, numbers.read
    verdict = "Right." if read == label else f"Wrong: it is {a_digit(label)}."
    sure = _probability(float(numbers.probabilities[read]), 3)
    own = _probability(float(numbers.probabilities[label]), 4)  # a calculator gives this J from it
    log_of_own = f"−log {own[2:]} = " if own[0] == "=" else ""
    ink = int(numbers.pixels[state.pixel_row - 1, state.pixel_column - 1])
    lines = (
        f"Read as <b>{read}</b>, {y_hat(read)} {sure}. {verdict}",
        f"J of this digit = −log {y_hat(label)} = {log_of_own}"
        f"<b>{number(numbers.loss_of_digit, 3)}</b>",
        f"Row {state.pixel_row}, column {state.pixel_column}: x = {ink}/{DARKEST}, "
        f"∂J/∂x = {gradient}")
    return _lines(*lines)


def _probability(p: float, digits: int) -> str:
    """"= 0.971"; "≈ 1" where it is less than 1 and these digits cannot tell it from 1."""
    text = number(p, digits)
    return "≈ 1" if text == "1" and p < 1 else f"= {text}"


def learning(numbers: Numbers) -> str:
    """How much work it was, and the gradients that are 0."""
    return _room(_work(numbers), zeros(numbers))


def _work(numbers: Numbers) -> str:
    steps = numbers.state.epochs * numbers.training.steps
    used = "used" if numbers.state.epochs == 1 else "used once in each"
    return (f"{counted_epochs(numbers.state.epochs)}: each of the {len(halves()[0].labels)} digits "
            f"{used}, {steps:,} steps." if steps else
            "No step yet: press Train, or move the epochs.")


def learning_covered(numbers: Numbers) -> str:
    """The same without what is said of gradients."""
    return _room(_work(numbers), COVERED)


def zeros(numbers: Numbers) -> str:
    """Which gradients are exactly 0 as a whole, and why; "" unless a whole layer is dead."""
    if not any(layer.all() for layer in numbers.dead):
        return ""
    found: dict[str, list[str]] = {}
    for name in numbers.parameters:
        if why := why_of_layers(numbers.why_zero(name)):
            found.setdefault(why, []).append(layer_name(name[0], int(name[1:])))
    return " ".join(f"<b>{listed(names)}</b>: no update, {why}." for why, names in found.items())


def _lines(*lines: str, css: str = "mlp-lines") -> str:
    body = "".join(f"<div>{line}</div>" for line in lines if line)
    return f'<div class="{css}">{body}</div>'


def _room(*lines: str) -> str:
    """With room for reasons that are not always there, so that nothing below them moves."""
    return _lines(*lines, css="mlp-blocked")


def no_mistakes(numbers: Numbers) -> str:
    """For the buttons that look for one."""
    return f"No mistakes after {counted_epochs(numbers.state.epochs)}."


# -- for viewers without a kernel -----------------------------------------------------------------


def table_rows(numbers: Numbers, told: Callable[[float], str]) -> list[tuple[str, str, str]]:
    """Both halves, dead neurons, and the digit shown."""
    (J, J_held_out), accuracy = numbers.epoch.J, numbers.accuracy
    first, second = (f"{int(layer.sum())} of {len(layer)}" for layer in numbers.dead)
    return [("", "learned", "held out"),
            ("read right", percent(accuracy[0]), percent(accuracy[1])),
            ("J", number(J, 3), number(J_held_out, 3)),
            ("", "layer 1", "layer 2"), ("dead neurons", first, second), ("", "", ""),
            (digit_name(numbers), "read as", str(numbers.read)),
            (y_hat(numbers.label), "", number(float(numbers.probabilities[numbers.label]), 3)),
            ("∂J/∂x in the frame", "", told(_gradient_in_frame(numbers)))]
