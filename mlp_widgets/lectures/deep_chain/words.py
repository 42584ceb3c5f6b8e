"""The deep-chain lab in words: its board, what is 0 and why, and what stands above the pictures."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence

import numpy as np

from ...core import gradient_norm
from ...text import SUBSCRIPTS, counted_steps, inner, number, symbol
from ...widgets.blocks import COVERED, small_board
from ...widgets.why_zero import why_in_words
from .depth_map import AXES, map_point
from .multiplications import counted
from .numbers import ACTIVATIONS, MOST_DRAWN, DeepChainState, Numbers
from .training import Training, Way

MOST_WRITTEN = 6
"""Layers up to which all gradients are written out."""
SHARED = "background:rgba(240,228,66,0.45);text-decoration:underline"
"""Style of the factors that the next later gradient has too: not by colour alone."""
ROUNDING = 1e-12
"""Relative difference below which gradients are told to be equal."""
TOO_LARGE = "too large for a float (over 1.8e308)"
SHORTENED = f"Depth set to {MOST_DRAWN}, the most for one weight a layer. "
NO_STEPPER = (f"The stepper walks through chains of up to {MOST_DRAWN} layers. Deeper ones are "
              "shown as profiles.")


def written(value: float, digits: int = 5) -> str:
    """A number, "overflow" where it is too large for a float, "—" where there is none."""
    if math.isnan(value):
        return "—"
    return "overflow" if math.isinf(value) else number(value, digits)


def layers_text(names: Sequence[str]) -> str:
    """"w₁", "w₁, w₃", or "w₁ … w₇" for three and more in a row."""
    rest, parts = sorted(int(name[1:]) for name in names), []
    while rest:
        count = 1
        while count < len(rest) and rest[count] == rest[0] + count:
            count += 1
        run, rest = rest[:count], rest[count:]
        ends = [symbol(f"w{k}") for k in run]
        parts.append(f"{ends[0]} … {ends[-1]}" if count > 2 else ", ".join(ends))
    return ", ".join(parts)


# -- the chain as a whole ---------------------------------------------------------------------


def title(state: DeepChainState) -> str:
    """The chain in a few words."""
    weights = {"shared": f"every w = {number(state.w)}", "each": "one weight a layer",
               "random": f"weights drawn with std {number(state.std)}"}[state.mode]
    layers = f"{state.depth} {ACTIVATIONS[state.activation]} layer{'s' * (state.depth != 1)}"
    return f"{layers}, {weights}{', with skips' if state.skip else ''}"


def profiles_title(state: DeepChainState) -> str:
    """The same, and why it is not drawn as a chain although that was chosen."""
    too_deep = state.view == "chain" and state.depth > MOST_DRAWN
    return title(state) + f" (over {MOST_DRAWN} layers: profiles)" * too_deep


def describe(numbers: Numbers) -> str:
    """The chain, ŷ and J, or where it overflows; the gradients stand on the board."""
    text, too_large = f"{title(numbers.state)}: ", overflow(numbers)
    if numbers.overflow is not None:
        return f"{text}{too_large}."
    text += f"ŷ = {written(numbers.output)}, J = {written(numbers.loss)}."
    return f"{text} {_capital(too_large)}." if too_large else text + _zero_count(numbers)


def _zero_count(numbers: Numbers) -> str:
    """How many gradients are exactly 0; "" if none is."""
    count = sum(len(names) for _, names in numbers.zeros)
    return (f" {count} of {numbers.state.depth} gradients {'is' if count == 1 else 'are'} 0."
            if count else "")


def overflow(numbers: Numbers) -> str:
    """Where a number became too large for a float, and what that means; "" if nowhere."""
    s, k = numbers.layers, numbers.overflow
    if k is not None:
        before = symbol(f"a{k - 1}") if k > 1 else "x"
        value = float(s.a[k - 2]) if k > 1 else numbers.state.x
        return (f"overflow at layer {k}: {symbol(f'w{k}')}·{before} = "
                f"{number(float(numbers.w[k - 1]))}·{inner(number(value))} is {TOO_LARGE}, so "
                "there is no ŷ, no J and no gradient")
    if s.lost is not None:
        return (f"overflow at layer {s.lost} on the way back: its gradient is {TOO_LARGE}, so "
                "there is none for the layers before it")
    if not math.isfinite(numbers.loss):
        return f"overflow: J = (ŷ − y)² is {TOO_LARGE}"
    return ""


# -- the board, and what is 0 -------------------------------------------------------------------


def not_drawn(state: DeepChainState) -> str:
    """Why the chain is not drawn layer by layer; "" if it is."""
    return "" if state.depth <= MOST_DRAWN else (
        f"Drawn up to {MOST_DRAWN} layers; now there are {state.depth}.")


def board(numbers: Numbers) -> str:
    """ŷ, ∂J/∂w₁, and the largest and smallest gradient."""
    rows = [
        (f"ŷ = {symbol(f'a{numbers.state.depth}')}", "output", written(numbers.output)),
        ("∂J/∂w₁", "dJ-dw1 mlp-gradient-w mlp-gradient-w1", written(numbers.gradient["w1"])),
        *_extremes(numbers),
    ]
    return small_board([(text, f"value-{key}", value) for text, key, value in rows])


def board_covered(numbers: Numbers) -> str:
    """The same without gradients."""
    rows = [(f"ŷ = {symbol(f'a{numbers.state.depth}')}", "output", written(numbers.output))]
    rows += [(name, "covered", "?") for name in ("∂J/∂w₁", "largest |∂J/∂w|", "smallest |∂J/∂w|")]
    return small_board([(text, f"value-{key}", value) for text, key, value in rows])


def loss(numbers: Numbers) -> str:
    """J; beyond an overflow of a layer it is too large as well."""
    return "overflow" if numbers.overflow is not None else written(numbers.loss)


def _extremes(numbers: Numbers) -> list[tuple[str, str, str]]:
    """The largest and the smallest |∂J/∂w_ℓ|, and where."""
    sizes = np.abs(numbers.layers.dJ_dw)
    if not numbers.exists:
        return [("largest |∂J/∂w|", "largest", "—"), ("smallest |∂J/∂w|", "smallest", "—")]
    if np.ptp(sizes) <= ROUNDING * sizes.max():
        text = number(float(sizes[0]), 5)
        return [(f"{word} |∂J/∂w|, all equal", word, text) for word in ("largest", "smallest")]
    return [(f"{word} |∂J/∂w|, {symbol(f'w{k + 1}')}", word, number(float(sizes[k]), 5))
            for word, k in (("largest", int(sizes.argmax())), ("smallest", int(sizes.argmin())))]


def blocked(numbers: Numbers) -> str:
    """Which gradients are exactly 0 and why, or that there was an overflow, or that all exist."""
    if too_large := overflow(numbers):
        lines = [f"<b>{html.escape(_capital(too_large))}.</b>"]
    else:
        lines = [f"<b>{layers_text(names)}</b>: no update, "
                 f"{html.escape(why_in_words(why, numbers.notation))}."
                 for why, names in numbers.zeros]
    if not lines:
        lines = [f"No gradient is exactly 0. {_size(numbers)}"]
    more = len(lines) - 3
    if more > 0:
        lines = [*lines[:3], f"… and {more} more reason{'s' * (more > 1)}."]
    body = "".join(f"<div>{line}</div>" for line in lines)
    return f'<div class="mlp-blocked">{body}</div>'


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _size(numbers: Numbers) -> str:
    """What the local factors between the first and the last layer multiply to."""
    factors, depth = numbers.layers.factor[1:], numbers.state.depth
    if not len(factors):
        return "With one layer there is nothing to vanish on the way."
    decades = float(np.log10(np.abs(factors)).sum())
    name = f"layer{'s' * (depth > 2)} {'2 to ' * (depth > 2)}{depth}"
    verb = "multiply to" if depth > 2 else "is"
    text = f"The local factor{'s' * (depth > 2)} of {name} {verb} {_power(decades)} in size: "
    ends = ((-3, "∂J/∂a vanishes on its way back."), (-1, "∂J/∂a shrinks on its way back."),
            (1, "∂J/∂a arrives about as large as it began."),
            (3, "∂J/∂a grows on its way back."))
    return text + next((words for end, words in ends if decades < end),
                       "∂J/∂a explodes on its way back.")


def _power(decades: float) -> str:
    """10 to this power, which may be beyond a float."""
    return number(10**decades, 3) if abs(decades) < 300 else f"1e{decades:.0f}".replace("-", "−")


# -- above the lower picture --------------------------------------------------------------------


def below(numbers: Numbers) -> str:
    """The text above the lower picture; that of a training is :func:`training`."""
    about = ABOUT.get(numbers.state.below)
    return about(numbers) if about else ""


def _small(text: str) -> str:
    return f'<div class="mlp-about">{text}</div>'


def about_map(numbers: Numbers) -> str:
    """What the map is, and its number at the present setting."""
    state = numbers.state
    scale, depth = map_point(state)
    axis = AXES[state.mode]
    outside = "" if axis.low <= scale <= axis.high else " (outside the map)"
    return (f"Each point is a chain: depth upwards, {axis.name} across. Now {axis.name} = "
            f"{number(scale)}, depth {depth}{outside}: <b>{_here(numbers)}</b>. Blue: the gradient "
            f"vanishes. Orange: it explodes. A click or a drag {axis.click}.")


def _here(numbers: Numbers) -> str:
    """The size of the first gradient, also where that is beyond a float."""
    gradient = numbers.gradient["w1"]
    if numbers.state.covered:
        return "∂J/∂w₁ = ?"
    if math.isfinite(gradient) and gradient:
        return f"|∂J/∂w₁| = {number(abs(gradient), 3)}"
    if numbers.overflow is not None:
        return f"overflow at layer {numbers.overflow}"
    if numbers.log10_first == -math.inf:
        return "∂J/∂w₁ is exactly 0"
    return f"|∂J/∂w₁| is about {_power(numbers.log10_first)}, beyond a float"


def clipping(numbers: Numbers) -> str:
    """Norm before and after, and that the direction is the same."""
    if numbers.state.covered:
        return COVERED
    if not numbers.exists:
        return "There is no gradient to clip: overflow."
    before, after, norm = numbers.layers.dJ_dw, numbers.clipped, numbers.norm
    tau, length = number(numbers.state.max_norm), gradient_norm([after])
    rule = "If ‖∇J‖ &gt; τ, ∇J ← τ·∇J/‖∇J‖. "
    if norm == 0:
        return f"{rule}‖∇J‖ = 0: there is nothing to clip."
    if length == norm:
        return (f"{rule}‖∇J‖ = {number(norm, 5)}, not over τ = {tau}: the gradient stays as it is.")
    cosine = float(np.sum((before / norm) * (after / length)))
    return (f"{rule}‖∇J‖ = {number(norm, 5)} before, {number(length, 5)} after. Every ∂J/∂w is "
            f"multiplied by {number(length / norm, 3)}, so the direction is the same: cosine of "
            f"the angle between the two = {number(cosine, 6)}.")


def why_backwards(numbers: Numbers) -> str:
    """All gradients written out, shared factors marked, and the multiplications counted."""
    depth, skip = numbers.state.depth, numbers.state.skip
    with_reuse, without = counted(depth, skip)
    count = (f"<div>Multiplications at depth {depth}: <b>{with_reuse}</b> going back and reusing, "
             f"<b>{without}</b> with each product on its own.</div>")
    body = _products(depth, skip) if depth <= MOST_WRITTEN else _longest_product(depth, skip)
    return f'<div class="mlp-why">{body}{count}</div>'


def _products(depth: int, skip: bool) -> str:
    """A line for each gradient, and what the marks mean."""
    lines = "".join(f'<div>{_product(layer, depth, skip)}</div>'
                    for layer in range(depth, 0, -1))
    return (f'{lines}<div><small><span style="{SHARED}">marked</span>: also in the line above, '
            "found already. g′₃ is g′(z₃).</small></div>")


def _longest_product(depth: int, skip: bool) -> str:
    factors, shared = factors_of(1, depth, skip)
    return (f"<div>Written out for up to {MOST_WRITTEN} layers. At depth {depth}, ∂J/∂w₁ is a "
            f"product of {len(factors)} factors; the first {shared} of them stand in ∂J/∂w₂ too."
            "</div>")


def factors_of(layer: int, depth: int, skip: bool) -> tuple[list[str], int]:
    """The factors of ∂J/∂w_ℓ from J back, and how many of them ∂J/∂w_{ℓ+1} begins with too."""
    def sub(name: str, k: int) -> str:
        return f"{name}{str(k).translate(SUBSCRIPTS)}"

    factors = ["∂J/∂ŷ"]
    for k in range(depth, layer, -1):
        both = [sub("g′", k), sub("w", k)]
        factors += [f"(1+{both[0]}{both[1]})"] if skip else both
    shared = 0 if layer == depth else len(factors) - 1
    factors += [sub("g′", layer), sub("a", layer - 1) if layer > 1 else "x"]
    return factors, shared


def _product(layer: int, depth: int, skip: bool) -> str:
    """∂J/∂w_ℓ as its product, the shared beginning marked."""
    factors, shared = factors_of(layer, depth, skip)
    first, rest = " · ".join(factors[:shared]), " · ".join(factors[shared:])
    marked = f'<span style="{SHARED}">{first}</span> · ' if first else ""
    return f"∂J/∂{symbol(f'w{layer}')} = {marked}{rest}"


ABOUT: dict[str, Callable[[Numbers], str]] = {
    "map": lambda numbers: _small(about_map(numbers)), "why": why_backwards,
    "clipping": lambda numbers: _small(clipping(numbers))}
"""What stands above each picture, by its name; a part may show it too, as "about_map"."""


# -- training -----------------------------------------------------------------------------------


def training(found: Training | None) -> str:
    """The text above the picture of a training."""
    if found is None:
        return _small("Press Train: the same start plain, with skips, and clipped.")
    return _small(f"After {found.taken} of {found.steps} steps from the same start.")


def results(found: Training) -> str:
    """How the three ways went, in one sentence."""
    ways = "; ".join(f"{name}: {way_went(way)}" for name, way in found.ways.items())
    return f"After {counted_steps(found.taken)} from the same start: {ways}."


def way_went(way: Way) -> str:
    """How one of them went, or goes, in a few words."""
    if way.diverged is not None:
        return f"diverged at step {way.diverged}"
    return f"J = {number(way.J[-1], 3)}" if way.J else ""


# -- for viewers without a kernel ---------------------------------------------------------------


def table_rows(numbers: Numbers, told: Callable[[float], str]) -> list[tuple[str, str, str]]:
    """J, ŷ, the point, and the gradients of the first, the middle and the last layer, as
    ``told``."""
    s, depth = numbers.state, numbers.state.depth
    names = [f"w{layer}" for layer in sorted({1, depth // 2 + 1, depth})]
    return [("", "", "value"), ("J", "", loss(numbers)), ("ŷ", "", written(numbers.output)),
            ("x", "", number(s.x)), ("y", "", number(s.y)), ("", "", ""),
            *((f"∂J/∂{symbol(name)}", "", told(numbers.gradient[name])) for name in names)]
