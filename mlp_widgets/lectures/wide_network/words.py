"""The wider-networks lab in words: what happens layer by layer, the board, and what steps did."""

from __future__ import annotations

import html
from collections.abc import Mapping

import numpy as np

from ...text import counted, counted_steps, layer_name, number
from ...widgets.cell import RUN_IT
from .learning import Learning
from .networks import point_count
from .numbers import ACTIVATIONS, INITS, Numbers, WideState
from .profile import Profile

Row = tuple[str, ...]
COVERED = "Variances and gradients are covered: predict first."


def short(value: float) -> str:
    """Three digits."""
    return number(float(value), 3)


def percent(share: float) -> str:
    """A share in percent; 100 % and 0 % only if it is all or nothing."""
    if 0 < share < 1:
        return f"{min(max(100 * share, 0.1), 99.9):.3g} %"
    return f"{100 * share:.0f} %"


# -- pictures -----------------------------------------------------------------------------------


def histogram_title(numbers: Numbers, layer: int) -> str:
    """Which layer it is."""
    return f"a in layer {layer} of {numbers.state.depth}, first draw"


def histogram_note(init: str, values: np.ndarray, badly_shown: str) -> str:
    """The name, what the bars leave out, and in numbers what they hardly show."""
    text, zeros = INITS[init], float((values == 0).mean())
    if not np.isfinite(values).all():
        return f"{text}: overflow"
    if zeros:
        text += f": {percent(zeros)} are 0"
    if badly_shown == "near 0":
        text += f"{',' if zeros else ':'} max |a| {short(np.abs(values).max())}"
    elif badly_shown == "alike":
        text += f": all from {number(values.min(), 4)} to {number(values.max(), 4)}"
    return text


# -- what happens on the way --------------------------------------------------------------------


def verdict(numbers: Numbers) -> str:
    """What happens to the variance and to the gradient on the way through the layers."""
    state, p = numbers.state, numbers.main
    text = (f"{INITS[state.init]} on {ACTIVATIONS[state.activation]}, "
            f"{counted(state.depth, 'layer')} of {state.width}: ")
    text += _zeros(state) if state.init == "zeros" else f"{_variance(state, p)} {_gradient(p)}"
    if numbers.other is not None:
        text += f" Beside it {INITS[state.compare]}: {per_layer(numbers.other)}."
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
        return "variance 0 at the end"
    return f"× {short(p.per_layer)} per layer"


def _variance(state: WideState, p: Profile) -> str:
    """The variance over the layers."""
    v = p.typical_variance
    if p.overflow is not None:
        first = int(np.isinf(v).argmax())  # the picture shows it
        known = (f"The variance, a square, is so from layer {first} on." if first < p.overflow else
                 "From there on no variance is known.")
        return (f"overflow at layer {p.overflow}: numbers larger than a float can hold (1.8e308). "
                f"{known}")
    if p.first_zero is not None:
        return f"from layer {p.first_zero} on the variance of a is exactly 0{_cause_of_zero(p)}."
    if len(v) == 2:
        return f"the variance of a is {short(v[1])} in layer 1 ({short(v[0])} in the input)."
    trend = {"constant": "stays about constant"}.get(p.variance_trend, p.variance_trend)
    text = (f"the variance of a {trend}: {short(v[1])} in layer 1, {short(v[-1])} in layer "
            f"{len(v) - 1}.")
    if p.zero_at_the_end:
        draws = len(p.variance)
        text += f" In {p.zero_at_the_end} of {draws} draws it is exactly 0 at the end."
    return text + _signal(p) + _saturation(state, p)


def _cause_of_zero(p: Profile) -> str:
    return {
        "off": ": every ReLU of a layer is off on every input",
        "square": " as a float: all its values are nearly equal, or too small to be squared",
        "underflow": " as a float: the numbers are smaller than a float can hold",
    }[p.cause_of_zero]


def _signal(p: Profile) -> str:
    """Whether the variance is still a message from the input."""
    if not p.inputs_look_alike:
        return ""
    return f" From input to input only {short(p.typical_part)}: all inputs look alike."


def _saturation(state: WideState, p: Profile) -> str:
    share = p.saturated(state.depth) if state.activation != "relu" else 0.0
    return f" {percent(share)} of layer {state.depth} is saturated." if share else ""


def _gradient(p: Profile) -> str:
    """First against last gradient."""
    g, trend = p.typical_gradient, p.gradient_trend
    if trend == "lost":
        return "All gradients are lost."
    if trend == "overflow":
        return f"The gradient overflows at {layer_name('W', p.gradient_overflow or 0)}."
    if trend == "zero":
        return "∂J/∂W¹ is exactly 0: the first layer can't learn."
    told = {"tiny": "is tiny in every layer", "huge": "is huge in every layer",
            "arrives": "reaches the first layer"}.get(trend, trend)
    return (f"The gradient {told}: {short(g[0])} long at W¹, {short(g[-1])} at "
            f"{layer_name('W', len(g))}.")


# -- the board ----------------------------------------------------------------------------------


def rows(numbers: Numbers) -> list[Row]:
    """The numbers of the board: a heading and one column for each initialization."""
    profiles, depth = list(numbers.profiles.values()), numbers.state.depth

    def row(text: str, values: list[float]) -> Row:
        return (text, *map(short, values))

    found = [
        ("", *(INITS[init] for init in numbers.profiles)),
        row("c, weights ~ N(0, c²/n)", [numbers.state.c(init) for init in numbers.profiles]),
        row("variance of a in layer 1", [p.typical_variance[1] for p in profiles]),
        row(f"variance of a in layer {depth}", [p.typical_variance[-1] for p in profiles]),
        row("    of that, from input to input", [p.typical_part for p in profiles]),
        row("length of ∂J/∂W¹", [p.typical_gradient[0] for p in profiles]),
        row(f"length of ∂J/∂{layer_name('W', depth + 1)}",
            [p.typical_gradient[-1] for p in profiles]),
    ]
    if numbers.state.activation == "relu":
        zeros = [percent(float((p.samples[depth] == 0).mean())) for p in profiles]
        return [*found, (f"a exactly 0 in layer {depth}", *zeros)]
    return [*found, (f"saturated (slope < 0.01), layer {depth}", *(percent(p.saturated(depth))
                                                      for p in profiles))]


def board(numbers: Numbers) -> str:
    """The numbers behind what the variance is multiplied by at each layer."""
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell).replace('    ', '&emsp;')}</td>" for cell in row)
        + "</tr>" for row in rows(numbers))
    return f"<table>{body}</table>"


def table_rows(numbers: Numbers) -> list[tuple[str, str, str]]:
    """The board as rows of a picture, for viewers without a kernel."""
    found = rows(numbers)
    found.insert(1, ("variance of a, factor per layer",
                     *(short(p.per_layer) for p in numbers.profiles.values())))
    return [(text.strip(), "", "  /  ".join(cells)) for text, *cells in found]


def table_title(state: WideState) -> str:
    """The heading of these rows."""
    return (f"Depth {state.depth} × width {state.width}, {ACTIVATIONS[state.activation]}, "
            f"{state.seeds} draws")


def table_notes(state: WideState) -> tuple[str, str]:
    """What stands below these rows."""
    return f"{point_count(state.width)} random inputs", RUN_IT


# -- does it learn? -----------------------------------------------------------------------------

NO_STEPS = "<small>Press the button: J and the weights before and after appear here.</small>"


def learning_verdict(init: str, learned: Learning) -> str:
    """One sentence on what the steps did."""
    J, steps = learned.J, counted_steps(learned.steps)
    change = f"{short(J[0])} to {short(J[-1])}"
    return f"{INITS[init]}: " + {
        "infinite": "there is nothing to descend from: J is too large for a float at the start.",
        "diverged": f"it diverges: J = {number(J.max())} after {steps}. "
                    "Try a smaller learning rate.",
        "blocked": f"in {steps} no weight moved: every gradient is exactly 0.",
        "still": f"in {steps} no weight moved: the steps are too small to change a number of "
                 "16 digits.",
        "equal": f"J goes from {change}, but after {steps} all neurons of a layer are still "
                 f"equal: {learned.width} of them do the work of one.",
        "hardly": f"J hardly changes in {steps} ({change}): the gradients are too small.",
        "learned": f"J goes from {change} in {steps}.",
    }[learned.outcome]


def learning_table(found: Mapping[str, Learning]) -> str:
    """What gradient descent did to the network of the first draw, for each initialization."""
    lines = [("", [INITS[init] for init in found]),
             ("J before", [short(f.J[0]) for f in found.values()]),
             ("J after", [short(f.J[-1]) for f in found.values()]),
             ("largest change of a weight in W¹", [short(f.moved[0]) for f in found.values()]),
             ("largest change of any weight", [short(f.moved.max()) for f in found.values()]),
             ("largest difference of two neurons", [short(f.differ) for f in found.values()])]
    body = "".join(f"<tr><td>{text}</td>" + "".join(f"<td>{cell}</td>" for cell in cells)
                   + "</tr>" for text, cells in lines)
    said = "<br>".join(html.escape(learning_verdict(init, f)) for init, f in found.items())
    return f'<div class="mlp-board"><table>{body}</table></div><div>{said}</div>'
