"""What the pictures in the notebooks were drawn with; `make notebooks` writes it down.

    python tests/drawn_with.py
"""

from __future__ import annotations

import platform
from pathlib import Path

import matplotlib
from matplotlib import ft2font

WRITTEN = Path(__file__).resolve().parent.parent / "docs" / "drawn_with.txt"


def drawn_with() -> str:
    """What decides on the last pixel of a letter: 'matplotlib 3.10.0, FreeType 2.6.1, ...'."""
    free_type = ft2font.__freetype_version__
    machine = f"{platform.system()} {platform.machine()}"
    return f"matplotlib {matplotlib.__version__}, FreeType {free_type}, {machine}"


if __name__ == "__main__":
    WRITTEN.write_text(f"{drawn_with()}\n", encoding="utf-8", newline="\n")
