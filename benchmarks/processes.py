"""What processes of this machine cost, as Linux tells it in /proc: memory and processor time."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


def can_be_measured() -> bool:
    """Only Linux tells what a process shares with others."""
    return (PROC / "self" / "smaps_rollup").exists()


@dataclass(frozen=True)
class Held:
    """Memory of a process in bytes: ``rss`` with all that it shares with other processes, ``pss``
    with its share of that (a page in four processes counts a quarter in each)."""

    rss: float
    pss: float


def held(process: int) -> Held:
    """The memory that a process holds now."""
    text = (PROC / str(process) / "smaps_rollup").read_text(encoding="utf-8")
    found = {name: 1024.0 * int(amount)
             for name, amount in re.findall(r"^(Rss|Pss):\s+(\d+) kB", text, re.M)}
    return Held(found["Rss"], found["Pss"])


def processor_seconds(processes: Iterable[int]) -> float:
    """Processor time of these processes so far, of user and system."""
    ticks = sum(int(field) for process in processes for field in _stat(process)[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def children(process: int) -> list[int]:
    """The processes that a process has started and that still run."""
    found = []
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            try:
                parent = int(_stat(int(folder.name))[1])
            except OSError:  # it has ended by now
                continue
            if parent == process:
                found.append(int(folder.name))
    return found


def _stat(process: int) -> list[str]:
    """The fields of /proc/PID/stat from the state on; the name before may hold blanks."""
    text = (PROC / str(process) / "stat").read_text(encoding="utf-8", errors="replace")
    return text.rpartition(")")[2].split()
