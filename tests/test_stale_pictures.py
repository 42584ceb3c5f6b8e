"""Where a stored picture is not the one that a cell draws, the check beside nbval says so."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from beside_nbval import BesideNbval, is_stale, pictures, stale_pictures

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
VIEW = "application/vnd.jupyter.widget-view+json"


def outputs_of(path: Path) -> list:
    return [output for cell in nbformat.read(path, as_version=nbformat.NO_CONVERT).cells
            for output in cell.get("outputs", [])]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_every_view_of_a_widget_stores_a_picture(path):
    outputs = outputs_of(path)
    views = [o for o in outputs if VIEW in o.get("data", {})
             and "<details>" not in o.data.get("text/html", "")]  # boxes to predict
    assert all("image/png" in view.data for view in views) and pictures(outputs)


def shown_of(call: str, make) -> dict:
    """The output of a cell that ends with this call."""
    data, metadata = make(call)._repr_mimebundle_()
    return {"output_type": "execute_result", "data": data, "metadata": metadata}


CHANGES = [
    ("OneNeuronLab()", "OneNeuronLab(learning_rate=0.02)", False),  # two digits
    ("OneNeuronLab()", "OneNeuronLab(w=1.55)", True),
    ("ThreeNeuronLab()", "ThreeNeuronLab(b21=5.5)", True),
    ("WideNetworkLab()", "WideNetworkLab(seed=1)", True),
]


@pytest.mark.parametrize(("call", "changed", "everywhere"), CHANGES)
def test_a_small_change_is_seen(call, changed, everywhere, make):
    one, again, other = (pictures([shown_of(text, make)])[0][1] for text in (call, call, changed))
    assert not is_stale(one, again, True)
    assert is_stale(one, other, True)
    assert is_stale(one, other, False) or not everywhere


def test_another_picture_and_other_words_are_told(make):
    shown = shown_of("OneNeuronLab()", make)
    assert stale_pictures([shown], [shown]) == [] == stale_pictures([], [])
    other = shown_of("OneNeuronLab(w=1.55)", make)
    picture = {**shown, "data": {**shown["data"], "image/png": other["data"]["image/png"]}}
    words = {**shown, "metadata": other["metadata"]}
    for wrong in (other, picture, words):
        assert stale_pictures([shown], [wrong]) == ["OneNeuronLab(w=1.5, x=3.0, y=6.0)"]
    for lacking in ([], [shown, shown]):
        with pytest.raises(ValueError, match="zip"):
            stale_pictures([shown], lacking)


def test_the_check_stands_beside_nbval(pytestconfig):
    """Its hook comes from the conftest.py of these tests, so they are in the same call."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    calls = re.findall(r"--nbval .*\\\n.*", makefile)
    assert len(calls) == 1 and "$(OF_NOTEBOOKS)" in calls[0]
    assert f"tests/{Path(__file__).name}" in makefile
    here = [type(plugin) for plugin in pytestconfig.pluginmanager.get_plugins()]
    assert (BesideNbval in here) == bool(pytestconfig.getoption("--nbval", default=False))


def test_make_notebooks_draws_all_of_them_anew():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(r"^notebooks:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)[1]
    assert "nbconvert $(RUN_NOTEBOOK) notebooks/*.ipynb" in recipe
    assert "tests/drawn_with.py" in recipe
    assert all(option in makefile for option in ("--execute", "--inplace"))
