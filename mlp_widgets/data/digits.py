"""The handwritten digits that scikit-learn ships, in two halves: one to learn from, one held out.

    learned, held_out = halves()
    learned.x            # (64, 899): a column for each digit, its pixels from 0 to 1, row by row
    learned.y            # (10, 899): 1 in the row of its label

1797 digits of 8 x 8 pixels with 0 to 16 of ink. Source: E. Alpaydin and C. Kaynak, "Optical
Recognition of Handwritten Digits", UCI Machine Learning Repository 1998, its test set, as
``sklearn.datasets.load_digits``. scikit-learn is an extra: ImportError in one sentence without it.
Its file is read and the package not imported, which would take 80 MB and some seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

COUNT, SIDE, DARKEST, CLASSES = 1797, 8, 16, 10
PIXELS = SIDE * SIDE
SPLIT_SEED = 0
"""Of the shuffle from which the first half, of 899 digits, is learned."""
MISSING = ("The digits come with scikit-learn, which is not installed: "
           "pip install scikit-learn, then run the cell again.")
FILE = "datasets/data/digits.csv.gz"
"""The same in scikit-learn 1.3 and 1.9: a line for each digit, its ink row by row, its label."""
NO_FILE = (f"scikit-learn is installed, but without its file {FILE}: "
           "pip install --force-reinstall scikit-learn, then run the cell again.")


@dataclass(frozen=True, eq=False)
class Digits:
    """All digits in the order of scikit-learn: ink 0 to 16, shape (1797, 8, 8), and labels."""

    ink: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True, eq=False)
class Half:
    """Some of the digits: their numbers and labels, shape (N,), x (64, N) and y (10, N)."""

    numbers: np.ndarray
    labels: np.ndarray
    x: np.ndarray
    y: np.ndarray


@cache
def all_digits() -> Digits:
    """The digits, read once; ImportError says what to install."""
    found = np.loadtxt(_file(), delimiter=",", dtype=int)
    return Digits(_frozen(found[:, :-1].reshape(-1, SIDE, SIDE)), _frozen(found[:, -1]))


def _file() -> Path:
    """Where scikit-learn keeps them."""
    package = find_spec("sklearn")
    if package is None:
        raise ImportError(MISSING)
    for folder in package.submodule_search_locations or ():
        if (file := Path(folder, FILE)).is_file():
            return file
    raise ImportError(NO_FILE)


@cache
def halves() -> tuple[Half, Half]:
    """The half that is learned, and the half that is held out."""
    order = np.random.default_rng(SPLIT_SEED).permutation(COUNT)
    middle = (COUNT + 1) // 2
    return _half(order[:middle]), _half(order[middle:])


@cache
def held_out_numbers() -> frozenset[int]:
    """The numbers of the digits that are held out."""
    return frozenset(halves()[1].numbers.tolist())


def as_input(ink: np.ndarray) -> np.ndarray:
    """Ink of shape (..., 8, 8) as inputs from 0 to 1, shape (64, ...): pixels row by row."""
    return np.moveaxis(ink.reshape(*ink.shape[:-2], PIXELS), -1, 0) / DARKEST


def as_target(labels: np.ndarray) -> np.ndarray:
    """1 in the row of each label, else 0: shape (10, N)."""
    return np.equal.outer(np.arange(CLASSES), labels).astype(float)


def _half(numbers: np.ndarray) -> Half:
    digits = all_digits()
    labels = digits.labels[numbers]
    return Half(*map(_frozen, (numbers, labels, as_input(digits.ink[numbers]), as_target(labels))))


def _frozen(array: np.ndarray) -> np.ndarray:
    array.setflags(write=False)
    return array
