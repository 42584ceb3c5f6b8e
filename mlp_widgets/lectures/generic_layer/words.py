"""What can be said about the gradients that a student's backward returned."""

from __future__ import annotations

import dis
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...text import number
from .calls import NAMES, SYMBOLS, Array, Mistake
from .slopes import RTOL, RTOL_DIFFERENCE, Point


@dataclass(frozen=True, eq=False)
class Trial:
    """One call of backward: the point, dJ_dz_out, and what came back."""

    point: Point
    g: Array
    answers: dict[str, Array | str]

    def numbers(self, name: str) -> Array:
        """An answer that holds numbers, as all do once the others have been sorted out."""
        answer = self.answers[name]
        assert not isinstance(answer, str)
        return answer

    def fits(self, name: str, weights: Array, of: str = "", with_noise: bool = False) -> bool:
        """Whether the answer for `name` is the gradient of sum(weights · z_out) (by ``of``)."""
        slopes = self.point.slopes[of or name]
        return slopes.agrees(self.numbers(name), weights, with_noise)


def verdict(trials: list[Trial]) -> str:
    """The praise; or Mistake, with what can be said about either gradient."""
    names = trials[0].point.names
    _check_not_swapped(trials, names)
    words = {name: _diagnosis(trials, name) for name in names}
    if not any(words.values()):
        return _praise(trials, names)
    note = "" if _is_exact(trials) else f" {_fallback(trials)}"
    if len(set(words.values())) == 1:
        subject = "Both gradients" if len(names) == 2 else NAMES[names[0]]
        raise Mistake(f"{subject}: {words[names[0]]}.{note}")
    # What is right comes first: "∂J/∂θ is right; ∂J/∂z_in: ...".
    parts = [f"{NAMES[n]}: {words[n]}" if words[n] else f"{NAMES[n]} is right" for n in names]
    parts.sort(key=lambda part: not part.endswith("is right"))
    raise Mistake("; ".join(parts) + f".{note}")


def _praise(trials: list[Trial], names: Sequence[str]) -> str:
    both = " and ".join(NAMES[name] for name in names)
    start = f"Both gradients are right: {both} agree" if len(names) == 2 else (
        f"{both} is right: it agrees"
    )
    if _is_exact(trials):
        return f"{start} with the complex step to {digits_of(RTOL)} digits."
    return f"{start} with a central difference. {_fallback(trials)}"


def _is_exact(trials: list[Trial]) -> bool:
    return all(slopes.exact for trial in trials for slopes in trial.point.slopes.values())


def _fallback(trials: list[Trial]) -> str:
    """Why the check was not by complex step."""
    return (
        f"That is exact to {digits_of(RTOL_DIFFERENCE)} digits only, because forward does not keep "
        f"the imaginary part of a complex number: {_advice(trials[0].point.forward)}."
    )


def digits_of(tolerance: float) -> int:
    """To how many digits numbers agree within a relative tolerance."""
    return -round(math.log10(tolerance))


def _check_not_swapped(trials: list[Trial], names: Sequence[str]) -> None:
    answers = [trial.answers[name] for trial in trials for name in names]
    if len(names) < 2 or any(isinstance(answer, str) for answer in answers):
        return
    swapped = all(t.fits("z_in", t.g, of="theta") and t.fits("theta", t.g, of="z_in")
                  for t in trials)
    right = all(t.fits(name, t.g) for t in trials for name in names)
    if swapped and not right:
        raise Mistake("The two gradients are swapped: return dJ_dz_in first, then dJ_dtheta.")


def _diagnosis(trials: list[Trial], name: str) -> str:
    """What is wrong with one gradient; "" if nothing is."""
    answers = [trial.answers[name] for trial in trials]
    bad = [answer for answer in answers if isinstance(answer, str)]
    if bad:
        return bad[0]
    needed = trials[0].point.slopes[name].shape
    if any(trial.numbers(name).shape != needed for trial in trials):
        return _wrong_shape(trials, name)
    if all(trial.fits(name, trial.g) for trial in trials):
        return ""
    if any(t.point.slopes[name].kink and not t.fits(name, t.g) for t in trials):
        return ("forward has a kink exactly at your numbers, where the slopes to the left and to "
                "the right differ: check at other numbers")
    if all(trial.fits(name, trial.g, with_noise=True) for trial in trials):
        return "a central difference is too rough to judge it"
    return (_recognised(trials, name) or _by_a_factor(trials, name) or _by_chance(trials, name)
            or _wrong_number(trials, name))


def _recognised(trials: list[Trial], name: str) -> str:
    """The mistakes that have a name."""
    chain = "chain rule: multiply the local derivative by dJ_dz_out"
    if not any(trial.numbers(name).any() for trial in trials):
        return "it is always 0; " + _wrong_number(trials, name)
    guesses: list[tuple[Callable[[Array], Array], str]] = [
        (lambda g: -g, "the sign is wrong"),
        (np.ones_like, f"the factor dJ_dz_out is missing ({chain})"),
        (lambda g: -np.ones_like(g), f"the sign is wrong and the factor dJ_dz_out is missing "
                                    f"({chain})"),
        (lambda g: g * g, "dJ_dz_out is in it twice, and belongs there once"),
        (np.abs, "the sign of dJ_dz_out is lost"),
    ]
    for weights, words in guesses:
        if all(trial.fits(name, weights(trial.g)) for trial in trials):
            return words
    if all(_is_only(trial.numbers(name), trial.g) for trial in trials):
        return "this is dJ_dz_out alone, and the local derivative is missing"
    other = "theta" if name == "z_in" else "z_in"
    if other in trials[0].point.names and all(t.fits(name, t.g, of=other) for t in trials):
        return f"this is {NAMES[other]}, the derivative by the other input"
    transposed = [Trial(t.point, t.g, {name: t.numbers(name).T}) for t in trials]
    if all(trial.fits(name, trial.g) for trial in transposed):
        return "it is transposed"
    return _same_for_all(trials, name)


def _is_only(answer: Array, g: Array) -> bool:
    whole = g if answer.shape == g.shape else g.sum()
    return answer.shape == np.shape(whole) and np.allclose(answer, whole, rtol=RTOL, atol=0)


def _same_for_all(trials: list[Trial], name: str) -> str:
    first = [trial for trial in trials if trial.point is trials[0].point]
    if all(np.array_equal(trial.numbers(name), first[0].numbers(name)) for trial in first):
        return "it does not depend on dJ_dz_out, and the chain rule multiplies by dJ_dz_out"
    return ""


def _by_a_factor(trials: list[Trial], name: str) -> str:
    """Words if every number is the same multiple of what it should be."""
    slopes = [trial.point.slopes[name] for trial in trials]
    truths = [s.gradient(trial.g) for s, trial in zip(slopes, trials, strict=True)]
    truth = np.concatenate([values.ravel() for values in truths])
    answer = np.concatenate([trial.numbers(name).ravel() for trial in trials])
    if not truth.any():
        return ""
    largest = np.argmax(np.abs(truth))
    with np.errstate(all="ignore"):
        factor = answer[largest] / truth[largest]
        wanted = factor * truth
        rtol = RTOL if all(s.exact for s in slopes) else RTOL_DIFFERENCE
        if not np.isfinite(factor) or (np.abs(answer - wanted) > 4 * rtol * np.abs(wanted)).any():
            return ""
    return f"it is {_digits(factor, 1.0)} times what it should be{_hint(factor, trials[0].g)}"


def _hint(factor: float, g: Array) -> str:
    points = g.shape[-1] if g.ndim else 1
    if points > 1 and math.isclose(factor * points, 1.0, rel_tol=1e-6):
        return f" (J is a sum over the {points} points here, not their mean)"
    return ""


def _by_chance(trials: list[Trial], name: str) -> str:
    first = trials[0].point
    wrong = [trial for trial in trials if not trial.fits(name, trial.g)]
    if any(trial.point is first for trial in wrong):
        return ""
    return "it is right at your numbers by chance only; " + _wrong_number(wrong, name)


def _wrong_number(trials: list[Trial], name: str) -> str:
    """The number that is wrong the most, beside what it should be."""
    trial = next(trial for trial in trials if not trial.fits(name, trial.g))
    truth, answer = trial.point.slopes[name].gradient(trial.g), trial.numbers(name)
    size = np.maximum(np.abs(truth), np.abs(answer))
    share = np.abs(answer - truth) / np.where(size > 0, size, 1.0)
    index = np.unravel_index(np.argmax(share), truth.shape)
    should, yours = float(truth[index]), float(answer[index])
    entry = f"entry [{', '.join(map(str, index))}]" if index else "it"
    return (f"{entry} should be {_digits(should, yours)} and is {_digits(yours, should)}"
            f"{_setting(trial)}")


def _setting(trial: Trial) -> str:
    """The numbers of a trial, if they are few enough to be written."""
    values = {SYMBOLS[name]: trial.point.inputs[name] for name in trial.point.names}
    values["dJ_dz_out"] = trial.g
    if any(np.ndim(value) for value in values.values()):
        return ""
    return " at " + ", ".join(f"{name} = {number(float(v), 6)}" for name, v in values.items())


def _digits(value: float, other: float) -> str:
    """The value with as many digits as it needs to look different from the other one."""
    for digits in (4, 6, 9, 12):
        if number(value, digits) != number(other, digits):
            break
    return number(value, digits)


def _wrong_shape(trials: list[Trial], name: str) -> str:
    """What is wrong with the shape, and what would make it right."""
    needed = trials[0].point.slopes[name].shape
    answer = next(t.numbers(name) for t in trials if t.numbers(name).shape != needed)
    words = needs(name, needed, answer)
    for axes in _axes_too_many(answer, needed):
        summed = [Trial(t.point, t.g, {name: t.numbers(name).sum(axis=axes)}) for t in trials]
        if all(trial.fits(name, trial.g) for trial in summed):
            if all(answer.shape[axis] == 1 for axis in axes):
                return f"{words}; the numbers are right, only an axis of length 1 is too many"
            where = "" if len(axes) == answer.ndim else f" (axis {', '.join(map(str, axes))})"
            return f"{words}; sum it over the points{where}"
    transposed = [Trial(t.point, t.g, {name: t.numbers(name).T}) for t in trials]
    if all(trial.fits(name, trial.g) for trial in transposed):
        return f"{words}; it is transposed"
    return words


def needs(name: str, shape: tuple[int, ...], answer: Array) -> str:
    return f"it needs the shape of {SYMBOLS[name]}, {shape}, and has {answer.shape}"


def _axes_too_many(answer: Array, needed: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Every choice of axes whose sum would leave the needed shape."""
    for choice in range(1, 2 ** min(answer.ndim, 6)):
        axes = tuple(axis for axis in range(answer.ndim) if choice >> axis & 1)
        if tuple(n for axis, n in enumerate(answer.shape) if axis not in axes) == needed:
            yield axes


def _advice(forward: Callable) -> str:
    """What to use instead of a function that loses the imaginary part."""
    found = list(dict.fromkeys(_losses(forward)))
    return f"use {' and '.join(found)}" if found else "use functions of numpy that keep it"


def _losses(forward: Callable) -> Iterator[str]:
    try:
        steps = list(dis.get_instructions(forward))
    except TypeError:
        return
    known = getattr(forward, "__globals__", {})
    before = None
    for step in steps:
        name = step.argval if isinstance(step.argval, str) else ""
        loaded = step.opname.startswith("LOAD_") and step.opname != "LOAD_CONST"
        from_math = before is math or getattr(known.get(name), "__module__", "") == "math"
        if loaded and name in ("abs", "fabs", "absolute"):
            yield "np.where(z.real >= 0, z, -z) instead of abs"
        elif loaded and name in ("max", "maximum"):
            yield "np.where(z.real >= 0, z, 0) instead of max"
        elif loaded and name in ("float", "int", "astype", "float64"):
            yield f"the number itself instead of {name}"
        elif loaded and from_math and callable(getattr(np, name, None)):
            yield f"np.{name} instead of math.{name}"
        before = known.get(name) if loaded and "GLOBAL" in step.opname else None
