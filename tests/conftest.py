"""What all tests share."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings

from mlp_widgets import LABS
from mlp_widgets.widgets.canvas import Canvas
from mlp_widgets.widgets.look_ahead import LookAhead

REQUIRE_ALL = os.environ.get("MLP_WIDGETS_REQUIRE_ALL") == "1"

# Machines are noisy: no test fails because an example took long. Where every part is required
# (.ci/run) the examples are the same at each run; elsewhere they are new ones each time.
settings.register_profile(
    "mlp_widgets",
    deadline=None,
    derandomize=REQUIRE_ALL,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("mlp_widgets")


@pytest.fixture(scope="session")
def missing() -> Callable[[str], None]:
    """``missing(reason)`` ends the test because this machine lacks a part, such as a browser.

    The test is skipped; with MLP_WIDGETS_REQUIRE_ALL=1 it fails.
    """
    return pytest.fail if REQUIRE_ALL else pytest.skip


# A folder of one person or one machine. The name of the folder must not be part of a longer
# path, so that addresses of web pages pass.
_FOLDERS = "home|root|tmp|var/tmp|work|workspace|private|Users|mnt|media|opt"
_MACHINE_PATH = re.compile(rf"(?<![\w.~/-])/(?:{_FOLDERS})/[\w.-]+|\b[A-Z]:\\+Users\\+\w+")


@pytest.fixture(scope="session")
def machine_paths() -> Callable[[str], list[str]]:
    """``machine_paths(text)``: the absolute paths of somebody's machine that stand in a text."""
    return _MACHINE_PATH.findall


@pytest.fixture(autouse=True)
def no_look_ahead(request, monkeypatch):
    """Tests that look into pictures must find the state in view in them, drawn on no other thread.

    Those of looking ahead itself, and of frames that are kept, ask for the fixture ``looks_ahead``.
    """
    if "looks_ahead" not in request.fixturenames:
        monkeypatch.setattr(LookAhead, "moved", lambda self, *_: self._panel.tell())
        monkeypatch.setattr(Canvas, "_found", lambda *_: None)


@pytest.fixture
def looks_ahead(monkeypatch):
    """Drawing ahead begins at once; ``lab.look_ahead.join()`` waits for its end."""
    monkeypatch.setattr("mlp_widgets.widgets.look_ahead.REST_SECONDS", 0.0)
    monkeypatch.setattr("mlp_widgets.widgets.look_ahead.LONGEST_SECONDS", 1e9)


@pytest.fixture
def make():
    """A function that makes labs by name or from their repr; they are closed at the end."""
    made = []

    def new(name_or_call: str, **options):
        if name_or_call in LABS:
            lab = LABS[name_or_call](**{"scale": 0.5, **options})
        else:
            lab = eval(name_or_call, {kind.__name__: kind for kind in LABS.values()})
        made.append(lab)
        return lab

    yield new
    for lab in made:
        lab.close()


@pytest.fixture(scope="module")
def shared(request):
    """The lab of a module of tests: what its function ``new_lab`` makes."""
    made = request.module.new_lab()
    yield made
    made.close()
