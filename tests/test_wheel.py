"""A wheel alone is enough: installed elsewhere, it has the labs, the notebooks and the command."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]


def run(*line: str, **options) -> str:
    """What a command prints; its errors are shown if it fails."""
    done = subprocess.run(line, capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def sdist(tmp_path_factory) -> Path:
    """What `python -m build --sdist` makes, by the same backend."""
    folder = tmp_path_factory.mktemp("sdist")
    run(sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir", str(folder),
        str(ROOT))
    (found,) = folder.glob("*.tar.gz")
    return found


@pytest.fixture(scope="module")
def wheel(sdist, tmp_path_factory) -> Path:
    """A wheel made from the sdist, so that nothing comes from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    run(*PIP, "wheel", "--no-deps", "--no-build-isolation", str(sdist), "-w", str(folder))
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> dict[str, str]:
    """The environment of a Python that finds the installed wheel before anything else."""
    prefix = tmp_path_factory.mktemp("prefix")
    run(*PIP, "install", "--no-deps", "--ignore-installed", "--prefix", str(prefix), str(wheel))
    places = sysconfig.get_paths(vars={"base": str(prefix), "platbase": str(prefix)})
    return {**os.environ, "PYTHONPATH": places["purelib"], "PYTHONSAFEPATH": "1"}


def tracked() -> set[str]:
    """The files of the repository."""
    return set(run("git", "ls-files", cwd=ROOT).split("\n")) - {""}


def test_the_sdist_is_complete(sdist):
    with tarfile.open(sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert tracked() - held <= {".gitignore"}
    assert not [name for name in held if "__pycache__" in name or name.endswith(".pyc")]


def test_the_command_of_the_wheel_copies_the_notebooks(installed, tmp_path):
    said = run(sys.executable, "-m", "mlp_widgets", str(tmp_path / "course"), "--no-open",
               env=installed, cwd=tmp_path)
    ours = {path.name: path.read_bytes() for path in (ROOT / "notebooks").glob("*.ipynb")}
    copied = {path.name: path.read_bytes() for path in (tmp_path / "course").glob("*.ipynb")}
    assert copied == ours and f"{len(ours)} notebooks are in" in said


def test_the_labs_of_the_wheel_work(installed, tmp_path):
    said = run(sys.executable, "-c", "import mlp_widgets\n"
               "print(mlp_widgets.__file__)\n"
               "print(mlp_widgets.OneNeuronLab()._repr_mimebundle_()[0]['text/plain'])",
               env=installed, cwd=tmp_path)
    place, call = said.splitlines()
    assert str(ROOT) not in place and call == "OneNeuronLab(w=1.5, x=3.0, y=6.0)"
