"""How a student's layer is called: what it is given, what it may return, and its mistakes."""

from __future__ import annotations

import contextlib
import io
import linecache
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence

import numpy as np

Array = np.ndarray
DRAWS = 3
MOST_NUMBERS = 1000
NAMES = {"z_in": "∂J/∂z_in", "theta": "∂J/∂θ"}
SYMBOLS = {"z_in": "z_in", "theta": "θ"}
ARGUMENTS = ("z_in", "theta", "dJ_dz_out")


class Mistake(Exception):
    """What is wrong, as one sentence for the student."""


class ForwardMistake(Mistake):
    """The same, found in forward."""


# --- what the student gives ---


def check_callable(**functions: object) -> None:
    for name, function in functions.items():
        if not callable(function):
            raise Mistake(f"{name} must be a function, got {function!r:.40}.")


def as_inputs(z_in: object, theta: object) -> dict[str, float | Array | None]:
    """z_in and θ as Python floats or float arrays of their own."""
    inputs = {"z_in": as_input(z_in, "z_in"),
              "theta": None if theta is None else as_input(theta, "theta")}
    size = sum(np.asarray(value).size for value in inputs.values() if value is not None)
    if size > MOST_NUMBERS:
        raise Mistake(
            f"z_in and theta hold {size} numbers, at most {MOST_NUMBERS} can be checked: "
            "check your layer on a small example."
        )
    return inputs


def as_input(value: object, name: str) -> float | Array:
    array = as_real(value)
    if isinstance(array, str):
        raise Mistake(f"{name} must be a number or an array of real numbers; it {array}.")
    if not array.size:
        raise Mistake(f"{name} is empty: give at least one number.")
    return float(array) if array.ndim == 0 else array


def as_real(value: object) -> Array | str:
    """A copy as a float array; or what is wrong with the value, as words that follow "it"."""
    try:
        array = np.array(value)
    except Exception:
        return "is not a regular array"
    if array.dtype.kind not in "biufc":
        return f"is of type {type(value).__name__}"
    if array.dtype.kind == "c":
        return "is complex"
    array = array.astype(float)
    return array if np.isfinite(array).all() else "holds NaN or infinity"


def nearby(inputs: dict) -> dict:
    """Numbers a few percent away: a formula that is right by chance is wrong there."""
    random = np.random.RandomState(10315)  # its numbers are the same in every version of numpy
    moved = {}
    for name, value in inputs.items():
        if value is not None:
            share = random.uniform(0.02, 0.05, np.shape(value)) * random.choice([-1, 1])
            away = np.where(np.equal(value, 0), share, value * (1 + share))
            moved[name] = float(away) if away.ndim == 0 else away
        else:
            moved[name] = None
    return moved


def draws_like(shape: tuple[int, ...]) -> list[Array]:
    """The dJ_dz_out to try: sizes from 0.5 to 2, and each number with both signs."""
    random = np.random.RandomState(315)
    signs = random.choice([-1.0, 1.0], shape)
    sizes = [np.round(random.uniform(0.5, 2.0, shape), 2) for _ in range(DRAWS)]
    return [np.asarray(size * signs * (-1) ** k) for k, size in enumerate(sizes)]


# --- calling the student's code ---


def call(function: Callable, name: str, *values: object) -> object:
    """function(*values) on copies; Mistake if it stops with an error or changes what it got."""
    given = [value.copy() if isinstance(value, np.ndarray) else value for value in values]
    kind = ForwardMistake if name == "forward" else Mistake
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            returned = function(*given)
    except Exception as error:
        raise kind(_words_of_error(error, function, name) + _shapes(error, values)) from None
    for argument, before, after in zip(ARGUMENTS, values, given, strict=False):
        if isinstance(before, np.ndarray) and not np.array_equal(
                before, np.asarray(after), equal_nan=True):
            raise kind(
                f"{name} changes its input {argument}, which other layers still need: "
                f"write a = a * b, not a *= b, and fill no input by {argument}[...] = ...."
            )
    return returned


def _words_of_error(error: Exception, function: Callable, name: str) -> str:
    if isinstance(error, NotImplementedError) or "'ellipsis'" in str(error):
        return f"Not filled in yet: {name} still has its placeholder; write a formula there."
    text = " ".join(str(error).split())[:160]
    said = f" ({text})" if text else ""
    return f"{name} stopped with {type(error).__name__}{said}{_place_of(error, function)}."


def _shapes(error: Exception, values: Sequence[object]) -> str:
    """The shapes of what was given, after an error of numpy about shapes: in its own words that
    error names neither."""
    given = [f"{name} {value.shape}" for name, value in zip(ARGUMENTS, values, strict=False)
             if isinstance(value, np.ndarray) and value.ndim]
    shapes = f" The shapes: {', '.join(given)}."
    return shapes if isinstance(error, ValueError) and given else ""


def _place_of(error: Exception, function: Callable) -> str:
    """The last line of the student's own file or cell on the way to the error."""
    file = getattr(getattr(function, "__code__", None), "co_filename", None)
    frames = [pair for pair in traceback.walk_tb(error.__traceback__)
              if pair[0].f_code.co_filename == file]
    if not frames:
        return ""
    frame, line = frames[-1]
    code = frame.f_code
    source = linecache.getline(code.co_filename, line).strip()
    return f" in line {line - code.co_firstlineno + 1} of {code.co_name}" + (
        f": `{source}`" if source else ""
    )


def run_forward(forward: Callable, z_in: object, theta: object) -> Array:
    """forward(z_in, theta) as a float array."""
    returned = call(forward, "forward", z_in, theta)
    if returned is None or returned is ...:
        raise ForwardMistake(f"forward returns {_written(returned)}: it needs `return z_out`.")
    if isinstance(returned, tuple):
        raise ForwardMistake(f"forward must return z_out alone, got {len(returned)} values.")
    z_out = as_real(returned)
    if isinstance(z_out, str):
        raise ForwardMistake(f"forward must return a number or an array for z_out; it {z_out}.")
    return z_out


def _written(value: object) -> str:
    return "..." if value is ... else repr(value)


def two_answers(returned: object, names: Sequence[str]) -> dict[str, Array | str]:
    """What backward returned, by name: each a float array, or words that say what is wrong."""
    if returned is None or returned is ...:
        raise Mistake(
            f"Not filled in yet: backward returns {_written(returned)}; "
            "it needs `return dJ_dz_in, dJ_dtheta`."
        )
    if not isinstance(returned, (tuple, list)) or len(returned) != 2:
        count = len(returned) if isinstance(returned, (tuple, list)) else 1
        got = f"{count} values" if count != 1 else "one value"
        raise Mistake(f"backward must return two values, `dJ_dz_in, dJ_dtheta`; it returns {got}.")
    return {name: _answer(value) for name, value in zip(("z_in", "theta"), returned, strict=True)
            if name in names}


def _answer(value: object) -> Array | str:
    if value is None or value is ...:
        return f"not filled in yet (write a formula in place of {_written(value)})"
    answer = as_real(value)
    return f"real numbers are needed, and it {answer}" if isinstance(answer, str) else answer


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """No warnings, and no repeated lines from a print inside the student's forward."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield
