"""What a lab says of itself in the kernel of a page, for tests that compare the page with it."""

from __future__ import annotations

import gc
import hashlib
import sys
import threading
from pathlib import Path
from typing import Any

sys.path += [str(Path(__file__).parents[1])]

import ipywidgets as widgets
from lab_tools import at_rest, check_same, decoded, looks_alike, text_of, tree

from mlp_widgets.fields import declared
from mlp_widgets.widgets.lab import Lab
from mlp_widgets.widgets.runner import Runner


def shown(widget: widgets.Widget) -> list[Any]:
    """Kind of a widget, and what a page must show of it; None where that is nothing of its own."""
    if isinstance(widget, widgets.IntSlider):
        return ["slider", widget.value]
    if isinstance(widget, widgets.Text):
        return ["text", widget.value]
    if isinstance(widget, widgets.Checkbox):
        return ["checkbox", widget.value]
    for kind in (widgets.Dropdown, widgets.ToggleButtons):
        if isinstance(widget, kind):
            return [kind.__name__, widget.index]
    if isinstance(widget, widgets.ToggleButton):
        return ["toggle", [widget.description, widget.value, widget.disabled]]
    if isinstance(widget, widgets.Button):
        return ["button", [widget.description, False, widget.disabled]]
    if isinstance(widget, widgets.HTML):
        return ["html", widget.value]
    if isinstance(widget, widgets.Image):
        return ["image", hashlib.sha256(widget.value).hexdigest()]
    return ["other", None]


def in_view(lab: Lab) -> list[list[Any]]:
    """All widgets that a page shows of a lab, in their order there."""
    return [shown(widget) for widget in tree(lab.widget)]


def left_behind() -> list[str]:
    """What still runs in this kernel, of any lab: also of one that was closed."""
    found = [f"a runner: {of._tick}" for of in gc.get_objects()
             if isinstance(of, Runner) and of.running]
    return found + [thread.name for thread in threading.enumerate()
                    if thread.name.startswith("mlp_widgets")]


def goes_on(lab: Lab) -> bool:
    """Whether it does work that no button stops, and that ends by itself."""
    others = getattr(lab, "others", None)
    return others is not None and others.runner.running


def stale(lab: Lab) -> list[str]:
    """What the lab does not show as its state is: controls and texts that a refresh changes, and
    pictures that are otherwise when they are built and drawn anew."""
    canvases = {canvas.slot.name: canvas for canvas in lab.canvases.values()
                if canvas.is_shown(lab.state)}
    sent = {name: decoded(canvas.image.value) for name, canvas in canvases.items()}
    before = [(widget, shown(widget)) for widget in tree(lab.widget) if follows(widget)]
    lab.refresh()
    found = [f"{widget._dom_classes} showed {value}, now {shown(widget)}"
             for widget, value in before if shown(widget) != value]
    for canvas in canvases.values():
        canvas.forget()
    lab.draw(canvases.values())
    return found + [f"picture {name}" for name, canvas in canvases.items()
                    if not looks_alike(sent[name], decoded(canvas.image.value))]


def follows(widget: widgets.Widget) -> bool:
    """Whether it shows the state and nothing else: not what was said, typed or asked for last."""
    told = {"mlp-status-box", "mlp-error-box", "mlp-problem", "mlp-words"}
    return (shown(widget)[0] in ("slider", "checkbox", "Dropdown", "ToggleButtons", "html")
            and not told & {*widget._dom_classes})


def error_of(lab: Lab) -> str:
    """What its error line says."""
    return text_of(lab.error)


def compare_with_new(lab: Lab) -> str:
    """AssertionError if a new lab in the same state has other numbers, words, controls or pixels;
    gives the state."""
    state = {name: getattr(lab.state, name) for name in declared(lab.state_type)}
    new = type(lab)(scale=lab.scale)
    try:
        new.set(**state)
        at_rest(lab)
        at_rest(new)
        check_same(lab, new)
    finally:
        new.close()
    return repr(lab)
