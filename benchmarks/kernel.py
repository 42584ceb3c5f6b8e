"""From `slider.value = v` to the new PNG, in a real kernel: the lab beside `interact`."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from .labs import CASES, LabCase
from .table import Row

MOVES, APART = 40, 7  # 7 does not divide 41, so every value comes once

EXPLANATION = f"""\
A real kernel without a page, {MOVES} moves in turns, {APART} steps apart. The
`interact` cell draws the same axes, curves, markers and diagram with pyplot, anew at each move;
"same pixels" is the lab's size at the lab's two device pixels per CSS pixel, "as it comes" the
notebook's own resolution and borders.
"""

# The lab, an interact with the lab's pixels, and one as it comes, take turns in one kernel.
MEASURE = """
%matplotlib inline
import ipywidgets
from IPython import get_ipython
from IPython.display import display
from benchmarks import in_kernel
from {module} import {function} as redraw

inline = get_ipython().run_line_magic

def interact_at(dpi, arguments):
    slider = ipywidgets.FloatSlider({start}, min={low}, max={high}, step={step})
    box = ipywidgets.interactive(lambda value: redraw(value, dpi), value=slider)
    display(box)
    def call(value):
        inline("config", f"InlineBackend.print_figure_kwargs = {{arguments}}")
        return in_kernel.set_value(slider, value)
    return call

interacts = {{
    "same pixels": interact_at(192, {{"bbox_inches": None}}),
    "own dpi": interact_at(None, {{"bbox_inches": "tight"}}),
}}
places = [k * {apart} % ({moves} + 1) for k in range(1, {moves} + 1)]
values = [{start} + {step} * place for place in places]
in_kernel.compare(lab, interacts, values, "mlp-slider-{parameter}")
"""


def rows() -> Iterator[Row]:
    """Row (a) for every lab."""
    for case in CASES:
        yield from _rows(case)


def _rows(case: LabCase) -> Iterator[Row]:
    what = f"{case.name}: slider.value = v to new PNG"
    if not (find_spec("ipykernel") and find_spec("jupyter_client")):
        yield Row(what, note="needs ipykernel")
        return
    module, function = case.redraw.split(":")
    code = MEASURE.format(
        module=module, function=function, moves=MOVES, apart=APART, **case.__dict__
    )
    times = json.loads(run_in_kernel([case.cell, code]).splitlines()[-1])
    beside = "interact, same pixels"
    yield Row(what, times["lab"], beside, times["same pixels"], at_least=5.0)
    yield Row("", times["lab"], "interact, as it comes", times["own dpi"])


def run_in_kernel(cells: list[str]) -> str:
    """Run cells in a new kernel of this Python, and give what they printed."""
    from jupyter_client import KernelManager
    from jupyter_client.kernelspec import KernelSpecManager

    with tempfile.TemporaryDirectory(prefix="mlp-kernel-", ignore_cleanup_errors=True) as folder:
        manager = KernelManager(
            kernel_name="python3",
            # no folders: the kernel of this interpreter, not one registered under the same name
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
            connection_file=str(Path(folder) / "kernel.json"),
        )
        root = str(Path(__file__).resolve().parents[1])
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        env = {**os.environ, "PYTHONPATH": path, "IPYTHONDIR": folder}
        manager.start_kernel(env=env, stderr=subprocess.DEVNULL)
        try:
            return _run(manager, cells)
        finally:
            manager.shutdown_kernel(now=True)


def _run(manager, cells: list[str], seconds: float = 300) -> str:
    client, printed = manager.client(), []
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        for cell in cells:
            reply = client.execute_interactive(
                cell, timeout=seconds, output_hook=lambda message: _keep(message, printed)
            )
            if reply["content"]["status"] != "ok":
                raise RuntimeError("\n".join(reply["content"]["traceback"]))
    finally:
        client.stop_channels()
    return "".join(printed)


def _keep(message: dict, printed: list[str]) -> None:
    if message["msg_type"] == "stream" and message["content"]["name"] == "stdout":
        printed.append(message["content"]["text"])
