"""What is looked at where nbval runs a notebook, beside the texts that nbval compares.

No cell moves a lab that is shown, and no text contradicts its lab: see ``shown_labs``. And the
stored pictures and their words are those that the cell has drawn; `make notebooks` stores them
anew. nbval passes over pictures.

How much may differ: where matplotlib, FreeType and machine are those of docs/drawn_with.txt, at
most SAME of all pixels may (measured: none). Elsewhere letters are set up to a pixel apart, so both
pictures are laid out in tiles of TILE x TILE pixels, the mean colours of the tiles are compared,
and at most OTHER of them may differ (measured between matplotlib 3.10.0 and 3.11.2: 0.29%). A pixel
or tile differs if a channel is more than APART of 255 away.
"""

from __future__ import annotations

import ast
import base64
import io
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import pytest
from drawn_with import WRITTEN, drawn_with
from PIL import Image  # comes with matplotlib
from shown_labs import BEGIN, WRONG

OF_ANOTHER_LAB = {
    "03_three_neuron": ["b₁₁ = -15"],  # "a dead neuron": what if
    "06_sigmoid_features": ["w₁₂₁ = 1.5", "w₁₂₂ = -0.5"],  # the button Twins below shows it
    "08d_chain_generic_layer": ["x = 2"],  # three layers as functions, without a lab
    "08f_chain_remedies": ["w = -0.4", "w₁₀ = 1.5"],  # numbers first; the state of a preset
}
"""Numbers that a text gives, and says that they are not those of the lab below it."""

TILE, APART = 8, 48
SAME, OTHER = 2e-5, 6e-3


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


@cache
def same_libraries() -> bool:
    """Whether the stored pictures were drawn with what is installed here."""
    return WRITTEN.read_text(encoding="utf-8").strip() == drawn_with()


def pictures(outputs: Sequence[Mapping]) -> list[tuple[str, bytes, str]]:
    """Text, PNG and words of each picture among the outputs of a cell."""
    return [(output["data"]["text/plain"], base64.b64decode(output["data"]["image/png"]),
             output["metadata"].get("image/png", output["metadata"])["alt"])
            for output in outputs if "image/png" in output.get("data", {})]


def stale_pictures(stored: Sequence[Mapping], drawn: Sequence[Mapping]) -> list[str]:
    """What stands beside each stored picture that is not the one that was drawn."""
    both = zip(pictures(stored), pictures(drawn), strict=True)
    return [text[:80] for (text, old, words), (_, new, alt) in both
            if is_stale(old, new, same_libraries()) or words != alt]


def texts_above(cells: Sequence[Mapping]) -> list[str]:
    """What is written right above each cell of code."""
    texts, text = [], ""
    for cell in cells:
        if cell["cell_type"] == "markdown":
            text += f"{cell['source']}\n\n"
        else:
            texts, text = [*texts, text], ""
    return texts


def answer(kernel, expression: str) -> object:
    """What an expression is in the kernel, which does not take it for a cell."""
    asked = kernel.kc.execute("", silent=True, user_expressions={"asked": expression})
    while (said := kernel.get_message("shell", timeout=60))["parent_header"]["msg_id"] != asked:
        pass
    found = said["content"]["user_expressions"]["asked"]
    assert found["status"] == "ok", found
    return ast.literal_eval(found["data"]["text/plain"])


class BesideNbval:
    """A plugin of pytest."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item):
        """Fail where nbval has nothing to say, but a lab was moved or a picture is another one."""
        if not hasattr(item, "test_outputs"):
            return (yield)  # no cell
        kernel, notebook = item.parent.kernel, item.parent.nb
        if item.cell_num == 0:
            answer(kernel, BEGIN)
        done = yield
        texts = texts_above(notebook.cells)
        if item.cell_num < len(texts) - 1:
            texts = []
        of_others = OF_ANOTHER_LAB.get(item.parent.path.stem, [])
        wrong = answer(kernel, WRONG.format(texts, of_others))
        stale = stale_pictures(item.cell.outputs, item.test_outputs)
        assert stale == [], f"the pictures are others: {stale}; `make notebooks` stores them"
        assert wrong == [], "; ".join(wrong)
        return done
