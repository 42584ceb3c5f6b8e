"""What a lab costs a server of many students: memory of its kernel, processor time of a move."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec

from mlp_widgets.lectures import REGISTRY

from .kernel import run_in_kernel
from .table import Row

MOVES = 40

EXPLANATION = f"""\
Each lab in a real kernel of its own. Memory is what the kernel's process holds (resident, with the
shared libraries), once empty and once with the lab shown and moved. A move is one arrow key: its
processor time is that of the whole kernel process, median of {MOVES} moves. Server and page are not
in it.
"""

# The lab is shown as a cell shows it.
MEASURE = """
from benchmarks.in_kernel import cost
cost(lab, "{parameter}", {moves})
"""
EMPTY = "from benchmarks.in_kernel import memory\nprint(memory())"


def rows() -> Iterator[Row]:
    """Memory and processor time of every lab."""
    if not (find_spec("ipykernel") and find_spec("jupyter_client")):
        yield Row("a class at once", note="needs ipykernel")
        return
    empty = float(run_in_kernel([EMPTY]))
    yield Row("an empty kernel: memory", note=megabytes(empty))
    for kind, parameter in ((entry.lab, entry.moved) for entry in REGISTRY.values()):
        cell = f"from mlp_widgets import {kind}\nlab = {kind}()\nlab"
        code = MEASURE.format(parameter=parameter, moves=MOVES)
        found = json.loads(run_in_kernel([cell, code]).splitlines()[-1])
        most = f"at most {megabytes(found['peak'])}"
        yield Row(f"{kind}: memory", note=megabytes(found["memory"]), beside=most)
        yield Row("  processor time of a move", found["move"])


def megabytes(held: float) -> str:
    """'123 MB', of 10^6 bytes."""
    return f"{held / 1e6:.0f} MB"
