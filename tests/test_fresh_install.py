"""The wheel with an extra, in a fresh environment: the command opens JupyterLab, or Voilà.

`make fresh` runs it and no other part of the tests, because pip fetches a hundred packages here.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from test_wheel import ROOT, run

WAIT = 120
"""Seconds for a server to answer, and to end."""
NAMES = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
TOKEN = "fresh"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """As an index would have it: made from the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT))
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """Where a student is who has no settings of Jupyter and no other Python."""
    for name in os.environ:
        if "JUPYTER" in name or name.startswith("PYTHON"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def installed(wheel: Path, extra: str, home: Path) -> Path:
    """The programs of an environment that has the wheel with this extra, and no more."""
    run(sys.executable, "-m", "venv", str(home / "fresh"))
    programs = home / "fresh" / "bin"
    run(str(programs / "pip"), "install", "--quiet", "--no-compile", f"{wheel}[{extra}]")
    return programs


@contextmanager
def opened(*line: str) -> Iterator[tuple[str, subprocess.Popen]]:
    """The address of the server that a command opens, once it answers, and the command, which must
    end with 0 when the server does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with Path("log").open("w") as log:
        process = subprocess.Popen([*line, "--no-browser", f"--port={port}"], stdout=log,
                                   stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_it_answers(process, address)
        yield address, process
        assert process.wait(WAIT) == 0
    except BaseException:
        print(Path("log").read_text())
        raise
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def _wait_until_it_answers(process: subprocess.Popen, address: str) -> None:
    end = time.monotonic() + WAIT
    while True:
        try:
            ask(address)
            return
        except urllib.error.HTTPError:
            raise
        except OSError:
            assert process.poll() is None and time.monotonic() < end
            time.sleep(0.2)


def ask(address: str, method: str = "GET") -> str:
    """What a server answers, past any proxy."""
    asked = urllib.request.Request(address, method=method,
                                   headers={"Authorization": f"token {TOKEN}"})
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(asked, timeout=WAIT) as found:
        return found.read().decode("utf-8")


def check_that_a_notebook_runs(programs: Path) -> None:
    """In a kernel of this environment; an error in a cell is one of the command."""
    run(str(programs / "jupyter"), "nbconvert", "--to", "notebook", "--execute", "--inplace",
        f"course/{NAMES[1]}")


def test_the_command_opens_jupyterlab(wheel, home):
    programs = installed(wheel, "lab", home)
    root = ["--allow-root"] if os.geteuid() == 0 else []
    with opened(str(programs / "mlp-widgets"), "course", "--", *root,
                f"--IdentityProvider.token={TOKEN}") as (address, _):
        listed = ask(f"{address}/api/contents?type=directory&content=1")
        assert [name in listed for name in NAMES] == [True] * len(NAMES)
        page = ask(f"{address}/lab")
        for part in ("jupyterlab-manager", "jupyterlab-sidecar", "ipyevents"):
            assert part in page, "what shows the widgets in the page is not there"
        ask(f"{address}/api/shutdown", "POST")
    check_that_a_notebook_runs(programs)


def test_presented_the_command_opens_voila(wheel, home):
    programs = installed(wheel, "present", home)
    with opened(str(programs / "mlp-widgets"), "--present", "course", "--") as (address, process):
        index = ask(address)
        assert [name in index for name in NAMES] == [True] * len(NAMES)
        page = ask(f"{address}/voila/render/{NAMES[1]}")  # the browser asks for the outputs then
        (style,) = re.findall(r'href="(/voila/templates/mlp/static/index.css[^"]*)"', page)
        assert "One neuron" in page and ask(f"{address}{style}")
        os.killpg(process.pid, signal.SIGINT)  # Ctrl+C, which a terminal sends to both
    check_that_a_notebook_runs(programs)
