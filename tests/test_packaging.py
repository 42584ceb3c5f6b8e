"""pyproject.toml and environment.yml ask for the same packages with the same bounds."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest
import yaml  # PyYAML comes with JupyterLab (through jupyter_events)

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # comes with pytest on Python 3.10

ROOT = Path(__file__).resolve().parent.parent

# Name on PyPI -> name on conda-forge, where they differ.
CONDA_NAMES = {"build": "python-build", "matplotlib": "matplotlib-base",
               "playwright": "playwright-python"}
# What conda gives beside Python packages: on a bare machine there is neither pip nor make.
CONDA_TOOLS = {"pip", "make"}


def split(requirement: str) -> tuple[str, str]:
    """'numpy>=1.24' -> ('numpy', '>=1.24')."""
    name, bound = re.fullmatch(r"([A-Za-z0-9._-]+)\s*(.*)", requirement).groups()
    return name.lower(), bound.replace(" ", "")


def wanted_by_pip(project: dict) -> dict[str, str]:
    """What pyproject.toml asks for, under conda-forge names: {name: bound}."""
    extras = project["optional-dependencies"]
    asked = [project["dependencies"], extras["lab"], extras["present"], extras["test"]]
    pairs = [split(requirement) for group in asked for requirement in group]
    wanted = {CONDA_NAMES.get(name, name): bound for name, bound in pairs}
    return {"python": project["requires-python"], **wanted}


def wanted_by_conda(environment: dict) -> dict[str, str]:
    """What environment.yml asks for, without the tools and this folder: {name: bound}."""
    entries = environment["dependencies"]
    plain = [entry for entry in entries if isinstance(entry, str)]
    plain += [entry for part in entries if isinstance(part, dict) for entry in part["pip"]
              if entry != "-e ."]
    return {name: bound for name, bound in map(split, plain) if name not in CONDA_TOOLS}


@pytest.fixture(scope="module")
def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def environment() -> dict:
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def test_pip_and_conda_users_get_the_same(project, environment):
    assert wanted_by_conda(environment) == wanted_by_pip(project)


def test_every_package_has_a_lower_bound(project):
    without = [n for n, bound in wanted_by_pip(project).items() if not bound.startswith(">=")]
    assert not without


@pytest.mark.parametrize("change", ["numpy>=1.25", "numpy", None])
def test_a_change_of_one_file_alone_is_seen(change, project, environment):
    dependencies = [d for d in environment["dependencies"] if not str(d).startswith("numpy")]
    assert len(dependencies) == len(environment["dependencies"]) - 1
    changed = {"dependencies": dependencies + ([change] if change else [])}
    assert wanted_by_conda(changed) != wanted_by_pip(project)


def test_one_package_has_one_bound_in_all_extras(project):
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    pairs = {split(requirement) for group in groups for requirement in group}
    assert len(pairs) == len({name for name, _ in pairs})


def test_the_test_extra_contains_the_others(project):
    # `make test` opens JupyterLab and Voilà too, and installs the test extra only.
    extras = project["optional-dependencies"]
    assert {*extras["digits"], *extras["lab"], *extras["present"]} <= set(extras["test"])


def test_the_tools_of_the_site_are_apart(project):
    # In the environment of JupyterLab the kernel of the browser would be loaded by its pages too.
    text = (ROOT / "lite" / "requirements.txt").read_text(encoding="utf-8")
    tools = dict(split(line) for line in text.splitlines() if not line.startswith("#"))
    assert all(bound.startswith(">=") for bound in tools.values())
    beside = wanted_by_pip(project)
    assert not {name for name in beside if name.startswith("jupyterlite")}
    assert all(beside[name] == bound for name, bound in tools.items() if name in beside)


def test_the_runtime_needs_three_packages(project):
    assert {split(d)[0] for d in project["dependencies"]} == {"numpy", "matplotlib", "ipywidgets"}


def test_conda_users_get_mlp_widgets_from_this_folder(environment):
    # Both conda and repo2docker run pip in the folder of environment.yml.
    (pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    assert "-e ." in pip
    assert environment["channels"] == ["conda-forge", "nodefaults"]


def test_the_makefile_knows_the_conda_environment_by_its_name(environment):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"ifeq ($(CONDA_DEFAULT_ENV),{environment['name']})" in makefile


def test_the_version_stands_in_one_place(project):
    assert "version" not in project
    assert "version" in project["dynamic"]
    source = (ROOT / "mlp_widgets" / "__init__.py").read_text(encoding="utf-8")
    # A plain literal, so that the version can be read without importing anything.
    assigned = {
        target.id: node.value
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    assert re.fullmatch(r"\d+\.\d+\.\d+", ast.literal_eval(assigned["__version__"]))


def test_the_files_that_the_package_names_exist(project):
    license_text = (ROOT / project["license-files"][0]).read_text(encoding="utf-8")
    assert project["license"] == "BSD-3-Clause"
    assert license_text.startswith("BSD 3-Clause License")


def test_every_folder_of_the_package_is_a_package():
    # Without __init__.py a folder works in place but is not in the wheel's import checks.
    folders = {path.parent for path in (ROOT / "mlp_widgets").rglob("*.py")}
    assert folders
    assert [str(f.relative_to(ROOT)) for f in folders if not (f / "__init__.py").is_file()] == []
