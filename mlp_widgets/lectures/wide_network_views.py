"""What the pictures and the words of the wider-networks lab show, made from a solution."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping

import numpy as np

from ..drawing.numbers import SUPERSCRIPTS, counted_steps, number
from ..drawing.table import TablePicture
from ..drawing.wide_layers import BINS, Curve, Histogram, HistogramsView, LayersView
from .wide_network_model import (
    ACTIVATIONS,
    INITS,
    Learning,
    Profile,
    Solution,
    WideState,
    factor,
    point_count,
    saturated,
)

CONSTANT = 1.25
"""Up to this factor per layer, either way, the variance counts as about constant."""
EQUAL = 1e-12
"""Weights that differ by less than this count as equal: another order of a sum can do that."""
TINY = 1e-4
"""Lengths of ∂J/∂W below this are called tiny, above its inverse huge."""


def short(value: float) -> str:
    """Three digits."""
    return number(float(value), 3)


def rule(state: WideState, init: str) -> str:
    """How an initialization draws: its c and the variance of its weights."""
    c = factor(state, init)
    return {"zeros": "W = 0", "xavier": "N(0, 1/n)", "he": "N(0, 2/n)"}.get(
        init, f"c = {number(c)}: N(0, {number(c * c)}/n)")


def layer_name(name: str, layer: int) -> str:
    """W with the number of its layer above: "W²¹"."""
    return f"{name}{str(layer).translate(SUPERSCRIPTS)}"


# -- pictures -----------------------------------------------------------------------------------


def layers(solution: Solution) -> LayersView:
    """Variance and gradient by layer, of one or two initializations."""
    return LayersView(
        [Curve(INITS[name], p.variance, 0) for name, p in solution.profiles.items()],
        [Curve(INITS[name], p.gradient, 1) for name, p in solution.profiles.items()],
        int(solution.state.seeds))


def histograms(solution: Solution) -> HistogramsView:
    """The activations of the first, middle and last hidden layer of the first draw."""
    return HistogramsView([_histogram(solution, layer) for layer in solution.main.samples])


def _histogram(solution: Solution, layer: int) -> Histogram:
    state = solution.state
    values = [profile.samples[layer].ravel() for profile in solution.profiles.values()]
    if state.activation == "relu":
        finite = [float(v[np.isfinite(v)].max(initial=0.0)) for v in values]
        low, high = 0.0, _end(max(finite))
    else:
        low, high = (0.0, 1.0) if state.activation == "sigmoid" else (-1.0, 1.0)
    return Histogram(f"a in layer {layer} of {int(state.depth)}, first draw", low, high,
                     [_counts(v, low, high) for v in values],
                     [_note(name, v, low, high)
                      for name, v in zip(solution.profiles, values, strict=True)])


def _end(largest: float) -> float:
    """A round end of an axis from 0 to at least ``largest``; 1 if that is 0."""
    if not largest:
        return 1.0
    power = 10.0 ** max(math.floor(math.log10(largest)), -300)
    return next((m * power for m in (1, 1.5, 2, 3, 4, 6, 8, 10) if m * power >= largest), 1e308)


def _counts(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """How many values that are not 0 fall into each bin."""
    share = (values[np.isfinite(values) & (values != 0)] - low) / (high - low)
    return np.histogram(share, bins=BINS, range=(0.0, 1.0))[0]


def _note(init: str, values: np.ndarray, low: float, high: float) -> str:
    """The name, what the bars leave out, and the largest value where the bars hardly show it."""
    text, zeros = INITS[init], float((values == 0).mean())
    if not np.isfinite(values).all():
        return f"{text}: overflow"
    if zeros:
        text += f": {percent(zeros)} are 0"
    largest = float(np.abs(values).max())
    if low <= 0 < largest < 0.02 * high and low + high != 1.0:
        text += f"{',' if zeros else ':'} max |a| {short(largest)}"
    elif float(np.ptp(values)) < 0.02 * (high - low) and not zeros:
        text += f": all from {number(values.min(), 4)} to {number(values.max(), 4)}"
    return text


def percent(share: float) -> str:
    """A share in percent; 100 % and 0 % only if it is all or nothing."""
    if 0 < share < 1:
        return f"{min(max(100 * share, 0.1), 99.9):.3g} %"
    return f"{100 * share:.0f} %"


# -- words --------------------------------------------------------------------------------------


def verdict(solution: Solution) -> str:
    """What happens to the variance and to the gradient on the way through the layers."""
    state, p = solution.state, solution.main
    what = "1 layer" if state.depth == 1 else f"{int(state.depth)} layers"
    neurons = f"{int(state.width)} neuron{'s' * (state.width != 1)}"
    text = (f"{INITS[state.init]} ({rule(state, state.init)}) on {ACTIVATIONS[state.activation]}, "
            f"{what} of {neurons}: ")
    text += _zeros(state) if state.init == "zeros" else f"{_variance(state, p)} {_gradient(p)}"
    if solution.other is not None:
        text += f" Beside it {INITS[state.compare]}: {per_layer(solution.other)}."
    return text


def _zeros(state: WideState) -> str:
    """What zeros do."""
    if state.activation == "sigmoid":
        return ("every z is 0, so every a is 0.5 and all neurons of a layer are equal. Only the "
                "output weights have a gradient; neurons of a layer will stay equal.")
    return "every z and every a is exactly 0, so every gradient is exactly 0: nothing can learn."


def per_layer(p: Profile) -> str:
    """The factor of the variance at each layer, or why there is none."""
    if p.overflow is not None:
        return f"overflow at layer {p.overflow}"
    if p.per_layer == 0:
        return "the variance ends in exactly 0"
    return f"variance × {short(p.per_layer)} per layer"


def _variance(state: WideState, p: Profile) -> str:
    """The variance over the layers."""
    if p.overflow is not None:
        return overflow(p)
    v, change = p.typical_variance, p.per_layer
    zero = np.flatnonzero(v == 0)
    if len(zero):
        return f"from layer {zero[0]} on the variance of a is exactly 0{_why_zero(p)}."
    trend = ("stays about constant" if 1 / CONSTANT <= change <= CONSTANT else
             "shrinks" if change < 1 else "grows")
    if len(v) == 2:
        return f"the variance of a is {short(v[1])} in layer 1 ({short(v[0])} in the input)."
    text = (f"the variance of a {trend}, × {short(change)} per layer: {short(v[1])} in layer 1, "
            f"{short(v[-1])} in layer {len(v) - 1}.")
    dead = int((p.variance[:, -1] == 0).sum())
    if dead:
        text += f" In {dead} of {len(p.variance)} draws it is exactly 0 at the end."
    return text + _signal(p) + _saturation(state, p)


def _why_zero(p: Profile) -> str:
    if p.off.any():
        return ": every ReLU of a layer is off on every input"
    if (p.samples[max(p.samples)] != 0).any():
        return " as a float: all its values are nearly equal, or too small to be squared"
    return " as a float: the numbers are smaller than a float can hold"


def overflow(p: Profile) -> str:
    """In which layer numbers become too large."""
    return (f"overflow at layer {p.overflow}: numbers larger than a float can hold (1.8e308). "
            "From there on no variance is known.")


def _signal(p: Profile) -> str:
    """Whether the variance is still a message from the input."""
    whole, part = p.typical_variance[-1], typical_part(p)
    if part < 1e-3 * whole:
        return (f" But from input to input it is only {short(part)}: all inputs look alike to the "
                "last layer.")
    return ""


def typical_part(p: Profile) -> float:
    """The part of the last layer's variance that is there from point to point."""
    good = p.by_point[:, -1][np.isfinite(p.by_point[:, -1])]
    return float(np.median(good)) if len(good) else float("inf")


def _saturation(state: WideState, p: Profile) -> str:
    if state.activation == "relu":
        return ""
    share = saturated(p, max(p.slopes))
    return f" {percent(share)} of the last layer is saturated (slope < 0.01)." if share else ""


def _gradient(p: Profile) -> str:
    """First against last gradient."""
    g = p.typical_gradient
    if p.overflow is not None:
        return "All gradients are lost."
    if np.isinf(g).any():
        return f"The gradient overflows at {layer_name('W', int(np.isinf(g).argmax()) + 1)}."
    if g[0] == 0:
        return "∂J/∂W¹ is exactly 0: the first layer can't learn."
    share = g[0] / g[-1] if g[-1] else np.inf
    trend = ("vanishes" if share < 1e-3 else "explodes" if share > 1e3 else
             "is tiny in every layer" if g.max() < TINY else
             "is huge in every layer" if g.min() > 1 / TINY else "reaches the first layer")
    return (f"The gradient {trend}: its length is {short(g[0])} at W¹, {short(g[-1])} at "
            f"{layer_name('W', len(g))}.")


def rows(solution: Solution) -> list[tuple[str, ...]]:
    """The numbers of the board: a heading and one column for each initialization."""
    profiles = list(solution.profiles.values())
    depth = int(solution.state.depth)

    def row(text: str, numbers: list[float]) -> tuple[str, ...]:
        return (text, *map(short, numbers))

    found = [
        ("", *(INITS[name] for name in solution.profiles)),
        row("c, weights ~ N(0, c²/n)", [factor(solution.state, n) for n in solution.profiles]),
        row("variance of a in layer 1", [p.typical_variance[1] for p in profiles]),
        row(f"variance of a in layer {depth}", [p.typical_variance[-1] for p in profiles]),
        row("    of that, from input to input", [typical_part(p) for p in profiles]),
        row("length of ∂J/∂W¹", [p.typical_gradient[0] for p in profiles]),
        row(f"length of ∂J/∂{layer_name('W', depth + 1)}",
            [p.typical_gradient[-1] for p in profiles]),
    ]
    if solution.state.activation == "relu":
        last = [percent(float((p.samples[depth] == 0).mean())) for p in profiles]
        return [*found, (f"a exactly 0 in layer {depth}", *last)]
    last = [percent(saturated(p, depth)) for p in profiles]
    return [*found, (f"saturated in layer {depth}", *last)]


def board(solution: Solution) -> str:
    """What the variance is multiplied by at each layer, and the numbers behind it."""
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell).replace('    ', '&emsp;')}</td>" for cell in row)
        + "</tr>" for row in rows(solution))
    name = INITS[solution.state.init]
    return (f'<table><tr class="mlp-now"><td>{name}: variance per layer</td>'
            f'<td>× <span class="mlp-mse-now">{short(solution.main.per_layer)}</span></td></tr>'
            f"</table><table>{body}</table>")


def numbers_picture(solution: Solution, scale: float) -> TablePicture:
    """The board as a picture, for viewers without a kernel."""
    found = rows(solution)
    found.insert(1, ("variance of a, factor per layer",
                     *(short(p.per_layer) for p in solution.profiles.values())))
    filled = [(row[0].strip(), "", "  /  ".join(row[1:])) for row in found]
    state = solution.state
    title = (f"Depth {int(state.depth)} × width {int(state.width)}, "
             f"{ACTIVATIONS[state.activation]}, {int(state.seeds)} draws")
    return TablePicture(title, filled, (f"{point_count(int(state.width))} random inputs",
                                        "Run this notebook to move the sliders."), 490, 370, scale)


# -- does it learn? -----------------------------------------------------------------------------


def learning_verdict(name: str, learned: Learning, width: int) -> str:
    """One sentence on what the steps did."""
    J, text = learned.J, f"{INITS[name]}: "
    if learned.problem:
        return text + learned.problem + ". Try a smaller learning rate."
    steps = counted_steps(learned.steps)
    if not learned.moved.any():
        why = ("every gradient is exactly 0" if learned.blocked else
               "the steps are too small to change a number of 16 digits")
        return f"{text}in {steps} no weight moved: {why}."
    if width > 1 and learned.apart.max() < EQUAL:
        return (f"{text}J goes from {short(J[0])} to {short(J[-1])}, but after {steps} all neurons "
                f"of a layer are still equal: {width} of them do the work of one.")
    if abs(J[-1] - J[0]) < 0.01 * J[0]:
        return (f"{text}J hardly changes in {steps} ({short(J[0])} to {short(J[-1])}): the "
                "gradients are too small.")
    return f"{text}J goes from {short(J[0])} to {short(J[-1])} in {steps}."


def learning_table(found: Mapping[str, Learning], width: int) -> str:
    """What gradient descent did to the network of the first draw, for each initialization."""
    lines = [("", [INITS[name] for name in found]),
             ("J before", [short(f.J[0]) for f in found.values()]),
             ("J after", [short(f.J[-1]) for f in found.values()]),
             ("largest change of a weight in W¹", [short(f.moved[0]) for f in found.values()]),
             ("largest change of any weight", [short(f.moved.max()) for f in found.values()]),
             ("largest difference of two neurons",
              [_apart(f) for f in found.values()])]
    body = "".join(f"<tr><td>{text}</td>" + "".join(f"<td>{cell}</td>" for cell in cells)
                   + "</tr>" for text, cells in lines)
    words = "<br>".join(html.escape(learning_verdict(name, f, width)) for name, f in found.items())
    return f'<div class="mlp-board"><table>{body}</table></div><div>{words}</div>'


def _apart(learned: Learning) -> str:
    """How far apart two neurons of a layer are; 0 where it is rounding only."""
    apart = learned.apart.max()
    return short(0.0 if apart < EQUAL else apart)
