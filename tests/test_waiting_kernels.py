"""Voilà's kernels that wait for a page: who gets one, what it has imported, how long it stays."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from mlp_widgets.__main__ import PRESENT
from mlp_widgets.waiting_kernels import WaitingKernels

LOOK = """
import json, os, sys
are_here = "mlp_widgets.lectures.digits.lab" in sys.modules
names = sorted(name for name in globals() if not name.startswith("_"))
from mlp_widgets.widgets.cell import under_voila
print(json.dumps([os.getcwd(), are_here, under_voila(), names]))
"""
USUAL = ["In", "Out", "are_here", "exit", "get_ipython", "json", "open", "os", "quit", "sys"]


def with_kernels(tmp_path: Path, do: Callable[[WaitingKernels], Awaitable[None]]) -> None:
    """Run this with one kernel that waits, started by the loop itself as under Voilà."""
    async def run() -> None:
        kernels = WaitingKernels(number=1, rest=0, root_dir=str(tmp_path), cull_idle_timeout=1,
                                 connection_dir=str(tmp_path))
        try:
            await filled(kernels)
            await do(kernels)
        finally:
            await kernels.shutdown_all()
    asyncio.run(run())


async def filled(kernels: WaitingKernels) -> str:
    """The id of the kernel that waits, once it does."""
    while not kernels._waiting:
        await asyncio.sleep(0.02)
    return kernels._waiting[0]


async def asked(kernels: WaitingKernels, kernel_id: str) -> list:
    """Where a kernel runs, whether all labs are imported, whether it knows that it is Voilà's, and
    with which names it begins."""
    client = kernels.get_kernel(kernel_id).client()
    client.start_channels()
    printed: list[str] = []
    try:
        await client.wait_for_ready(timeout=60)
        await client.execute_interactive(LOOK, timeout=60, output_hook=lambda message:
                                         printed.append(message["content"].get("text", "")))
    finally:
        client.stop_channels()
    return json.loads("".join(printed))


@pytest.mark.thorough
def test_a_page_takes_the_one_that_waits_and_another_one_follows(tmp_path):
    async def do(kernels: WaitingKernels) -> None:
        waited = await filled(kernels)
        assert await kernels.start_kernel(kernel_name="python3", path="", env={}) == waited
        assert await asked(kernels, waited) == [str(tmp_path.resolve()), True, True, USUAL]
        assert await filled(kernels) != waited
    with_kernels(tmp_path, do)


@pytest.mark.thorough
def test_a_page_of_another_folder_or_kernel_gets_a_new_one(tmp_path):
    (tmp_path / "below").mkdir()

    async def do(kernels: WaitingKernels) -> None:
        waited = await filled(kernels)
        new = await kernels.start_kernel(kernel_name="python3", path="below")
        named = await kernels.start_kernel(kernel_name="python3", kernel_id="mine")
        assert len({waited, new, named}) == 3 and named == "mine"
        assert await asked(kernels, new) == [str((tmp_path / "below").resolve()), False, False,
                                             USUAL]
        assert kernels._waiting == [waited]
    with_kernels(tmp_path, do)


@pytest.mark.thorough
def test_one_that_waits_is_not_ended_for_being_idle_and_one_that_had_a_page_is(tmp_path):
    async def do(kernels: WaitingKernels) -> None:
        had_a_page = await kernels.start_kernel(path="")
        waited = await filled(kernels)
        for kernel_id in (had_a_page, waited):
            kernels.get_kernel(kernel_id).last_activity -= timedelta(hours=1)
            kernels.get_kernel(kernel_id).execution_state = "idle"
            await kernels.cull_kernel_if_idle(kernel_id)
        assert had_a_page not in kernels and waited in kernels
    with_kernels(tmp_path, do)


@pytest.mark.thorough
def test_one_that_died_while_it_waited_is_not_given_to_a_page(tmp_path):
    async def do(kernels: WaitingKernels) -> None:
        waited = await filled(kernels)
        await kernels.shutdown_kernel(waited, now=True)
        assert await kernels.start_kernel(path="") != waited
        assert await filled(kernels) != waited
    with_kernels(tmp_path, do)


def test_present_names_this_class_to_voila():
    (flag,) = [flag for flag in PRESENT if "kernel_manager_class" in flag]
    assert flag.endswith(f"={WaitingKernels.__module__}.{WaitingKernels.__name__}")
