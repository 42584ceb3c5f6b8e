"""environment.yml as repo2docker reads it, for Binder and JupyterHub.

Its rules, from repo2docker's own source (buildpacks/conda, buildpacks/base):

- the files of a folder binder/ or .binder/, if there is one, count instead of those of the root;
- a Dockerfile goes before environment.yml, and so do Project.toml (Julia) and DESCRIPTION (R);
- the file is a mapping; its name is ignored: all goes into the environment `notebook`;
- only `python=X.Y` chooses a Python; a bound such as >=3.10 leaves it to repo2docker;
- a package whose name begins with r- brings all of R;
- a local pip requirement makes it copy the repository before it installs;
- requirements.txt is not read beside environment.yml, while apt.txt, postBuild and start are run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml  # PyYAML comes with JupyterLab (through jupyter_events)

ROOT = Path(__file__).resolve().parent.parent
PYTHON = re.compile(r"python\s*=+\s*([\d\.]*)")  # as in repo2docker
PIP_OPTIONS_WITH_A_PATH = ("-e", "--editable")


@pytest.fixture(scope="module")
def environment() -> dict:
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def is_local(requirement: str) -> bool:
    """Whether a line for pip names a folder of the repository, as repo2docker decides."""
    words = requirement.split()
    if words[0] in PIP_OPTIONS_WITH_A_PATH:
        words = words[1:]
    return words[0].startswith(".") or words[0].startswith("file:")


def test_it_is_the_file_that_counts():
    others = ("binder", ".binder", "Dockerfile", "Project.toml", "DESCRIPTION", "runtime.txt")
    assert [name for name in others if (ROOT / name).exists()] == []


def test_nothing_else_is_run():
    beside = ("requirements.txt", "Pipfile", "apt.txt", "postBuild", "start")
    assert [name for name in beside if (ROOT / name).exists()] == []


def test_it_is_a_mapping_of_names_to_lists(environment):
    assert isinstance(environment, Mapping)
    assert set(environment) == {"name", "channels", "dependencies"}
    kinds = [type(entry) for entry in environment["dependencies"]]
    assert set(kinds) == {str, dict}
    assert kinds.count(dict) == 1


def test_it_leaves_the_python_to_repo2docker(environment):
    plain = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    assert [entry for entry in plain if PYTHON.match(entry)] == []
    assert "python>=3.10" in plain


def test_it_brings_no_r(environment):
    plain = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    assert [entry for entry in plain if entry.startswith("r-")] == []


def test_the_repository_is_there_when_pip_runs(environment):
    (pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    assert "pip" in environment["dependencies"]  # micromamba needs it by name
    assert any(map(is_local, pip))
    # `-e .` is a folder with a pyproject.toml, and repo2docker installs from the root
    assert "-e ." in pip
    assert (ROOT / "pyproject.toml").is_file()


def test_the_notebooks_need_nothing_that_it_lacks(environment):
    names = {re.split(r"[<>=]", e)[0] for e in environment["dependencies"] if isinstance(e, str)}
    assert {"ipywidgets", "matplotlib-base", "numpy", "jupyterlab", "ipykernel"} <= names


@pytest.mark.parametrize(
    ("line", "local"),
    [("-e .", True), ("--editable .", True), (".", True), ("numpy", False), ("-e git+x", False)],
)
def test_which_lines_are_local(line, local):
    assert is_local(line) is local
