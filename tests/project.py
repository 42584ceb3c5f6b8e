"""Which files belong to the project."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def project_entries() -> list[Path]:
    """What git knows or would add, links too; or all files if there is no git."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        names = run.stdout.split("\0") if run.returncode == 0 else []
    except FileNotFoundError:
        names = []
    return [ROOT / name for name in names if name] or walked_files()


def project_files() -> list[Path]:
    """Files that belong to the project."""
    return [path for path in project_entries() if path.is_file()]


def walked_files() -> list[Path]:
    """All files but those that a tool has made."""
    made = {".git", ".hypothesis", ".ipynb_checkpoints", ".lite", ".mypy_cache", ".oldest",
            ".pytest_cache", ".ruff_cache", ".venv", "__pycache__", "build", "dist",
            "mlp_widgets.egg-info", "site"}
    found = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in made]  # they are large
        found += [Path(folder) / name for name in files if name not in made]
    return found
