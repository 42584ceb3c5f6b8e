"""How fast the labs are, measured beside what a student would use otherwise.

    python -m benchmarks              every row
    python -m benchmarks core kernel  only these parts; a wrong name lists all

It prints a table and writes no file.
"""

from __future__ import annotations

import sys
from pathlib import Path

# The real JupyterLab of the browser tests is measured here too.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "browser"))
