"""The one-neuron lab in words: the lines of its board, and what SGD does."""

from __future__ import annotations

from ...text import inner, listed, number, whole
from .numbers import ACTIVATIONS, Numbers


def lines(numbers: Numbers) -> dict[str, str]:
    """z, g, L and ∂L/∂w: in symbols, with the numbers put in, and the result."""
    s, f = numbers.state, numbers.network.f[1].symbol
    z, g, x = number(numbers.z), number(numbers.g), number(s.x)
    first, second = numbers.difference
    error = f"{first} − {inner(second)}"
    put_in = f if f == "z" else f.replace("z", z)
    return {
        "z": f"z = w · x = {number(s.w)} · {inner(x)} = {z}",
        "g": f"g = f(z) = {put_in} = {g}",
        "L": f"L = (g − y)² = ({error})² = {whole(numbers.loss)}",
        "∂L/∂w": f"∂L/∂w = x · f′(z) · 2(g − y) = {x} · {inner(number(numbers.slope))} · "
                 f"2({error}) = {number(numbers.gradient['w'])}",
    }


def describe(numbers: Numbers) -> str:
    """Where z is, what the slope is there, and what SGD does with w."""
    where, zeros = _where(numbers), numbers.zero_factors
    if zeros == ["f′(z)"]:
        return f"{where}, so ∂L/∂w = 0 and SGD never moves w."
    return f"{where}. {_consequence(numbers, zeros)}"


def still_the_same(numbers: Numbers) -> str:
    """What is said of steps that left w as it was: "5 steps ..."."""
    still = "stays at" if numbers.gradient["w"] else "is still exactly"
    return f"of SGD w {still} {number(numbers.state.w)}"


def _where(numbers: Numbers) -> str:
    """The side of z, and what the activation does there."""
    z, slope, name = numbers.z, number(numbers.slope), numbers.state.activation
    sign = "<" if z < 0 else ">" if z > 0 else "="
    place = f"z = {number(z)}" + (f" {sign} 0" if z else "")
    if name == "threshold":
        return f"{place}: the hard threshold has slope 0 everywhere, f′(z) = 0"
    if name in ("relu", "leaky_relu") and z == 0:
        return f"{ACTIVATIONS[name]} is on the kink (z = 0, slope 1), f′(z) = 1"
    if name == "relu":
        return f"{place}: the ReLU is {'on' if z > 0 else 'off'}, f′(z) = {slope}"
    if name in ("sigmoid", "tanh") and numbers.slope < 0.01:
        return f"{place}: the {name} is flat here (saturated), f′(z) = {slope}"
    return f"{place}: f′(z) = {slope}"


def _consequence(numbers: Numbers, zeros: list[str]) -> str:
    """What SGD does with w, and why if it does nothing."""
    gradient = numbers.gradient["w"]
    if zeros == ["g − y"]:
        return "g = y: the error is 0, so ∂L/∂w = 0 and SGD has arrived."
    if gradient == 0:
        why = (listed([f"{name} = 0" for name in zeros]) if zeros
               else "the product is too small for a float")
        return f"Because {why}, ∂L/∂w = 0 and SGD never moves w."
    if numbers.has_arrived:
        return "g = y to the last digit of a float: SGD has arrived."
    return (f"∂L/∂w = {number(gradient)}, so L falls when w "
            f"{'grows' if gradient < 0 else 'shrinks'}.")


def board(numbers: Numbers) -> str:
    """The lines of z, g, L and ∂L/∂w; a factor that makes the gradient 0 is bold and named."""
    text = lines(numbers)
    before, _, loss = text["L"].rpartition(" = ")
    symbols, _, product = text["∂L/∂w"].partition("2(g − y)")
    zeros = numbers.zero_factors
    mark = f"<br>&emsp;&emsp;<b>← {listed([f'{name} = 0' for name in zeros])}</b>" if zeros else ""
    rows = (text["z"], text["g"], f"{before} = <b>{loss}</b>",
            f"{symbols}2(g − y)", f"&emsp;&emsp;{_zeros_bold(product, zeros)}{mark}")
    *short, last = rows
    body = "".join(f"<div>{row}</div>" for row in short)
    return f'<div class="mlp-lines">{body}<div class="mlp-last-line">{last}</div></div>'


def board_covered(numbers: Numbers) -> str:
    """The lines without the gradient's."""
    text = lines(numbers)
    body = "".join(f"<div>{text[name]}</div>" for name in "zgL")
    return (f'<div class="mlp-lines">{body}<div>∂L/∂w = x · f′(z) · 2(g − y)</div>'
            '<div class="mlp-last-line">&emsp;&emsp;= ?</div></div>')


def _zeros_bold(text: str, zeros: list[str]) -> str:
    """ " = x · f′ · 2(g − y) = result" with its zero factors bold."""
    product, _, result = text.rpartition(" = ")
    factors = product.removeprefix(" = ").split(" · ")
    marked = [f"<b>{factor}</b>" if name in zeros else factor
              for name, factor in zip(("x", "f′(z)", "g − y"), factors, strict=True)]
    return f"= {' · '.join(marked)} = <b>{result}</b>"
