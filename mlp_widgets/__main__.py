"""The command ``mlp-widgets``, or ``python -m mlp_widgets``: the notebooks, copied and opened.

    mlp-widgets                     # into ./mlp_notebooks, and opens them in JupyterLab
    mlp-widgets my_course           # into another folder
    mlp-widgets --present           # the labs as pages without code, by Voilà
    mlp-widgets --no-open           # copies only
    mlp-widgets --no-copy FOLDER    # opens a folder as it is

What stands behind ``--`` is passed on to JupyterLab or Voilà: ``mlp-widgets -- --port=9000``.
A notebook that was changed in the folder is never written over.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, files
from importlib.util import find_spec
from pathlib import Path

FOLDER = "mlp_notebooks"
COPIED = ".mlp_widgets.json"
"""In the folder: name -> digest of each notebook when it was copied."""
STORED = "share/mlp-widgets/notebooks/"
"""Where a wheel puts the notebooks, below the prefix of Python."""
MESSAGES = "tornado_settings={'websocket_max_message_size': 104857600}"
"""A file of up to 100 MB comes to a lab, which says that it takes 5. Above the 10 MB of every other
server the page loses its kernel for a moment, and that button for good, without a word."""
LAB = (
    f"--ServerApp.{MESSAGES}",
    # Which notebooks were run here is known as long as their kernels may live. Of one of the day
    # before JupyterLab then shows the stored pictures, and not "Error displaying widget" for each.
    "--NotebookNotary.db_file=:memory:",
)
"""JupyterLab's flags."""
START = "00_start.ipynb"
"""Is opened at once, where it is: a student need not look for a first notebook in a list."""
PRESENT = (
    f"--Voila.{MESSAGES}",
    "--template=mlp",
    # The extension of Notebook 7 does not load in Voilà, and says so as an error.
    "--VoilaConfiguration.extension_denylist=@jupyter-notebook/lab-extension",
    # The text at once, each lab as soon as its cell ran. Without it a page waits for all cells, and
    # then fetches all widgets together: where that takes more than 2 s, labs stay away.
    "--VoilaConfiguration.progressive_rendering=True",
    # On a busy machine an output may take longer than 4 s; then it would be dropped without a word.
    "--VoilaExecutor.iopub_timeout=120",
    # The next page need not wait for the start of a kernel.
    "--VoilaConfiguration.multi_kernel_manager_class=mlp_widgets.waiting_kernels.WaitingKernels",
    # A page that was left or opened anew keeps its kernel; one that is open keeps the connection.
    "--MappingKernelManager.cull_idle_timeout=300", "--MappingKernelManager.cull_interval=60",
)
"""Voilà's flags for a class. Its template asks nothing of the network."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Copy, say what was done, and open; the result is the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    own, passed_on = _split(given)
    asked = _parser().parse_args(own)
    folder = Path(asked.folder)
    try:
        if not asked.no_copy:
            print(copy_into(folder), flush=True)
    except OSError as error:
        print(f"The notebooks cannot be copied into {folder}: {error.strerror or error}.",
              file=sys.stderr)
        return 1
    return 0 if asked.no_open else _open(folder, asked.present, passed_on)


def _split(given: list[str]) -> tuple[list[str], list[str]]:
    """What is for this command, and what stands behind ``--``."""
    at = given.index("--") if "--" in given else len(given)
    return given[:at], given[at + 1:]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mlp-widgets", description="Copies the notebooks into a folder and opens them. What "
        "you have changed there stays. Behind -- stands what is for JupyterLab or Voilà.")
    parser.add_argument("folder", nargs="?", default=FOLDER, help=f"default: {FOLDER}")
    parser.add_argument("--present", action="store_true",
                        help="open them as pages without code, by Voilà")
    parser.add_argument("--no-open", action="store_true", help="copy only")
    parser.add_argument("--no-copy", action="store_true", help="open the folder as it is")
    return parser


def notebooks() -> list[Path]:
    """The notebooks of this installation, in the order of the course.

    They stand beside the package in a checkout, else where the wheel has put them. Raises
    FileNotFoundError if there are none.
    """
    beside = Path(__file__).resolve().parent.parent / "notebooks"
    found = sorted(beside.glob("*.ipynb")) or _installed()
    if not found:
        raise FileNotFoundError(2, "this installation holds none; pip install it again")
    return found


def _installed() -> list[Path]:
    try:
        listed = files("mlp-widgets") or []
    except PackageNotFoundError:
        listed = []
    return sorted(Path(str(file.locate())).resolve() for file in listed
                  if STORED in file.as_posix() and file.suffix == ".ipynb")


def copy_into(folder: Path) -> str:
    """Bring a folder up to date with the notebooks, and say in a sentence what was done."""
    sources = notebooks()
    folder.mkdir(parents=True, exist_ok=True)
    copied = _read(folder / COPIED)
    kept = []
    for source in sources:
        target, now = folder / source.name, _digest(source)
        if target.exists() and _digest(target) not in (now, copied.get(source.name)):
            kept.append(source.name)
            continue
        if not target.exists() or _digest(target) != now:
            shutil.copyfile(source, target)
        copied[source.name] = now
    (folder / COPIED).write_text(json.dumps(copied, indent=1), encoding="utf-8")
    said = f"{len(sources)} notebooks are in {folder.resolve()}."
    if kept:
        said += (f" You have changed {len(kept)} of them ({', '.join(kept)}): these are as you "
                 "left them. For fresh ones name another folder.")
    return said


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _read(file: Path) -> dict[str, str]:
    """What was copied before; nothing, if the file is missing or damaged."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def present_flags(passed_on: Sequence[str]) -> list[str]:
    """Voilà's flags without those that somebody passes on."""
    return _unless_given(PRESENT, passed_on)


def lab_flags(folder: Path) -> list[str]:
    """JupyterLab's flags for this folder."""
    start = [f"--LabApp.default_url=/lab/tree/{START}"] if (folder / START).is_file() else []
    return [*LAB, *start]


def _unless_given(flags: Sequence[str], passed_on: Sequence[str]) -> list[str]:
    """Flags without those that somebody passes on with another value: no server takes two."""
    named = {flag.split("=")[0] for flag in passed_on}
    return [flag for flag in flags if flag.split("=")[0] not in named]


def _open(folder: Path, present: bool, passed_on: Sequence[str]) -> int:
    """Start JupyterLab or Voilà on a folder, and wait for its end."""
    module, name, extra = (("voila", "Voilà", "present") if present
                           else ("jupyterlab", "JupyterLab", "lab"))
    if find_spec(module) is None:
        print(f'{name} is not installed: pip install "mlp-widgets[{extra}]", then run this again.',
              file=sys.stderr)
        return 1
    options = ([*present_flags(passed_on), str(folder)] if present
               else [*_unless_given(lab_flags(folder), passed_on),
                     f"--ServerApp.root_dir={folder.resolve()}"])
    environment = {**os.environ, **(for_voila() if present else {})}
    try:
        return subprocess.call([sys.executable, "-m", module, *options, *passed_on],
                               env=environment)
    except KeyboardInterrupt:  # Ctrl+C ends the server
        return 0


def for_voila() -> dict[str, str]:
    """Environment variables: the switch Present is on from the start; and where the template is,
    in a checkout. A wheel has put it where Voilà looks anyway."""
    found = {"MLP_WIDGETS_PRESENT": "1"}
    beside = Path(__file__).resolve().parent.parent / "present"
    if beside.is_dir():
        before = os.environ.get("JUPYTER_PATH")
        found["JUPYTER_PATH"] = os.pathsep.join(filter(None, [str(beside), before]))
    return found


if __name__ == "__main__":
    raise SystemExit(main())
