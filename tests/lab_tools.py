"""What several test files use to look into a lab: its controls, its words, its pictures."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone

import ipywidgets as widgets
import numpy as np
import pytest
from any_state import same
from example_lab import ExampleLab
from helpers import WAIT as WAIT
from helpers import live_widgets as live_widgets
from helpers import text_of as text_of
from PIL import Image

from mlp_widgets import LABS
from mlp_widgets.fields import State
from mlp_widgets.widgets.canvas import Slot, in_parts_only
from mlp_widgets.widgets.history import History
from mlp_widgets.widgets.lab import Lab
from mlp_widgets.widgets.number_box import NumberBox
from mlp_widgets.widgets.runner import Runner
from mlp_widgets.widgets.trained_lab import TrainedLab

SLIDERS = (widgets.IntSlider,)
CHOICES = (widgets.Dropdown, widgets.ToggleButtons)
NUMBER_BOXES = (NumberBox,)
VALUES = (*SLIDERS, *CHOICES, *NUMBER_BOXES, widgets.Checkbox)


KINDS: dict[str, type[Lab]] = {**LABS, "example": ExampleLab}
"""Name -> class: every lab of the registry, and the example of the tests."""
SMALLER = {"wide_network": {"depth": 6, "width": 20, "seeds": 2},
           "digits": {"hidden1": 8, "hidden2": 8, "batch": 64}}
"""How a lab that computes much is made for tests of what all labs have in common."""
EACH_LAB = pytest.mark.parametrize("name", KINDS)
IN_QUICK = tuple(os.environ.get("MLP_WIDGETS_LABS", "").split()) or ("two_hidden",)
"""The labs on which `make quick` runs what draws and makes much, too: `make quick LABS=digits`."""


def marked_but(few: Iterable, every: Iterable,
               mark: pytest.MarkDecorator = pytest.mark.thorough) -> list:
    """Parameters of a test, all with a mark but these few."""
    few = list(few)
    return [pytest.param(value, marks=() if value in few else mark) for value in every]


def when(name: str, in_quick: Collection[str],
         by_day: Collection[str]) -> tuple[pytest.MarkDecorator, ...]:
    """Marks of one of many cases that make much: some are in `make quick`, more in `make test`,
    and the others are for the night."""
    if name in in_quick:
        return ()
    return (pytest.mark.thorough,) if name in by_day else (pytest.mark.nightly,)


def these_labs(*names: str) -> pytest.MarkDecorator:
    """For a test that draws or makes much: it is ``thorough``, but on the example of the tests and
    on the labs of `make quick`."""
    return pytest.mark.parametrize("name", marked_but(("example", *IN_QUICK), names))


EACH_LAB_MUCH = these_labs(*KINDS)
OF_EACH_KIND = ("three_neuron", "wide_network", "names_counts", "digits")
"""A lab whose slider shows a number, a whole number, one of some numbers, and one that trains."""
EACH_LAB_AT_NIGHT = pytest.mark.parametrize("name", [
    pytest.param(name, marks=when(name, ("example", *IN_QUICK), OF_EACH_KIND)) for name in KINDS])
"""For a test of what all labs share that makes much: by day of these labs, at night of all."""


def much_of(*names: str) -> Callable[[Callable], Callable]:
    """For a test of these labs that makes much: it is ``thorough`` if LABS names none of them."""
    return (lambda test: test) if {*names} & {*IN_QUICK} else pytest.mark.thorough


# -- words ------------------------------------------------------------------------------------


def all_words(lab: Lab) -> str:
    """All that a lab says in view."""
    return " ".join(widget.value for widget in of_kind(lab, widgets.HTML)
                    if not widget.value.startswith("<style"))


# -- widgets ----------------------------------------------------------------------------------


def tree(widget: widgets.Widget) -> list[widgets.Widget]:
    """A widget and all that can be seen inside it, in order."""
    children = getattr(widget, "children", ())
    return [widget, *(inner for child in children for inner in tree(child))]


def of_kind(lab: Lab, *kinds: type) -> list[widgets.Widget]:
    """The widgets of some kinds that are in view and in use."""
    return [widget for widget in tree(lab.widget)
            if isinstance(widget, kinds) and not getattr(widget, "disabled", False)]


def with_class(found: list[widgets.Widget], start: str) -> list[widgets.Widget]:
    """Those of which a CSS class begins so."""
    return [w for w in found
            if any(css.startswith(start) for css in getattr(w, "_dom_classes", ()))]


def may_show(slot: Slot, state: State) -> bool:
    """Whether a picture is shown in a state: by the lab, or by its parts alone."""
    return not slot.lacks(state) if slot.when is in_parts_only else slot.is_shown(state)


def find(lab: Lab, css: str) -> widgets.Widget | None:
    """The widget of this CSS class, in view or not; None if there is none."""
    left = [lab.root if lab.displayed else lab.widget]  # to ask for it again looks at all pictures
    while left:
        widget = left.pop()
        if css in getattr(widget, "_dom_classes", ()):
            return widget
        inside = getattr(widget, "all_parts", None) or getattr(widget, "children", ())
        left += reversed(inside)
    return None


def type_in(box: widgets.Widget, number: object) -> None:
    """Type a number, or a text, into a number box; any other control is set."""
    box.value = str(number) if isinstance(box, NumberBox) else number


def upload(lab: Lab, content: bytes, name: str = "a.csv") -> None:
    """Choose a file for the control of own data, as the page gives it; in ipywidgets 7 the page
    counts the files up."""
    control = find(lab, "mlp-upload")
    file = {"name": name, "type": "text/csv", "size": len(content)}
    if widgets.__version__.startswith("7."):
        control.metadata, control.data = [{**file, "lastModified": 1767225600000}], [content]
        control._counter += 1
    else:
        control.value = ({**file, "content": memoryview(content),
                          "last_modified": datetime(2026, 1, 1, tzinfo=timezone.utc)},)


def problem(lab: Lab, name: str) -> str:
    """What the control of a field says of a number that was typed."""
    said = lab.controls[name].problem
    return text_of(said) if said else ""


def shown_values(lab: Lab) -> list[tuple[str, object]]:
    """Kind and value of every control in view."""
    return [(type(w).__name__, w.value) for w in of_kind(lab, *VALUES)]


# -- pictures ---------------------------------------------------------------------------------

STEP = 16
"""The writer of PNGs may move the colour of a blend by less than this."""


def decoded(png: bytes) -> np.ndarray:
    """RGB of a PNG, by Pillow."""
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def drawn(lab: Lab) -> list[np.ndarray]:
    """The pixels of every picture in view, rendered anew."""
    return [picture.render()[..., :3].astype(int) for picture in lab.pictures_in_view]


def sent(lab: Lab) -> list[bytes]:
    """What the page shows as the pictures in view."""
    return [canvas.image.value for canvas in lab.canvases.values()
            if canvas.slot.is_shown(lab.state)]


def looks_alike(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two pictures are the same, but for what the writer of PNGs may change."""
    gap = np.abs(one - other).max(axis=-1) if one.shape == other.shape else np.full(1, 255)
    return bool((gap >= 4 * STEP).mean() < 1e-3 and gap.mean() < STEP)


def check_sent(lab: Lab, shown: list[np.ndarray] | None = None) -> None:
    """What was sent to the page is what the pictures show, by their pixels if these are known."""
    for png, pixels in zip(sent(lab), shown or drawn(lab), strict=True):
        assert looks_alike(decoded(png), pixels)


def without_path(lab: Lab) -> None:
    """The path of a descent is no part of the state, so a new lab cannot draw it."""
    if lab.descent and len(lab.path) > 1:
        lab.descent.begin_here()
        lab.refresh()


def check_same(lab: Lab, other: Lab) -> None:
    """Both show the same state, numbers, texts, controls and pictures, pixel by pixel."""
    for one in (lab, other):
        without_path(one)
    assert repr(lab) == repr(other) and same(lab.state, other.state)
    for name in ("parameters", "gradient", "loss"):
        assert repr(getattr(lab, name)) == repr(getattr(other, name)), name
    assert shown_values(lab) == shown_values(other)
    assert lab.words == other.words
    shown = drawn(lab)
    for ours, theirs in zip(shown, drawn(other), strict=True):
        assert np.array_equal(ours, theirs)
    check_sent(lab, shown)


@contextmanager
def no_pictures(lab: Lab) -> Iterator[None]:
    """Meanwhile the lab draws none: to draw every state on a way takes long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(lab.__dict__, "show_pictures", lambda: None)
        yield


# -- one lab for many tests ---------------------------------------------------------------------


def run_threads() -> list[threading.Thread]:
    """The threads of runs and plays."""
    return [thread for thread in threading.enumerate() if thread.name == "mlp_widgets run"]


def wait_until(true: Callable[[], object]) -> None:
    """Fails after WAIT seconds."""
    pause = threading.Event()
    for _ in range(WAIT * 200):
        if true():
            return
        pause.wait(0.005)
    raise AssertionError("it does not come")


def kept_things(lab: Lab) -> list[object]:
    """What the lab holds: parts, pointers, runners, in lists too."""
    assert lab.root  # it is built
    found = list(vars(lab).values())
    return [*found, *(inner for of in found if isinstance(of, (list, tuple)) for inner in of)]


def runners(lab: Lab) -> list[Runner]:
    """What may repeat by itself: of the descent, the stepper, a training."""
    found = {id(of): of for of in (getattr(of, "runner", None) for of in kept_things(lab))}
    return [of for of in found.values() if isinstance(of, Runner)]


def at_rest(lab: Lab) -> None:
    """What is no part of the state is forgotten: a training, a path, what was found by hand."""
    rewind = find(lab, "mlp-rewind")
    if rewind is not None and lab.descent is None:
        rewind.click()
    for each in runners(lab):
        each.stop()
    lab.prepare()
    lab.refresh()
    lab.show_error("")


def as_new(lab: Lab) -> Lab:
    """The lab, brought back to where it was made."""
    with no_pictures(lab):
        _go_back(lab)
    lab.refresh()
    lab.show_error("")
    return lab


def _go_back(lab: Lab) -> None:
    """The state and all beside it that a lab remembers."""
    for part in (lab.descent, lab.stepper):
        if part is not None:
            part.stop()
    if isinstance(lab, TrainedLab):
        lab.rewind()
    for runner in runners(lab):
        runner.stop()
        runner.join(WAIT)
    for switch in (lab.present.toggle, lab.share.toggle, *lab.switches.values()):
        switch.value = False
    lab.present.turn_to(0)
    lab.views.close()
    lab.prepare()
    lab.reset()
    lab.set(covered=False)  # which Reset leaves as it is
    lab._history = History()
    lab.listeners.clear()
    without_path(lab)
