"""A lab beside the notebook: where it can stand there, and what is said where it cannot."""

from __future__ import annotations

import sys

import pytest
from example_lab import ExampleLab
from helpers import live_widgets

from mlp_widgets.widgets import beside


@pytest.fixture
def lab(monkeypatch):
    for name in ("VSCODE_PID", "VSCODE_CWD", "SERVER_SOFTWARE"):
        monkeypatch.delenv(name, raising=False)
    made = ExampleLab()
    yield made
    made.close()


def test_a_panel_holds_the_lab_and_a_sentence_says_where_it_is(lab, monkeypatch):
    shown = []
    monkeypatch.setattr(beside, "display", shown.append)
    note = lab.beside()
    panel = lab.panel._widgets[0]
    assert panel.title == lab.title and panel.anchor == "split-right" and shown == [lab]
    assert beside.ELSEWHERE in note.value, "no page has opened the panel yet"
    panel._widget_id = "opened"
    assert beside.THERE in note.value


def test_a_second_call_replaces_the_panel_and_a_closed_lab_takes_it_away(monkeypatch):
    monkeypatch.setattr(beside, "display", lambda shown: None)
    before = live_widgets()
    lab = ExampleLab()
    first = lab.beside()
    second = lab.beside()
    assert first.comm is None and second.comm is not None
    lab.close()
    assert live_widgets() == before


@pytest.mark.parametrize("name, value, said", [
    ("VSCODE_PID", "12", "Open the notebook in JupyterLab"),
    ("SERVER_SOFTWARE", "voila/0.5.8", "This page shows no notebook"),
])
def test_where_it_cannot_a_sentence_says_what_to_do(lab, monkeypatch, name, value, said):
    monkeypatch.setenv(name, value)
    assert said in lab.beside().value and not lab.panel._widgets


def test_colab_and_a_missing_package(lab, monkeypatch):
    monkeypatch.setattr(beside, "find_spec", lambda name: None)
    assert "%pip install sidecar" in lab.beside().value
    monkeypatch.setitem(sys.modules, "google.colab", None)
    assert "Open the notebook in JupyterLab" in lab.beside().value
