"""A real JupyterHub with a class in it: memory of a student, from a move to the new picture, and
what machines a class of 30, 200 and 1,000 needs."""

from __future__ import annotations

import asyncio
import math
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from real_jupyter import CHECKOUT

from mlp_widgets.lectures import REGISTRY

from .hub_server import Hub, missing
from .processes import can_be_measured, held, processor_seconds
from .student import EVERY, Student
from .table import Row

NOTEBOOKS = ("03_three_neuron", "02_two_hidden", "09_wide_network")
CLASS, MOVES = 10, 80
"""Students at once, and moves of each."""
OPEN, MOVING, RUN_WITHIN = 2, 0.25, 120.0
"""What the table assumes of a class: notebooks that each has open, the share of students that move
a slider at a busy moment, and seconds within which all have run a whole notebook."""
GIB, MIB = 2.0**30, 2.0**20
SPARE = 1.1
"""Kubernetes, hub and proxy need about a tenth more."""
PODS = 110
"""Kubernetes allows so many on a node, unless told otherwise."""
NODES = {30: (4, 32), 200: (8, 32), 1000: (16, 64)}
"""Students -> cores and GB of a node for a class of that size."""

EXPLANATION = f"""\
JupyterHub, {CLASS} servers of JupyterLab and the students on this machine, all on the loopback. A
student opens one of {", ".join(NOTEBOOKS)}, runs its
cells, and moves the slider of its lab {1 / EVERY:g} times a second, {MOVES} times; a move ends when
the last picture that it changes has come, and nothing is painted. "Alone": one student for each
notebook, one after the other. Memory is resident (with all shared libraries); "shared fairly"
counts a page that four processes share as a quarter in each.
"""


@dataclass(frozen=True)
class Cost:
    """What one student cost: seconds, bytes, and processor seconds."""

    notebook: str
    start: float
    run: float
    moves: list[float]
    server: float
    kernel: float
    fairly: float
    run_processor: float
    """Of server and kernel, from the first cell to the last."""
    cores: float
    """Of server and kernel while the student moves."""


def rows() -> Iterator[Row]:
    """Students alone, a class of them, and the table for larger classes."""
    lacking = missing() or ("" if can_be_measured() else "needs Linux: /proc tells the memory")
    if lacking:
        yield Row("a hub", note=lacking)
        return
    alone, together = asyncio.run(measure())
    for cost in alone:
        yield from _alone(cost, [other for other in together if other.notebook == cost.notebook])
    yield from _class_rows(together)
    yield Row("")
    for line in table(alone + together):
        yield Row(line)


async def measure() -> tuple[list[Cost], list[Cost]]:
    """Students one after the other, then a class at once."""
    files = [CHECKOUT / "notebooks" / f"{name}.ipynb" for name in NOTEBOOKS]
    with Hub(files) as hub:
        await hub.until_it_answers()
        alone = []
        for student in _students(hub, files, len(files), "alone"):
            alone += await study([student])
            await hub.stop_server(student.name)
        return alone, await study(_students(hub, files, CLASS, "class"))


def _students(hub: Hub, files: Sequence[Path], number: int, prefix: str) -> list[Student]:
    moved = {name: entry.moved for entry in REGISTRY.values() for name in entry.notebooks}
    return [Student(hub, f"{prefix}-{k}", file, moved[file.stem])
            for k, file in enumerate(islice(cycle(files), number))]


async def study(students: Sequence[Student]) -> list[Cost]:
    """All start, then all run their notebook, then all move; each phase begins together."""
    starts = await asyncio.gather(*[student.start() for student in students])
    before = [processor_seconds([student.server]) for student in students]
    runs = await asyncio.gather(*[student.open() for student in students])
    ran = [processor_seconds(student.processes) for student in students]
    begin = time.perf_counter()
    moves = await asyncio.gather(*[student.move(MOVES) for student in students])
    seconds = time.perf_counter() - begin
    found = []
    for k, student in enumerate(students):
        moved = processor_seconds(student.processes) - ran[k]
        server, kernel = (held(process) for process in student.processes)
        found.append(Cost(
            student.notebook.stem, starts[k], runs[k], moves[k], server.rss, kernel.rss,
            server.pss + kernel.pss, ran[k] - before[k], moved / seconds))
    return found


def _alone(cost: Cost, same: Sequence[Cost]) -> Iterator[Row]:
    """A notebook: one student alone, beside those of the class with the same notebook."""
    moves = [move for other in same for move in other.moves]
    yield Row(f"{cost.notebook}: move to picture, alone", statistics.median(cost.moves),
              f"{len(same)} of a class of {CLASS}", statistics.median(moves), "ours / other")
    yield Row("  the worst", max(cost.moves), f"{len(same)} of a class of {CLASS}", max(moves),
              "ours / other")
    yield Row("  server, kernel", note=f"{cost.server / 1e6:.0f} MB",
              beside=f"{cost.kernel / 1e6:.0f} MB")
    yield Row("  server ready; all cells run", cost.start, f"{cost.run:.1f} s")
    yield Row("  processor time of all cells", cost.run_processor)


def _class_rows(costs: Sequence[Cost]) -> Iterator[Row]:
    moves = [move for cost in costs for move in cost.moves]
    yield Row(f"class of {CLASS}: move to picture", statistics.median(moves),
              f"the worst of {len(moves)}: {max(moves) * 1e3:.0f} ms")
    resident = statistics.mean(cost.server + cost.kernel for cost in costs)
    fairly = statistics.mean(cost.fairly for cost in costs)
    yield Row("  memory of a student", note=f"{resident / 1e6:.0f} MB",
              beside=f"{fairly / 1e6:.0f} MB, shared fairly")
    yield Row("  the slowest server was ready after", max(cost.start for cost in costs),
              f"all cells run: {max(cost.run for cost in costs):.1f} s")
    yield Row("  cores of a student who moves", note=f"{_mean_cores(costs):.3f}")


def _mean_cores(costs: Sequence[Cost]) -> float:
    return statistics.mean(cost.cores for cost in costs)


def table(costs: Sequence[Cost]) -> Iterator[str]:
    """What classes need, as a table in Markdown, computed from what was measured.

    Memory: the largest server and ``OPEN`` of the largest kernels, resident, in steps of 64 MiB.
    Cores: the mean of all students.
    """
    needed = max(cost.server for cost in costs) + OPEN * max(cost.kernel for cost in costs)
    memory = 64 * math.ceil(needed / MIB / 64)
    cores = _mean_cores(costs)
    run = statistics.mean(cost.run_processor for cost in costs)
    yield (f"| students | memory ({memory} MiB each) | cores, a quarter moves | cores, all move "
           f"| cores, all run all cells in {RUN_WITHIN / 60:g} minutes | a cluster that fits |")
    yield "|---|---|---|---|---|---|"
    for students, (of_node, gigabytes) in NODES.items():
        busy = max(students * MOVING * cores, students * run / RUN_WITHIN)
        nodes = max(math.ceil(SPARE * students * memory * MIB / (gigabytes * 1e9)),
                    math.ceil(SPARE * busy / of_node), math.ceil(SPARE * students / PODS))
        yield (f"| {students:,} | {students * memory * MIB / GIB:.0f} GiB "
               f"| {_cores(students * MOVING * cores)} | {_cores(students * cores)} "
               f"| {_cores(students * run / RUN_WITHIN)} "
               f"| {nodes} node{'s' * (nodes > 1)} of {of_node} cores, {gigabytes} GB |")


def _cores(number: float) -> str:
    return f"{number:.1f}" if number < 10 else f"{number:.0f}"
