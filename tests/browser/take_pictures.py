"""Take the README's pictures: each lab in use, in JupyterLab under a real browser.

    make pictures
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from real_jupyter import CHECKOUT, Browser, JupyterServer, NotebookPage, missing_parts

PICTURES = CHECKOUT / "docs"


def use_three_neuron(page: NotebookPage) -> None:
    """Random start, the landscape in view, some descent, the quadratic as a rival."""
    page.click(".mlp-preset-stuck")
    page.click(".mlp-compare-quadratic input")
    page.click_button("Landscape and path")
    for _ in range(8):
        page.click(".mlp-ten-steps")
    page.wait_until_still(".mlp-picture-lab")


def use_two_hidden(page: NotebookPage) -> None:
    """The worked example, in the middle of the backward pass."""
    for _ in range(10):
        page.click(".mlp-next")
    page.wait_until_still(".mlp-picture-lab")


def use_deep_chain(page: NotebookPage) -> None:
    """The lecture's chain, in the middle of the backward pass, and the map below."""
    page.click(".mlp-preset-lecture")
    page.click_button("Map")
    for _ in range(17):
        page.click(".mlp-next")
    page.wait_until_still(".mlp-picture-lab", ".mlp-picture-below")


USED = {
    "three_neuron": ("three_neuron", use_three_neuron),
    "two_hidden": ("two_hidden", use_two_hidden),
    "deep_chain": ("chain_3_why_backwards", use_deep_chain),
}
"""Picture -> its notebook, and what a student does before the picture is taken."""


def main() -> None:
    """One PNG a notebook into docs/."""
    if reasons := missing_parts():
        sys.exit("; ".join(reasons))
    PICTURES.mkdir(exist_ok=True)
    with JupyterServer(CHECKOUT / "notebooks") as server, Browser() as browser:
        for name, (notebook, use) in USED.items():
            with browser.open(server, f"{notebook}.ipynb", width=1100, height=1400) as page:
                page.run_all()
                use(page)
                page.screenshot(PICTURES / f"{name}.png", ".mlp-lab")


if __name__ == "__main__":
    main()
