"""A lab next to the notebook, where the page can: in JupyterLab, by the package sidecar."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import ipywidgets as widgets
from IPython.display import display

from .cell import Shown

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
    if os.environ.get("SERVER_SOFTWARE", "").startswith("voila"):
        return "This page shows no notebook that a lab could stand beside."
    if find_spec("sidecar") is None:
        return (f"A lab beside the notebook needs the package sidecar: %pip install sidecar, then "
                f"reload the page. {BY_HAND}")
    return ""


def put_beside(shown: Shown, title: str) -> tuple[Any, widgets.HTML]:
    """A panel of sidecar to the right of the notebook with a lab in it, and a sentence to stand
    below the cell: where the panel is, once a page has opened it."""
    panel = import_module("sidecar").Sidecar(title=title, anchor="split-right")
    note = widgets.HTML(f"<p>{ELSEWHERE}</p>")
    panel.observe(lambda _: note.set_trait("value", f"<p>{THERE}</p>"), names="_widget_id")
    with panel:
        display(shown)
    return panel, note
