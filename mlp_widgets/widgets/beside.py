"""A lab next to the notebook, where the page can: in JupyterLab, by the package sidecar."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import find_spec

from IPython.display import display

from . import bare as widgets
from .cell import Shown, close_all, under_voila

THERE = "The lab stands at the right of the notebook: drag its tab to where you like it."
ELSEWHERE = ("This page has no room beside the notebook: show the lab below a cell, or open the "
             "notebook in JupyterLab.")
BY_HAND = ("In JupyterLab you can do it by hand: a right click on the lab, then "
           "Create New View for Cell Output, and drag its tab to the right.")


def why_not() -> str:
    """Why nothing can be put beside the notebook here, and what to do; "" if it can.

    A kernel does not see the page. It knows that Voilà, Colab or VS Code started it, and whether
    sidecar is installed; everything else is taken for JupyterLab.
    """
    if "google.colab" in sys.modules or {"VSCODE_PID", "VSCODE_CWD"} & set(os.environ):
        return ("Here a lab stands below its cell only. Open the notebook in JupyterLab to have "
                "it at the side.")
    if under_voila():
        return "This page shows no notebook that a lab could stand beside."
    if find_spec("sidecar") is None:
        return (f"A lab beside the notebook needs the package sidecar: %pip install sidecar, then "
                f"reload the page. {BY_HAND}")
    return ""


class Panel:
    """A panel of sidecar to the right of the notebook, and the sentence about it."""

    def __init__(self) -> None:
        self._widgets: tuple[widgets.Widget, ...] = ()

    def show(self, shown: Shown, title: str) -> widgets.HTML:
        """Put a lab there, instead of what stands there now; returns a sentence that stands below
        the cell: where the panel is, once a page has opened it, or what to do instead."""
        if problem := why_not():
            return widgets.HTML(f"<p>{problem}</p>")
        self.take_away()
        panel = import_module("sidecar").Sidecar(title=title, anchor="split-right")
        note = widgets.HTML(f"<p>{ELSEWHERE}</p>")
        panel.observe(lambda _: note.set_trait("value", f"<p>{THERE}</p>"), names="_widget_id")
        with panel:
            display(shown)
        self._widgets = panel, note
        return note

    def take_away(self) -> None:
        """Close the panel, if there is one, and the sentence about it."""
        close_all(*self._widgets)
        self._widgets = ()
