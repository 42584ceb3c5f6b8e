"""The stored pictures are those that the code of today draws; `make notebooks` stores them anew.

nbval compares the text outputs, and passes over pictures. Running every notebook again for its
pictures would take a minute, so each picture is drawn from the text that stands beside it: the
constructor call of the lab, with the names of a part, or the question.

How much may differ: where matplotlib, FreeType and machine are those of docs/drawn_with.txt, at
most SAME of all pixels may (measured: none). Elsewhere letters are set up to a pixel apart, so both
pictures are laid out in tiles of TILE x TILE pixels, the mean colours of the tiles are compared,
and at most OTHER of them may differ (measured between matplotlib 3.10.0 and 3.11.2: 0.29%). A pixel
or tile differs if a channel is more than APART of 255 away.
"""

from __future__ import annotations

import base64
import inspect
import io
import re
from contextlib import closing
from functools import partial
from pathlib import Path

import nbformat
import numpy as np
import pytest
from drawn_with import WRITTEN, drawn_with
from PIL import Image  # comes with matplotlib

from mlp_widgets import LABS, Lab, Poll, lecture_poll
from mlp_widgets.widgets.png import composite_png
from mlp_widgets.widgets.poll import question_picture

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
VIEW = "application/vnd.jupyter.widget-view+json"
TILE, APART = 8, 48
SAME, OTHER = 2e-5, 6e-3
POLL_SCALE = inspect.signature(Poll).parameters["scale"].default


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=float)


def tiles(png: bytes) -> np.ndarray:
    """The mean colour of each tile; at the right and lower edge white fills the last ones."""
    rgb = pixels(png)
    fill = [(0, -length % TILE) for length in rgb.shape[:2]]
    padded = np.pad(rgb, [*fill, (0, 0)], constant_values=255)
    rows, columns = padded.shape[0] // TILE, padded.shape[1] // TILE
    return padded.reshape(rows, TILE, columns, TILE, 3).mean(axis=(1, 3))


def share_that_differs(one: np.ndarray, other: np.ndarray) -> float:
    """The share of the colours that differ, from 0 to 1; pictures of two sizes differ entirely."""
    if one.shape != other.shape:
        return 1.0
    return float((np.abs(one - other).max(axis=-1) > APART).mean())


def is_stale(stored: bytes, drawn: bytes, same_libraries: bool) -> bool:
    """Whether a stored picture is not the one that the code of today draws."""
    if stored == drawn:  # to compare their pixels takes longer than to draw them
        return False
    if same_libraries:
        return share_that_differs(pixels(stored), pixels(drawn)) > SAME
    return share_that_differs(tiles(stored), tiles(drawn)) > OTHER


def pictures(path: Path) -> list[tuple[str, str, bytes, str]]:
    """Source of the cell, text, PNG and words of each picture that a notebook stores."""
    found = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    return [
        (cell.source, output.data["text/plain"], base64.b64decode(output.data["image/png"]),
         output.metadata.get("image/png", output.metadata)["alt"])
        for cell in found.cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]


class Made:
    """The labs that calls make, one for each call: its parts share it, as in the notebook."""

    def __init__(self) -> None:
        self.labs: dict[str, Lab] = {}
        self.kinds = {kind.__name__: partial(self.lab, kind) for kind in LABS.values()}

    def lab(self, kind: type[Lab], **values: object) -> Lab:
        """What this call makes."""
        call = f"{kind.__name__}({values})"
        if call not in self.labs:
            self.labs[call] = kind(**values)
        return self.labs[call]

    def close(self) -> None:
        """Close all labs."""
        for lab in self.labs.values():
            lab.close()


def drawn_anew(source: str, text: str, made: Made) -> tuple[bytes, str]:
    """The picture that the code of today draws beside this text, and its words."""
    if text.split("(")[0] in made.kinds:  # a lab, or a part of one
        return snapshot_of(eval(text, {"__builtins__": {}, **made.kinds}))
    if named := re.fullmatch(r'picture\("(\w+)"\)', source):  # 00_start.ipynb
        return snapshot_of(made.lab(LABS[named[1]], scale=1))
    if named := re.search(r"lecture_poll\(([456])\)", source):  # these have a picture
        with closing(lecture_poll(int(named[1]))) as poll:
            return snapshot_of(poll)
    # The picture of the others shows their text alone.
    title, _, asked = text.partition(". ")
    return composite_png([question_picture(title, asked, POLL_SCALE)]), text


def snapshot_of(shown) -> tuple[bytes, str]:
    return shown.snapshot(), shown.words


@pytest.fixture
def made():
    with closing(Made()) as labs:
        yield labs


@pytest.fixture(scope="module")
def same_libraries() -> bool:
    return WRITTEN.read_text(encoding="utf-8").strip() == drawn_with()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])
def test_the_stored_pictures_are_those_of_today(path, same_libraries, made):
    found = pictures(path)
    assert found
    stale = []
    for source, text, stored, alt in found:
        drawn, words = drawn_anew(source, text, made)
        if is_stale(stored, drawn, same_libraries) or alt != words:
            stale.append(text[:80])
    assert stale == [], "`make notebooks` draws them anew"


def test_every_view_of_a_widget_stores_a_picture():
    for path in NOTEBOOKS:
        outputs = [o for cell in nbformat.read(path, as_version=4).cells
                   for o in cell.get("outputs", [])]
        views = [o for o in outputs if VIEW in o.get("data", {})
                 and "<details>" not in o.data.get("text/html", "")]  # boxes to predict
        assert all("image/png" in view.data for view in views), path


CHANGES = [
    ("OneNeuronLab()", "OneNeuronLab(learning_rate=0.02)", False),  # two digits
    ("OneNeuronLab()", "OneNeuronLab(w=1.55)", True),
    ("ThreeNeuronLab()", "ThreeNeuronLab(b21=5.5)", True),
    ("WideNetworkLab()", "WideNetworkLab(seed=1)", True),
]


@pytest.mark.parametrize(("call", "changed", "everywhere"), CHANGES)
def test_a_small_change_is_seen(call, changed, everywhere, made):
    one, other = drawn_anew("", call, made)[0], drawn_anew("", changed, made)[0]
    with closing(Made()) as again:
        assert not is_stale(one, drawn_anew("", call, again)[0], True)
    assert is_stale(one, other, True)
    assert is_stale(one, other, False) or not everywhere


def test_make_notebooks_draws_all_of_them_anew():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(r"^notebooks:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)[1]
    assert "nbconvert $(RUN_NOTEBOOK) notebooks/*.ipynb" in recipe
    assert "tests/drawn_with.py" in recipe
    assert all(option in makefile for option in ("--execute", "--inplace"))
