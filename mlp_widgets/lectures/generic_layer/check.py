"""The generic layer of CMU 10-315: check a layer that a student wrote, and chain such layers.

A layer is two functions, ``z_out = forward(z_in, theta)`` and ``dJ_dz_in, dJ_dtheta =
backward(z_in, theta, dJ_dz_out)``, where dJ/dz_in = dJ/dz_out · dz_out/dz_in and dJ/dθ = dJ/dz_out
· dz_out/dθ. ``check_layer`` compares backward with the complex step of forward: for a small h,
f(v + ih) = f(v) + ih f'(v), so the imaginary part over h is f'(v) to all digits. No mistake of a
student ends in a traceback: each becomes one sentence.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...text import number
from .calls import (
    NAMES,
    Array,
    ForwardMistake,
    Mistake,
    as_input,
    as_inputs,
    as_real,
    call,
    check_callable,
    draws_like,
    nearby,
    quiet,
    run_forward,
    two_answers,
)
from .slopes import RTOL, Point
from .words import Trial, digits_of, needs, verdict


@dataclass(frozen=True, eq=False)
class LayerCheck:
    """The answer of a check: ``ok`` and one sentence, ``message``; it counts as true if ok."""

    ok: bool
    message: str

    def __bool__(self) -> bool:
        return self.ok

    def __repr__(self) -> str:
        return self.message


def check_layer(
    forward: Callable, backward: Callable, z_in: object, theta: object = None
) -> LayerCheck:
    """Whether backward gives the gradients of forward, at z_in and θ (numbers or arrays).

    ``z_out = forward(z_in, theta)``; ``backward(z_in, theta, dJ_dz_out)`` returns dJ_dz_in, shaped
    like z_in, and dJ_dtheta, shaped like theta. Several dJ_dz_out are tried, at the given numbers
    and at numbers nearby, always the same ones. The truth is the complex step of
    sum(dJ_dz_out · z_out), relative tolerance 1e-8; where forward loses the imaginary part, a
    central difference with 1e-6. ``theta=None`` is a layer without parameters. Raises nothing.
    """
    try:
        check_callable(forward=forward, backward=backward)
        inputs = as_inputs(z_in, theta)
        points = [Point(forward, inputs)]
        with contextlib.suppress(ForwardMistake):  # forward may end just there, as log(z) does
            points.append(Point(forward, nearby(inputs)))
        trials = [trial for point in points for trial in _trials(point, backward)]
        return LayerCheck(True, verdict(trials))
    except Mistake as mistake:
        return LayerCheck(False, str(mistake))


def _trials(point: Point, backward: Callable) -> list[Trial]:
    """backward with each dJ_dz_out, the first one twice: the answers must be the same."""
    trials = []
    draws = draws_like(point.z_out.shape)
    for g in [*draws, draws[0]]:
        with quiet():
            point.run()  # a backward may use what its forward has just stored
        given = float(g) if g.ndim == 0 else g
        returned = call(backward, "backward", *point.inputs.values(), given)
        trials.append(Trial(point, g, two_answers(returned, point.names)))
    first, again = trials[0].answers, trials.pop().answers
    if any(not np.array_equal(first[name], again[name]) for name in point.names):
        raise Mistake(
            "backward gives two different answers for the same z_in, theta and dJ_dz_out: "
            "compute the gradients from these three alone."
        )
    return trials


# --- a network of such layers ---


@dataclass(frozen=True, eq=False)
class ChainGradients:
    """What went through a chain: ``z[0]`` is x and ``z[L]`` is ŷ; ``dJ_dz[l]`` belongs to ``z[l]``.

    ``dJ_dtheta[l]`` is the gradient of layer l; index 0 is None. If a layer stopped the way back,
    ``problem`` says which and why, and there are no gradients.
    """

    z: tuple = ()
    dJ_dz: tuple = ()
    dJ_dtheta: tuple = ()
    problem: str = ""

    @property
    def ok(self) -> bool:
        return not self.problem

    def __repr__(self) -> str:
        if self.problem:
            return self.problem
        layers = range(len(self.dJ_dz) - 1, 0, -1)
        return "\n".join(f"layer {layer}: {self._line(layer)}" for layer in layers)

    def _line(self, layer: int) -> str:
        values = (self.dJ_dz[layer], self.dJ_dtheta[layer], self.dJ_dz[layer - 1])
        names = ("∂J/∂z_out", "∂J/∂θ", "∂J/∂z_in")
        pairs = [pair for pair in zip(names, values, strict=True) if pair[1] is not None]
        return ", ".join(f"{name} {_short(value)}" for name, value in pairs)

    def compare(self, dJ_dtheta: Sequence[object]) -> LayerCheck:
        """Whether the ∂J/∂θ are these (index 0 is passed over), to a relative 1e-8."""
        if self.problem:
            return LayerCheck(False, self.problem)
        if len(dJ_dtheta) != len(self.dJ_dtheta):
            return LayerCheck(False, f"The chain has {len(self.dJ_dtheta) - 1} layers, "
                                     f"and {len(dJ_dtheta) - 1} gradients were given.")
        pairs = list(zip(self.dJ_dtheta, dJ_dtheta, strict=True))
        wrong = [layer for layer, pair in enumerate(pairs) if layer and not _equal(*pair)]
        if wrong:
            mine, given = (_short(value) for value in pairs[wrong[-1]])
            return LayerCheck(False, f"Layer {wrong[-1]}: your ∂J/∂θ {mine}, the other {given}.")
        return LayerCheck(True, f"All {len(pairs) - 1} gradients ∂J/∂θ agree to {digits_of(RTOL)} "
                                "digits.")


def _short(value: object) -> str:
    if value is None:
        return "is None"
    array = np.asarray(value, dtype=float)
    return f"= {number(float(array.item()))}" if array.size == 1 else f"of shape {array.shape}"


def _equal(mine: object, given: object) -> bool:
    if mine is None or given is None:
        return mine is given
    mine, given = np.asarray(mine), np.asarray(given)
    if mine.size != given.size:
        return False
    return np.allclose(mine.ravel(), given.ravel(), rtol=RTOL, atol=0)


def backward_through(layers: Sequence, x: object, dJ_dy: object) -> ChainGradients:
    """All gradients of a network that is a list of (forward, backward, theta), first layer first.

    Forward: z[l] = forward(z[l-1], theta), with z[0] = x. Backward, from the last layer to the
    first: dJ_dz[l-1], dJ_dtheta[l] = backward(z[l-1], theta, dJ_dz[l]). ``dJ_dy`` is the gradient
    by the output, or a function that computes it from the output. Raises nothing: a mistake in a
    layer is in ``problem``.
    """
    try:
        if not isinstance(layers, (list, tuple)) or not layers:
            raise Mistake("layers must be a list of (forward, backward, theta), at least one.")
        z, thetas = _forward_through(layers, x)
        dJ_dz = [_start(dJ_dy, z[-1])]
        dJ_dtheta: list[float | Array | None] = []
        for layer in range(len(layers), 0, -1):
            with _in_layer(layer, len(layers)):
                inputs = {"z_in": z[layer - 1], "theta": thetas[layer - 1]}
                both = _one_layer_back(layers[layer - 1][1], inputs, dJ_dz[0])
            dJ_dz.insert(0, both[0])
            dJ_dtheta.insert(0, both[1])
    except Mistake as mistake:
        return ChainGradients(problem=str(mistake))
    return ChainGradients(tuple(z), tuple(dJ_dz), (None, *dJ_dtheta))


def _forward_through(layers: Sequence, x: object) -> tuple[list, list]:
    """([x, z[1], ..., ŷ], [θ of layer 1, ..., θ of layer L])."""
    z, thetas = [as_input(x, "x")], []
    for layer, parts in enumerate(layers, start=1):
        with _in_layer(layer, len(layers)):
            forward, _, theta = _parts(parts)
            thetas.append(None if theta is None else as_input(theta, "theta"))
            z.append(_plain(run_forward(forward, z[-1], thetas[-1])))
    return z, thetas


@contextlib.contextmanager
def _in_layer(layer: int, layers: int) -> Iterator[None]:
    """A mistake inside says in which layer it is."""
    try:
        yield
    except Mistake as mistake:
        raise Mistake(f"Layer {layer} of {layers}: {mistake}") from None


def _parts(parts: object) -> tuple:
    if not isinstance(parts, (tuple, list)) or len(parts) != 3:
        raise Mistake("a layer is given as (forward, backward, theta).")
    check_callable(forward=parts[0], backward=parts[1])
    return tuple(parts)


def _plain(array: Array) -> float | Array:
    return float(array) if array.ndim == 0 else array


def _start(dJ_dy: object, y: float | Array) -> float | Array:
    """dJ_dy, computed from the output y if it is a function; it needs the shape of y."""
    value = call(dJ_dy, "dJ_dy", y) if callable(dJ_dy) else dJ_dy
    array = as_real(value)
    if isinstance(array, str):
        raise Mistake(f"dJ_dy must be a number or an array of real numbers; it {array}.")
    if array.shape != np.shape(y):
        raise Mistake(f"dJ_dy needs the shape of ŷ, {np.shape(y)}, and has {array.shape}.")
    return _plain(array)


def _one_layer_back(backward: Callable, inputs: dict, dJ_dz_out: object) -> list:
    """[dJ_dz_in, dJ_dtheta] of one layer, shaped like z_in and θ; None without θ."""
    names = [name for name in NAMES if inputs[name] is not None]
    answers = two_answers(call(backward, "backward", *inputs.values(), dJ_dz_out), names)
    found: dict[str, Array] = {}
    for name in names:
        answer, needed = answers[name], np.shape(inputs[name])
        if isinstance(answer, str):
            raise Mistake(f"{NAMES[name]}: {answer}.")
        if answer.shape != needed:
            raise Mistake(f"{NAMES[name]}: {needs(name, needed, answer)}.")
        found[name] = answer
    return [_plain(found[name]) if name in found else None for name in NAMES]
