"""What runs inside the measured kernel: it moves sliders from code and times the answer."""

from __future__ import annotations

import json
import re
import statistics
import struct
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path

from ipywidgets import Image, Widget


def tiny_png(value: float) -> bytes:
    """A PNG of 4 x 4 pixels whose grey depends on the value."""

    def chunk(name: bytes, data: bytes) -> bytes:
        check = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)

    rows = (b"\0" + bytes([round(value * 100) % 256]) * 4) * 4
    head = struct.pack(">IIBBBBB", 4, 4, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def all_widgets(root: Widget) -> list[Widget]:
    """A widget and everything inside it."""
    return [root] + [w for child in getattr(root, "children", ()) for w in all_widgets(child)]


def move(slider: Widget, value: float, pictures: list[Image]) -> float:
    """Seconds from the slider's new value until the last picture has its new PNG."""
    changed: list[float] = []

    def note(_change: object) -> None:
        changed.append(time.perf_counter())

    for image in pictures:
        image.observe(note, "value")
    start = time.perf_counter()
    slider.put(value)
    end = time.perf_counter()
    # A lab that draws on another thread, or later, is waited for.
    while not changed or time.perf_counter() - max(end, changed[-1]) < 0.05:
        if time.perf_counter() - start > 5:
            raise RuntimeError("the slider was moved and no picture changed")
        time.sleep(0.001)
    for image in pictures:
        image.unobserve(note, "value")
    return max(end, changed[-1]) - start


def set_value(slider: Widget, value: float) -> float:
    """Seconds of `slider.value = value` where all the work is done within it."""
    start = time.perf_counter()
    slider.value = value
    return time.perf_counter() - start


def compare(lab: object, interacts: dict[str, Callable], values: list[float], css: str) -> None:
    """Print the median seconds of the lab and of each interact as JSON; they take turns.

    `interacts` gives for each name a function that moves it to a value and returns the seconds.
    """
    inside = all_widgets(getattr(lab, "widget", lab))
    slider = next(w for w in inside if css in w._dom_classes)
    # one that may stand in two halves is there twice
    pictures = list(dict.fromkeys(w for w in inside if isinstance(w, Image)))
    times: dict[str, list[float]] = {"lab": [], **{name: [] for name in interacts}}
    for value in values:
        times["lab"].append(move(slider, value, pictures))
        for name, call in interacts.items():
            times[name].append(call(value))
    print(json.dumps({name: statistics.median(found[2:]) for name, found in times.items()}))


def memory(most: bool = False) -> float:
    """Bytes that this process holds in memory, or held at most; nan where it cannot be known.

    Linux tells both; macOS only the most, which then stands for both.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
        return 1024.0 * int(re.search(rf"Vm{'HWM' if most else 'RSS'}:\s+(\d+) kB", status)[1])
    except OSError:
        pass
    try:
        import resource
    except ImportError:  # on Windows
        return float("nan")
    unit = 1 if sys.platform == "darwin" else 1024
    return float(unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def cost(lab: object, parameter: str, moves: int) -> None:
    """Print what a lab costs: memory and most memory in bytes, and processor time of a move.

    `move` is all the time that the process used for a move, in seconds, a median. The slider goes
    20 steps up and 20 down.
    """
    css = f"mlp-slider-{parameter}"
    slider = next(w for w in all_widgets(lab.widget) if css in w._dom_classes)
    times: list[float] = []
    for turn in range(moves + 2):
        start = time.process_time()
        slider.value += -1 if turn // 20 % 2 else 1
        times.append(time.process_time() - start)
    found = {"memory": memory(), "peak": memory(most=True), "move": statistics.median(times[2:])}
    print(json.dumps(found))
