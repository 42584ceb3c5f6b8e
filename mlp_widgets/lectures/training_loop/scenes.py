"""What the pictures of the training-loop lab show, made from its numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...core import Network, forward
from ...core.activations import Array
from ...drawing.descents import Descent, DescentsScene
from ...drawing.gradient_noise import NoiseScene
from ...drawing.loop_line import MOST_COLUMNS, Block, LoopScene
from ...drawing.picture import thinned
from . import words
from .numbers import B_ENDS, POINTS, W_ENDS, Numbers, data_of
from .training import GD, Training, Way
from .walk import NamedArray, arrays_at

GRID = np.linspace(-1.06, 1.06, 81)
ACROSS, UP = np.linspace(*W_ENDS, 65), np.linspace(*B_ENDS, 57)
MOST_PATH_POINTS = 1500
NAMES = ("w", "b")
ROWS = {"": ("inputs", "targets"), "initialize": ("weights", "biases")}
"""What stands in the two rows before the first line, and where the line takes no arrays."""
ALL_COLUMNS = 8
"""Room for the points before the first line: x above y, nothing beside them."""


def loop(numbers: Numbers) -> LoopScene:
    """The lit line with its arrays; the points taken and the output before and after."""
    line, update = numbers.line, numbers.update
    x, y = data_of(numbers.state.data)
    upper, lower = arrays_at(line, numbers.network, (x, y), update)
    rows = ROWS.get(line.kind if line else "")
    if rows:  # no row stays empty
        upper, lower = lower[::2], lower[1::2]
    columns = MOST_COLUMNS if line else ALL_COLUMNS
    covered = numbers.state.covered
    network = update.trace.network if update else numbers.network
    after = update.after if update and line and line.kind == "update" and not covered else None
    return LoopScene(
        words.title(numbers), words.formula(numbers), _blocks(upper, numbers, columns),
        _blocks(lower, numbers, columns), x[0], y[0],
        update.points if update else np.empty(0, int), GRID, _output(network),
        None if after is None else _output(after),
        rows or ("uses", "computes"),
        line is not None and line.kind in ("loss", "backward", "update"))


def _blocks(arrays: Sequence[NamedArray], numbers: Numbers, columns: int) -> list[Block]:
    """Covered are gradients, and all that an update has made: from it one could read them."""
    line, covered = numbers.line, numbers.state.covered
    told = line is not None and (line.update > 1 or line.kind == "update")
    return [Block(a.name, a.values, a.gradient, covered and (
        a.gradient or (told and a.name not in ("x", "y"))), columns) for a in arrays]


def _output(network: Network) -> Array:
    """g over the grid."""
    return np.asarray(forward(network, GRID[None]).output[0])


def descents(numbers: Numbers, found: Training | None) -> DescentsScene:
    """The three trainings so far, and J over w and b; the others as GD has them."""
    ways = found.ways if found else {}
    network = ways[GD].network if found else numbers.network
    s = numbers.state
    return DescentsScene(
        {name: _descent(way) for name, way in ways.items()}, s.epochs, s.epochs * POINTS, NAMES,
        ACROSS, UP, landscape(network, numbers), (s.w, s.b),
        "the other parameters as GD has them" if network.depth > 1 else "")


def _descent(way: Way) -> Descent:
    kept = thinned(len(way.J), MOST_PATH_POINTS)
    return Descent(np.array(way.J)[kept], way.seen[kept], np.array(way.path)[kept],
                   words.way_went(way), way.diverged is not None)


def landscape(network: Network, numbers: Numbers) -> Array:
    """J with other w and b, shape (B, A), from one forward pass of a stack of networks."""
    up, across = np.meshgrid(UP, ACROSS, indexing="ij")
    parameters = [np.array(p) for p in network.parameters()]
    weights = np.broadcast_to(parameters[0], (*up.shape, *parameters[0].shape)).copy()
    weights[..., 0, 0] = across
    parameters[0], parameters[-1] = weights, up[..., None]
    x, y = data_of(numbers.state.data)
    return np.asarray(forward(network.with_parameters(parameters), x, y).J)


def noise(numbers: Numbers) -> NoiseScene:
    """Steps against the gradients of mini-batches at the start."""
    found = numbers.noise
    reach = np.abs(found.of_points).max(axis=0)
    return NoiseScene(NAMES, -found.mean, -found.drawn, reach, found.size, found.spreads,
                      found.measured)
