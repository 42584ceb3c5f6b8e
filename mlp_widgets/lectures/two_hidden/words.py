"""The two-hidden-neuron lab in words: its boards, the product along the paths, what revives."""

from __future__ import annotations

import html
from collections.abc import Mapping

from ...text import (
    Factor,
    counted_steps,
    inner,
    number,
    product,
    sum_of_products,
    symbol,
    whole,
)
from ...widgets.blocks import small_board
from ...widgets.why_zero import why_in_words
from .numbers import NOTATION, Numbers, TwoHiddenState, other_skip
from .scenes import SKIP_TITLES

PATHS = ("through f", "by the skip")
EVERY_UPDATE = "Every weight gets an update"


def formula(state: TwoHiddenState) -> str:
    """How g comes from z²."""
    f = "z²" if state.output == "identity" else "ReLU(z²)"
    return {"none": f"g = {f}", "z": f"g = z² + {f}", "a": f"g = a₁¹ + a₂¹ + {f}"}[state.skip]


def points(others: tuple[tuple[float, float], ...]) -> str:
    """All points, as a choice of the list says it."""
    return "(x, y) and " + ", ".join(f"({number(x)}, {number(y)})" for x, y in others)


# -- what gets no update, and why ---------------------------------------------------------


def why_zero(numbers: Numbers, name: str) -> str:
    """Why a weight gets no update at the point (x, y); "" if it gets one."""
    return why_in_words(numbers.blocked.get(name), NOTATION)


def reasons(numbers: Numbers) -> dict[str, list[str]]:
    """What blocks weights at the point (x, y) -> the symbols of those weights."""
    found: dict[str, list[str]] = {}
    for name in numbers.blocked:
        found.setdefault(why_zero(numbers, name), []).append(symbol(name))
    return found


def describe(numbers: Numbers) -> str:
    """The loss, and which weights get no update, with the reasons."""
    s, v = numbers.state, numbers.values
    text = (f"L = {whole(v['L'])} at x = {number(s.x)}, y = {number(s.y)} "
            f"({formula(s)} = {whole(v['g'])}). ")
    blocking = [f"No update for {', '.join(names)}: {why}"
                for why, names in reasons(numbers).items()]
    return text + ". ".join(blocking or [EVERY_UPDATE]) + "."


def blocked(numbers: Numbers) -> str:
    """One line for each reason why weights get no update."""
    lines = [f"<b>{', '.join(names)}</b>: no update, {html.escape(why)}."
             for why, names in reasons(numbers).items()]
    if not lines:
        lines = [f"{EVERY_UPDATE} at this point."]
    if numbers.on_the_kink:
        lines.append(f"{' and '.join(numbers.on_the_kink)} = 0: exactly on the kink; "
                     "the slope there counts as 1.")
    return f'<div class="mlp-blocked">{"".join(f"<div>{line}</div>" for line in lines)}</div>'


def board(numbers: Numbers) -> str:
    """g and y at the point (x, y); with several points also J."""
    s, v = numbers.state, numbers.values
    rows = [("g", "value-g", number(v["g"], 5)), ("y", "value-y", number(s.y, 5))]
    if s.others:
        rows.append((f"J, mean over {1 + len(s.others)} points", "value-mean",
                     number(numbers.loss, 5)))
    return small_board(rows)


def below(numbers: Numbers) -> str:
    """What the picture below shows."""
    title = SKIP_TITLES[other_skip(numbers.state).skip]
    return {"curves": "<small>Loss and weights since the last move by hand.</small>",
            "beside": f"<small>{title}, gradients at the same weights.</small>"}[
                numbers.state.below]


def descent_title(state: TwoHiddenState) -> str:
    """Of one point it is SGD; over several, gradient descent on their mean."""
    if state.others:
        return "Gradient descent <small>w ← w − η ∂J/∂w, J over all points</small>"
    return "SGD <small>w ← w − η ∂L/∂w</small>"


# -- the product along the paths ----------------------------------------------------------


def product_board(numbers: Numbers) -> str:
    """∂L/∂w as the sum of its paths: symbols, numbers, value; zero factors marked."""
    name = numbers.state.explain
    paths = [_path(factors) for factors in numbers.paths(name)]
    total = f'<b class="mlp-product-value">{number(numbers.gradient_at[name], 5)}</b>'
    body = (_one_path if len(paths) == 1 else _two_paths)(f"∂L/∂{symbol(name)}", paths, total)
    why = why_zero(numbers, name)
    note = f"0, because {html.escape(why)}." if why else _kink_note(numbers)
    return f'<div class="mlp-product">{body}<small>{note}</small></div>'


def product_line(numbers: Numbers, name: str) -> str:
    """The gradient as the product along its path, or the sum of two, in one line of plain text."""
    symbols, texts, _ = sum_of_products(numbers.paths(name))
    return (f"∂L/∂{symbol(name)} = {symbols} = {texts} = "
            f"{number(numbers.gradient_at[name], 5)}")


def _one_path(head: str, paths: list[tuple[str, str, str]], total: str) -> str:
    (symbols, texts, _), = paths
    return f"<div>{head} = {symbols}</div><div>&emsp;= {texts} = {total}</div>"


def _two_paths(head: str, paths: list[tuple[str, str, str]], total: str) -> str:
    """A line for each path, and their sum."""
    rows = "".join(f"<div>{label}: {symbols} = {texts} = {value}</div>"
                   for label, (symbols, texts, value) in zip(PATHS, paths, strict=True))
    first, second = (value for _, _, value in paths)
    return f"{rows}<div>{head} = {first} + {inner(second)} = {total}</div>"


def _path(factors: list[Factor]) -> tuple[str, str, str]:
    """Symbols, numbers and value of a path as HTML, zeros marked."""
    symbols = [_marked(f, f.symbol if f.symbol != "1" else "(+1)") for f in factors]
    texts = [_marked(f, inner(f.text) if k else f.text) for k, f in enumerate(factors)]
    return " · ".join(symbols), " · ".join(texts), number(product(factors)[2], 5)


def _marked(factor: Factor, text: str) -> str:
    """A zero factor stands out: bold and underlined."""
    text = html.escape(text)
    return f'<span class="mlp-zero">{text}</span>' if factor.value == 0 else text


def _kink_note(numbers: Numbers) -> str:
    names = numbers.on_the_kink
    return f"{' and '.join(names)} exactly on the kink: slope 1 there." if names else "&nbsp;"


# -- can it revive? -----------------------------------------------------------------------


def revival(numbers: Numbers, after: Mapping[str, float], taken: int) -> str:
    """Whether any step from these numbers can move the dead weights, and what a trial did.

    after: the weights after the trial of so many steps.
    """
    if numbers.at_minimum:
        return "Nothing is dead: g = y, the loss is at its minimum, so every gradient is 0."
    if not numbers.dead_weights:
        return _none_dead(numbers)
    if not taken:
        return "Not tried: the first step diverges. Choose a smaller learning rate."
    return _trial(numbers, after, taken)


def _none_dead(numbers: Numbers) -> str:
    """Over all points every weight has a gradient; at this one it may have none."""
    here = [symbol(name) for name, value in numbers.gradient_at.items() if value == 0]
    if here:
        return (f"Yes: this point gives {', '.join(here)} no update, but other points do: off "
                "at one point is not dead.")
    return "No weight is dead: every one has a gradient."


def _trial(numbers: Numbers, after: Mapping[str, float], taken: int) -> str:
    """What the steps did to the dead weights."""
    dead, before, count = numbers.dead_weights, numbers.parameters, counted_steps(taken)
    moved = [f"{symbol(name)} from {number(before[name])} to {number(after[name])}"
             for name in dead if after[name] != before[name]]
    if moved:
        return (f"Yes: in {count} the other weights changed that, and {', '.join(moved)} "
                "followed. Rewind goes back.")
    text = f"{', '.join(map(symbol, dead))} stayed exactly as before in {count}. "
    if numbers.never_move(dead):
        return (f"No: {text}Their gradient is 0, and no weight that moves can change "
                "that: a step of any size is 0.")
    return f"Not here: {text}More steps or another learning rate may change that."
