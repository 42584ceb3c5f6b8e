"""A wheel alone is enough: installed elsewhere, it has the labs, the notebooks and the command."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest
from project import ROOT, project_files

PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]


def run(*line: str, **options) -> str:
    """What a command prints; its errors are shown if it fails."""
    done = subprocess.run(line, capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def wheel_of(source: Path, folder: Path) -> Path:
    """The wheel that pip makes of an sdist or a folder."""
    run(*PIP, "wheel", "--no-deps", "--no-build-isolation", str(source), "-w", str(folder))
    (found,) = folder.glob("*.whl")
    return found


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
    return wheel_of(sdist, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> dict[str, str]:
    """The environment of a Python that finds the installed wheel before anything else."""
    prefix = tmp_path_factory.mktemp("prefix")
    run(*PIP, "install", "--no-deps", "--ignore-installed", "--prefix", str(prefix), str(wheel))
    places = sysconfig.get_paths(vars={"base": str(prefix), "platbase": str(prefix)})
    return {**os.environ, "PYTHONPATH": places["purelib"], "PYTHONSAFEPATH": "1"}


def ours() -> set[str]:
    """The files of the project, by their place in it."""
    return {path.relative_to(ROOT).as_posix() for path in project_files()}


def held_by(wheel: Path) -> dict[str, bytes]:
    """name -> content of all that is in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_sdist_is_the_project_and_nothing_else(sdist):
    with tarfile.open(sdist) as archive:
        held = {entry.name.partition("/")[2] for entry in archive if entry.isfile()}
    made = {name for name in held if name.startswith("mlp_widgets.egg-info/")}
    assert held - made - {"PKG-INFO", "setup.cfg"} == ours() - {"PKG-INFO", "setup.cfg"}


def test_a_checkout_gives_the_same_wheel_as_the_sdist(wheel, tmp_path):
    for name in ours():
        (tmp_path / "copy" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / "copy" / name)
    assert held_by(wheel_of(tmp_path / "copy", tmp_path)) == held_by(wheel)


def test_an_index_takes_both(sdist, wheel):
    said = run(sys.executable, "-m", "twine", "--no-color", "check", "--strict", str(sdist),
               str(wheel))
    assert said.count("PASSED") == 2


def test_an_index_shows_the_pictures_of_the_readme(wheel):
    (metadata,) = [text for name, text in held_by(wheel).items() if name.endswith("/METADATA")]
    head, _, shown = metadata.decode("utf-8").partition("\n\n")
    address = re.search(r"^Project-URL: Repository, (https://\S+)$", head, re.MULTILINE)[1]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"(!?)\[[^\]]*\]\(([^)]*)\)", readme)
    told = re.findall(r"(!?)\[[^\]]*\]\(([^)]*)\)", shown)
    assert len(named) == len(told) > 5 and len([mark for mark, _ in named if mark]) == 3
    for (mark, before), (_, after) in zip(named, told, strict=True):
        relative = not before.startswith(("https://", "#"))
        place = f"{address}/{'raw' if mark else 'blob'}/HEAD/{before}"
        assert after == (place if relative else before)
        assert not relative or (ROOT / before.partition("#")[0]).is_file()


def test_the_notebooks_name_the_same_address(wheel):
    # The first cell fetches the package from there, on Google Colab.
    (metadata,) = [text for name, text in held_by(wheel).items() if name.endswith("/METADATA")]
    found = set()
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        found |= set(re.findall(r'address = "(.*?)"', "".join(cells[1]["source"])))
    assert [f"Project-URL: Repository, {place}".encode() in metadata for place in found] == [True]


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


def test_the_tests_pass_with_the_wheel(installed, tmp_path):
    # A folder with the tests and without the package: what they import is the wheel's.
    shutil.copytree(ROOT / "tests", tmp_path / "tests",
                    ignore=shutil.ignore_patterns("browser", "__pycache__"))
    shutil.copyfile(ROOT / "pyproject.toml", tmp_path / "pyproject.toml")
    files = [f"tests/test_{name}.py" for name in ("passes", "one_neuron", "share")]
    said = run(sys.executable, "-m", "pytest", "-q", "-p", "no:nbval", *files,
               env=installed, cwd=tmp_path)
    assert " passed" in said
