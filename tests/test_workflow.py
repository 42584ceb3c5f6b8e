"""The workflow of GitHub Actions runs the README's two commands everywhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import yaml  # PyYAML comes with JupyterLab (through jupyter_events)

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def workflow() -> dict:
    text = (ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
    found = yaml.safe_load(text)
    found["on"] = found.pop(True)  # YAML 1.1 takes the bare word `on` for true
    return found


@pytest.fixture(scope="module")
def job(workflow) -> dict:
    return workflow["jobs"]["two-commands"]


def commands(job: dict) -> list[str]:
    return [step["run"] for step in job["steps"] if "run" in step]


def test_it_runs_at_every_push_and_pull_request(workflow):
    assert {"push", "pull_request"} <= set(workflow["on"])
    assert workflow["permissions"] == {"contents": "read"}


def test_it_covers_three_systems_with_the_oldest_and_the_newest_python(job):
    matrix = job["strategy"]["matrix"]
    assert [name.split("-")[0] for name in matrix["os"]] == ["ubuntu", "macos", "windows"]
    # Text, because YAML takes 3.10 for the number 3.1.
    assert matrix["python"] == ["3.10", "3.14"]
    oldest = re.search(r'requires-python = ">=([\d.]+)"', (ROOT / "pyproject.toml").read_text())
    assert matrix["python"][0] == oldest[1]
    assert job["runs-on"] == "${{ matrix.os }}"
    python = [s["with"]["python-version"] for s in job["steps"] if "python" in s.get("uses", "")]
    assert python == ["${{ matrix.python }}"]
    assert job["strategy"]["fail-fast"] is False


def test_it_runs_the_two_commands_of_the_readme(job):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    webkit, lab, test = commands(job)
    assert "make lab " in readme
    assert "make test " in readme
    assert re.search(r"^\s*make lab LAB_FLAGS=", lab, re.MULTILINE)
    assert test == "make test"
    assert "webkit2gtk-driver" in webkit


def test_no_part_may_be_missing_there(job):
    assert job["env"]["MLP_WIDGETS_REQUIRE_ALL"] == "1"


def test_the_unit_tests_run_with_ipywidgets_7_too(workflow):
    install, test = commands(workflow["jobs"]["ipywidgets-7"])
    assert '"ipywidgets==7.7.*"' in install
    assert test == "python -m pytest tests --ignore=tests/browser"


def test_the_unit_tests_run_with_the_oldest_of_everything(workflow):
    oldest = workflow["jobs"]["oldest"]
    assert commands(oldest) == ["make oldest"]
    assert oldest["steps"][1]["with"] == {"python-version": "3.10"}


def test_the_peers_are_required_and_the_long_runs_are_on_every_night(workflow):
    peers, long = workflow["jobs"]["peers"], ("fresh", "mutants", "soak", "monkey", "nightly")
    assert commands(peers) == ["make peers"]
    assert peers["env"]["MLP_WIDGETS_REQUIRE_ALL"] == "1"
    for name in long:
        assert commands(workflow["jobs"][name]) == [f"make {name}"]
        assert "'schedule'" in workflow["jobs"][name]["if"]
    for name in ("monkey", "nightly"):
        assert workflow["jobs"][name]["env"]["MLP_WIDGETS_REQUIRE_ALL"] == "1"
    (night,) = workflow["on"]["schedule"]
    assert night["cron"].split()[2:] == ["*", "*", "*"]
    others = [job for name, job in workflow["jobs"].items() if name not in long]
    assert all(job["if"] == "github.event_name != 'schedule'" for job in others)
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    in_order = ["make ready-peers ", "make peers ", "make test ", 'wait "$peers" || failed=',
                'exit "$failed"']
    assert sorted(in_order, key=run.index) == in_order


@pytest.mark.skipif(sys.platform == "win32", reason="there `bash` may be the one of WSL")
def test_its_scripts_are_valid_bash(workflow, missing):
    bash = shutil.which("bash") or missing("there is no bash")
    for job in workflow["jobs"].values():
        for script in commands(job):
            subprocess.run([bash, "-n"], input=script, text=True, check=True)


def test_chrome_is_found_where_macos_and_windows_keep_it(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tests" / "browser")
    real_jupyter = import_module("real_jupyter")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    for name in ("PROGRAMFILES", "PROGRAMFILES(X86)"):
        monkeypatch.delenv(name, raising=False)
    kept = [place for place in real_jupyter.BROWSER_PLACES if place[0]]
    monkeypatch.setattr(real_jupyter, "BROWSER_PLACES", kept)
    assert real_jupyter.browser_path() is None
    chrome = tmp_path / "Google" / "Chrome" / "Application" / "chrome.exe"
    chrome.parent.mkdir(parents=True)
    chrome.touch(0o755)
    assert Path(real_jupyter.browser_path()) == chrome


def test_the_site_is_published_to_pages():
    text = (ROOT / ".github" / "workflows" / "site.yml").read_text(encoding="utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    assert commands(jobs["build"]) == ["make site"]
    upload, publish = jobs["build"]["steps"][-1], jobs["publish"]
    assert "upload-pages-artifact" in upload["uses"] and upload["with"] == {"path": "site"}
    assert publish["needs"] == "build" and "deploy-pages" in publish["steps"][-1]["uses"]
    # What the action asks for, and nothing more: https://github.com/actions/deploy-pages
    assert publish["permissions"] == {"pages": "write", "id-token": "write"}
