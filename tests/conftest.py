"""What all tests share."""

from __future__ import annotations

import gc
import os
import re
import sys
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, find, settings
from hypothesis.strategies import booleans

from mlp_widgets.widgets.canvas import Canvas, NamedImage
from mlp_widgets.widgets.later import Later

# nbformat imports jsonschema, and that a grammar of addresses, which takes a second to compile in
# every process. It does without; and no field of a notebook is checked with it.
sys.modules.setdefault("rfc3987_syntax", None)

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


# What was loaded until now lives to the end: the garbage collector need not look at it again. What
# is frozen is no referrer for it either, so hypothesis, which asks it who holds its own source of
# random numbers, makes that before (its old versions hold it in a module, and would warn). And it
# comes a hundred times less often: a test that asks what is left behind calls it.
def pytest_collection_finish():
    find(booleans(), bool)
    gc.collect()
    gc.freeze()
    gc.set_threshold(70_000, *gc.get_threshold()[1:])


def pytest_configure(config):
    """`make quick LABS=...` names labs that there are."""
    from mlp_widgets.lectures import REGISTRY

    for name in os.environ.get("MLP_WIDGETS_LABS", "").split():
        if name not in REGISTRY:
            raise pytest.UsageError(f"LABS: there is no lab {name!r}; known are "
                                    f"{', '.join(REGISTRY)}")


def pytest_sessionstart(session):
    """Where nbval compares texts, pictures and labs are looked at too."""
    if session.config.getoption("--nbval", default=False):
        from beside_nbval import BesideNbval

        session.config.pluginmanager.register(BesideNbval())


LONGEST = ("test_labs", "test_parts", "test_any_order", "test_no_threads", "test_picture_texts",
           "test_lab_descent", "test_cover", "test_digits", "test_chain_pictures",
           "test_cells_again", "test_deep_chain", "test_drawing", "test_chain", "test_folds",
           "test_wheel")
"""Files of tests that take longest come first: at the end no process works alone."""


def pytest_collection_modifyitems(items):
    """A file is run by one process. xdist takes the files as they come, if it is told so."""
    items.sort(key=lambda item: [*LONGEST, item.path.stem].index(item.path.stem))


LATER = {
    "thorough": "`make test` runs them, and `make quick LABS=...` those of some labs",
    "nightly": "`make nightly` runs them",
}
"""Mark -> who runs the tests that a shorter run leaves out."""

LEFT_OUT: dict[str, int] = {}
"""Mark -> how many of its tests each process was told to leave out."""


def pytest_deselected(items):
    """Counted, so that the last lines can say it."""
    for mark in LATER:
        count = sum(item.get_closest_marker(mark) is not None for item in items)
        LEFT_OUT[mark] = LEFT_OUT.get(mark, 0) + count


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """A process of xdist tells it to the first process, which collects nothing itself."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = LEFT_OUT


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Each process collects, and leaves out, the same."""
    LEFT_OUT.update(getattr(node, "workeroutput", {}).get("left_out", {}))


def pytest_terminal_summary(terminalreporter):
    """Nothing is left out without a word."""
    chosen = terminalreporter.config.option.markexpr
    for mark, who in LATER.items():
        if f"not {mark}" in chosen and (count := LEFT_OUT.get(mark, 0)):
            terminalreporter.write_line(f"{count} {mark} tests were left out: {who}")


# A folder of one person or one machine. The name of the folder must not be part of a longer
# path, so that addresses of web pages pass.
_FOLDERS = "home|root|tmp|var/tmp|work|workspace|private|Users|mnt|media|opt"
_MACHINE_PATH = re.compile(rf"(?<![\w.~/-])/(?:{_FOLDERS})/[\w.-]+|\b[A-Z]:\\+Users\\+\w+")


@pytest.fixture(scope="session")
def machine_paths() -> Callable[[str], list[str]]:
    """``machine_paths(text)``: the absolute paths of somebody's machine that stand in a text."""
    return _MACHINE_PATH.findall


@pytest.fixture(autouse=True)
def words_at_once(request, monkeypatch):
    """Words of pictures, which wait for a rest of the slider, come at once: no test waits.

    The tests of the rest itself ask for the fixture ``rests``.
    """
    if "rests" not in request.fixturenames:
        monkeypatch.setattr(Later, "start", lambda later: later._action())


@pytest.fixture
def rests():
    """Words of pictures wait for a rest, as for a student."""


def image_of(canvas: Canvas) -> NamedImage:
    """The image of a canvas, painted now if it was put off."""
    if vars(canvas).pop("put_off", False):
        PAINT(canvas)
    return vars(canvas)["image"]


PAINT = Canvas.paint
Canvas.image = property(image_of, lambda canvas, image: vars(canvas).update(image=image))


@pytest.fixture(autouse=True)
def painted_when_seen(request, monkeypatch):
    """A picture takes over every state, but its pixels are made when a test asks for the image: a
    quarter of all time went into pixels at which nothing looks.

    The tests of the painting itself ask for the fixture ``painted``.
    """
    if "painted" not in request.fixturenames:
        monkeypatch.setattr(Canvas, "paint", lambda canvas: vars(canvas).update(put_off=True))


@pytest.fixture
def painted():
    """A picture is painted and sent at once, as for a student."""


@pytest.fixture
def make():
    """A function that makes labs by name or from their repr; they are closed at the end."""
    from lab_tools import KINDS

    made = []

    def new(name_or_call: str, **options):
        if name_or_call in KINDS:
            lab = KINDS[name_or_call](**{"scale": 0.5, **options})
        else:
            lab = eval(name_or_call, {kind.__name__: kind for kind in KINDS.values()})
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


@pytest.fixture(scope="session")
def _kept():
    """Name -> the one lab of its kind that many tests use."""
    from lab_tools import KINDS, SMALLER

    labs = {}

    def lab_of(name: str):
        if name not in labs:
            labs[name] = KINDS[name](scale=0.5, **SMALLER.get(name, {}))
        return labs[name]

    yield lab_of
    for lab in labs.values():
        lab.close()


@pytest.fixture
def kept(_kept):
    """``kept(name)``: the lab of this kind that many tests use; each finds it as it was made.

    Making a lab takes as long as a hundred moves.
    """
    from lab_tools import as_new

    return lambda name: as_new(_kept(name))


@pytest.fixture
def unseen(_kept, monkeypatch):
    """``unseen(name)``: the same lab, which draws no pictures: where only all else matters."""
    from lab_tools import as_new

    def lab_of(name: str):
        lab = _kept(name)
        monkeypatch.setitem(lab.__dict__, "show_pictures", lambda: None)
        return as_new(lab)

    return lab_of
