"""Take the README's pictures: each lab in use, in JupyterLab under a real browser.

    make pictures
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from real_jupyter import CHECKOUT, Browser, JupyterServer, NotebookPage, missing_parts
from seen import unfold

PICTURES = CHECKOUT / "docs"


def use_three_neuron(page: NotebookPage) -> None:
    """A start that gets stuck, the landscape in view, some descent, the quadratic as a rival."""
    page.click(".mlp-preset-stuck")
    unfold(page, "compare", "descent")
    page.click(".mlp-compare-quadratic input")
    page.click_button("Landscape and path")
    for _ in range(8):
        page.click(".mlp-ten-steps")


def use_two_hidden(page: NotebookPage) -> None:
    """The worked example, in the middle of the backward pass."""
    unfold(page, "stepper")
    for _ in range(10):
        page.click(".mlp-next")


def use_deep_chain(page: NotebookPage) -> None:
    """The lecture's chain, in the middle of the backward pass, and the map below."""
    page.click(".mlp-preset-lecture")
    unfold(page, "stepper")
    for _ in range(17):
        page.click(".mlp-next")


USED = {
    "three_neuron": ("ThreeNeuronLab", use_three_neuron),
    "two_hidden": ("TwoHiddenLab", use_two_hidden),
    "deep_chain": ("DeepChainLab", use_deep_chain),
}
"""Picture -> its lab, and what a student does before the picture is taken."""


def main() -> None:
    """One PNG a lab into docs/."""
    if reasons := missing_parts():
        sys.exit("; ".join(reasons))
    PICTURES.mkdir(exist_ok=True)
    with JupyterServer(CHECKOUT / "notebooks") as server, Browser() as browser:
        for name, (lab, use) in USED.items():
            notebook = server.write(f"{name}_alone.ipynb",
                                    f"from mlp_widgets import {lab}\nlab = {lab}()\nlab")
            with browser.open(server, notebook, width=1100, height=1400) as page:
                page.run_all()
                use(page)
                page.page.mouse.move(0, 0)  # off the last button
                page.settle()
                page.screenshot(PICTURES / f"{name}.png", ".mlp-lab")


if __name__ == "__main__":
    main()
