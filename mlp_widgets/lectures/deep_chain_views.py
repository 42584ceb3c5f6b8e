"""What the pictures and the words of the deep-chain lab show, made from a solution."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

import numpy as np

from ..core import clip_by_norm, gradient_norm
from ..drawing.chain import ChainView
from ..drawing.clipping import ClippingView
from ..drawing.gradient_map import MapView
from ..drawing.multiplication_counts import CountsView
from ..drawing.numbers import SUBSCRIPTS, number, symbol
from ..drawing.profiles import Profile, ProfilesView
from ..drawing.table import TablePicture
from ..drawing.training import TrainingView
from .deep_chain_model import (
    ACTIVATIONS,
    AXES,
    MOST_DRAWN,
    WORDS,
    DeepChainState,
    Layers,
    Solution,
    count_curves,
    counted,
    make_map,
    map_key,
    map_point,
)
from .deep_chain_training import Training

MOST_WRITTEN = 6
"""Layers up to which all gradients are written out."""
FEW, MANY = 20, 100
"""Ends of the plot of the multiplications: two only, so that it seldom changes."""
SHARED = "background:rgba(240,228,66,0.45);text-decoration:underline"
"""Style of the factors that the next later gradient has too: not by colour alone."""


def written(value: float, digits: int = 5) -> str:
    """A number, "overflow" where it is too large for a float, "—" where there is none."""
    if math.isnan(value):
        return "—"
    return "overflow" if math.isinf(value) else number(value, digits)


def layers_text(layers: Sequence[int], name: str = "w") -> str:
    """"w₁", "w₁, w₃", or "w₁ … w₇" for three and more in a row."""
    parts, rest = [], sorted(layers)
    while rest:
        count = 1
        while count < len(rest) and rest[count] == rest[0] + count:
            count += 1
        run, rest = rest[:count], rest[count:]
        ends = [symbol(f"{name}{k}") for k in run]
        parts.append(f"{ends[0]} … {ends[-1]}" if count > 2 else ", ".join(ends))
    return ", ".join(parts)


def title(state: DeepChainState) -> str:
    """The chain in a few words."""
    weights = {"shared": f"every w = {number(state.w)}", "each": "one weight a layer",
               "random": f"weights drawn with spread {number(state.spread)}"}[state.mode]
    layers = f"{state.depth} {WORDS[state.activation]} layer{'s' * (state.depth != 1)}"
    return f"{layers}, {weights}{', with skips' if state.skip else ''}"


def profiles_title(state: DeepChainState) -> str:
    """The same, and why it is not drawn as a chain although that was chosen."""
    too_deep = state.view == "chain" and state.depth > MOST_DRAWN
    return title(state) + f" (over {MOST_DRAWN} layers: profiles)" * too_deep


# --- pictures ---


def chain_view(solution: Solution, lit: dict[str, str]) -> ChainView:
    """The chain as the lecture draws it."""
    s, layers = solution.state, solution.layers
    return ChainView(
        float(s.x), float(s.y), solution.J, solution.w, layers.z, layers.a, layers.dJ_dz,
        layers.dJ_da, layers.dJ_dw, s.skip, ACTIVATIONS[s.activation], solution.states, lit,
        solution.overflow,
    )  # fmt: skip


def _profile(layers: Layers) -> Profile:
    return Profile(layers.a, layers.factor, layers.dJ_da, layers.dJ_dw)


def profiles_view(solution: Solution) -> ProfilesView:
    """The same weights without and with skips, over the layers."""
    present, other = _profile(solution.layers), _profile(solution.other)
    skip = solution.state.skip
    plain, skipping = (other, present) if skip else (present, other)
    return ProfilesView(plain, skipping, "skip" if skip else "plain",
                        profiles_title(solution.state))


def map_view(state: DeepChainState) -> MapView:
    """log10 |∂J/∂w_1| over depth and weight, with the present setting."""
    found, (scale, depth) = make_map(map_key(state)), map_point(state)
    visible = found.scales[0] <= scale <= found.scales[-1]
    return MapView(found.scales, found.depths, found.log10, (float(scale), depth),
                   AXES[state.mode].name,
                   f"|∂J/∂w₁|, {WORDS[state.activation]}{', with skips' * state.skip}",
                   bool(visible))


def counts_view(depth: int, skip: bool) -> CountsView:
    """Multiplications over the depth."""
    depths, with_reuse, without = count_curves(skip)
    shown = depths <= (FEW if depth <= FEW else MANY)
    return CountsView(depths[shown], with_reuse[shown], without[shown],
                      (depth, *counted(depth, skip)))


def clipped(solution: Solution) -> np.ndarray:
    """The gradient after clipping, shape (L,); the gradients must exist."""
    return clip_by_norm([solution.layers.dJ_dw], solution.state.tau)[0]


def clipping_view(solution: Solution) -> ClippingView:
    """The gradient before and after clipping; after an overflow both stand there as overflow."""
    before, tau = solution.layers.dJ_dw, float(solution.state.tau)
    if not solution.exists:
        nothing = np.full(len(before), math.inf)
        return ClippingView(nothing, nothing, tau, math.inf, math.inf)
    after = clipped(solution)
    return ClippingView(before, after, tau, solution.norm, gradient_norm([after]))


def training_view(training: Training | None) -> TrainingView:
    """The three ways so far; where one diverged, J stands in the lane for overflow."""
    ways = training.ways if training else {}
    found = {name: way for name, way in ways.items() if way.J or way.note}
    curves = {}
    for name, way in found.items():
        J = np.array([*way.J, *[math.inf] * bool(way.note)])
        curves[name] = np.arange(len(J)), J
    return TrainingView(curves, {name: way.moved for name, way in found.items()},
                        {name: way.words for name, way in found.items()})


# --- words ---


def board(solution: Solution) -> str:
    """J, ŷ, ∂J/∂w₁, and the largest and smallest gradient."""
    J = solution.J if solution.overflow is None else math.inf
    first = written(float(solution.layers.dJ_dw[0]))
    L = solution.state.depth
    rows = [
        (f"ŷ = {symbol(f'a{L}')}", "output", written(solution.output)),
        ("∂J/∂w₁", "dJ-dw1 mlp-gradient-w mlp-gradient-w1", first),
        *_extremes(solution),
    ]  # fmt: skip
    body = "".join(f'<tr><td>{text}</td><td class="mlp-value-{key}">{value}</td></tr>'
                   for text, key, value in rows)
    return ('<table><tr class="mlp-now"><td>J = (ŷ − y)²</td><td class="mlp-mse-now">'
            f"{written(J)}</td></tr>{body}</table>")


ROUNDING = 1e-12
"""Relative difference below which gradients are told to be equal."""


def _extremes(solution: Solution) -> list[tuple[str, str, str]]:
    """The largest and the smallest |∂J/∂w_ℓ|, and where."""
    sizes = np.abs(solution.layers.dJ_dw)
    if not solution.exists:
        return [("largest |∂J/∂w|", "largest", "—"), ("smallest |∂J/∂w|", "smallest", "—")]
    if np.ptp(sizes) <= ROUNDING * sizes.max():
        text = number(float(sizes[0]), 5)
        return [(f"{word} |∂J/∂w|, all equal", word, text) for word in ("largest", "smallest")]
    return [(f"{word} |∂J/∂w|, {symbol(f'w{k + 1}')}", word, number(float(sizes[k]), 5))
            for word, k in (("largest", int(sizes.argmax())), ("smallest", int(sizes.argmin())))]


def blocked(solution: Solution) -> str:
    """Which gradients are exactly 0 and why, or that there was an overflow, or that all exist."""
    if solution.overflow_words:
        lines = [f"<b>{html.escape(_capital(solution.overflow_words))}.</b>"]
    else:
        lines = [f"<b>{layers_text(layers)}</b>: no update, {html.escape(reason)}."
                 for reason, layers in solution.zeros.items()]
    if not lines:
        lines = [f"No gradient is exactly 0. {_size_words(solution)}"]
    more = len(lines) - 3
    if more > 0:
        lines = [*lines[:3], f"… and {more} more reason{'s' * (more > 1)}."]
    body = "".join(f"<div>{line}</div>" for line in lines)
    return f'<div class="mlp-blocked" style="height:110px;overflow-y:auto">{body}</div>'


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _size_words(solution: Solution) -> str:
    """What the local factors between the first and the last layer multiply to."""
    factors, depth = solution.layers.factor[1:], solution.state.depth
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


def lower_words(solution: Solution, training: Training | None) -> str:
    """The text above the lower picture."""
    below = solution.state.below
    if below == "map":
        return _small(map_words(solution))
    if below == "why":
        return why(solution.state)
    if below == "clipping":
        return _small(clipping_words(solution))
    if training is None:
        return _small("Press Train: the same start plain, with skips, and clipped.")
    return _small(f"After {training.taken} of {training.steps} steps from the same start:")


def _small(text: str) -> str:
    return f'<div style="font-size:13px;line-height:18px">{text}</div>'


def map_words(solution: Solution) -> str:
    """What the map is, and its number at the present setting."""
    state = solution.state
    gradient = float(solution.layers.dJ_dw[0])
    scale, depth = map_point(state)
    if math.isfinite(gradient) and gradient:
        here = f"log₁₀ |∂J/∂w₁| = {number(math.log10(abs(gradient)), 3)}"
    elif solution.overflow is not None:
        here = f"overflow at layer {solution.overflow}"
    elif solution.log10_first == -math.inf:
        here = "∂J/∂w₁ is exactly 0"
    else:
        here = f"log₁₀ |∂J/∂w₁| = {number(solution.log10_first, 3)}, beyond a float"
    axis = AXES[state.mode]
    outside = "" if axis.low <= scale <= axis.high else " (outside the map)"
    return (f"Each point is a chain: depth upwards, {axis.name} across. Now {axis.name} = "
            f"{number(scale)}, depth {depth}{outside}: <b>{here}</b>. Blue: the gradient vanishes. "
            "Orange: it explodes. Click the map or move the sliders.")


def clipping_words(solution: Solution) -> str:
    """Norm before and after, and that the direction is the same."""
    tau = number(float(solution.state.tau))
    if not solution.exists:
        return "There is no gradient to clip: overflow."
    before, norm = solution.layers.dJ_dw, solution.norm
    rule = "If ‖∇‖ &gt; τ, ∇ ← τ·∇/‖∇‖. "
    if norm == 0:
        return f"{rule}‖∇‖ = 0: there is nothing to clip."
    after = clipped(solution)
    length = gradient_norm([after])
    cosine = float(np.sum((before / norm) * (after / length)))
    if length == norm:
        return (f"{rule}‖∇‖ = {number(norm, 5)}, not over τ = {tau}: the gradient stays as it is.")
    return (f"{rule}‖∇‖ = {number(norm, 5)} before, {number(length, 5)} after. Every ∂J/∂w is "
            f"multiplied by {number(length / norm, 3)}, so the direction is the same: cosine of "
            f"the angle between the two = {number(cosine, 6)}.")


def why(state: DeepChainState) -> str:
    """All gradients written out, shared factors marked, and the multiplications counted."""
    depth, skip = state.depth, state.skip
    with_reuse, without = counted(depth, skip)
    count = (f"<div>Multiplications at depth {depth}: <b>{with_reuse}</b> going back and reusing, "
             f"<b>{without}</b> with each product on its own.</div>")
    if depth > MOST_WRITTEN:
        factors, shared = factors_of(1, depth, skip)
        lines = [f"Written out for up to {MOST_WRITTEN} layers. At depth {depth}, ∂J/∂w₁ is a "
                 f"product of {len(factors)} factors; the first {shared} of them stand in ∂J/∂w₂ "
                 "too."]
    else:
        lines = [_line(layer, depth, skip) for layer in range(depth, 0, -1)]
    note = ("<div><small><span style=\"" + SHARED + "\">marked</span>: also in the line above, "
            "found already. g′₃ is g′(z₃).</small></div>" if depth <= MOST_WRITTEN else "")
    body = "".join(f'<div style="white-space:nowrap">{text}</div>' if depth <= MOST_WRITTEN
                   else f"<div>{text}</div>" for text in lines)
    return f'<div class="mlp-why" style="font-size:12px;line-height:18px">{body}{note}{count}</div>'


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


def _line(layer: int, depth: int, skip: bool) -> str:
    """∂J/∂w_ℓ as its product, the shared beginning marked."""
    factors, shared = factors_of(layer, depth, skip)
    first, rest = " · ".join(factors[:shared]), " · ".join(factors[shared:])
    marked = f'<span style="{SHARED}">{first}</span> · ' if first else ""
    return f"∂J/∂{symbol(f'w{layer}')} = {marked}{rest}"


def numbers_picture(solution: Solution, scale: float) -> TablePicture:
    """The panel's numbers as a picture, for viewers without a kernel."""
    s, layers = solution.state, solution.layers
    J = solution.J if solution.overflow is None else math.inf
    rows = [("", "", "value"), ("J", "", written(J)), ("ŷ", "", written(solution.output)),
            ("x", "", number(s.x)), ("y", "", number(s.y)), ("", "", "")]
    shown = sorted({0, s.depth // 2, s.depth - 1})
    rows += [(f"∂J/∂{symbol(f'w{k + 1}')}", "", written(float(layers.dJ_dw[k]))) for k in shown]
    notes = (title(s), "Run this notebook to move the sliders.")
    return TablePicture("A deep chain", rows, notes, 338, 420, scale)
