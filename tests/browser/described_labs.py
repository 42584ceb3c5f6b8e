"""What the browser tests must know of each lab.

A new lab is covered by one more `LabDescription`. Its panel carries these CSS classes: `mlp-lab`,
`mlp-box-NAME` and `mlp-slider-NAME` for each parameter, `mlp-picture-NAME` for each picture,
`mlp-status`, `mlp-error`, and on its buttons `mlp-undo` and `mlp-reset`. A lab that descends has
`mlp-gradient-NAME` for each parameter, `mlp-mse-now`, and buttons `mlp-step` and `mlp-run` too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class LabDescription:
    """One lab: its notebook, its parameters and what moves when one of them does.

    `moved` is the parameter that keys move and for which `typed` is typed; `too_large` is a number
    for it with which nothing can be computed. The first of `pictures` is the one that is watched.
    `stepper`: whether the lab walks through both passes. `descends`: whether it has a gradient for
    each parameter and a button for one step of gradient descent on all of them. `watched`: CSS
    classes of what follows every move, if not the gradient of `moved` and the MSE.
    """

    notebook: str
    parameters: tuple[str, ...]
    moved: str
    typed: float
    too_large: float
    pictures: tuple[str, ...]
    stepper: bool = True
    descends: bool = True
    watched: tuple[str, ...] = ()

    @property
    def picture(self) -> str:
        """The selector of the picture that is watched."""
        return f".mlp-picture-{self.pictures[0]}"

    @property
    def numbers(self) -> tuple[str, ...]:
        """CSS classes of the numbers that follow every move."""
        return self.watched or (f"mlp-gradient-{self.moved}", "mlp-mse-now")

    def settle(self, page) -> None:
        """Wait until no picture of the lab changes any more."""
        page.wait_until_still(*(f".mlp-picture-{name}" for name in self.pictures))

    def __str__(self) -> str:
        return self.notebook.removesuffix(".ipynb")


LABS = [
    LabDescription(
        notebook="three_neuron.ipynb",
        parameters=("w11", "b11", "w12", "b12", "w21", "w22", "b21"),
        moved="w11",
        typed=0.65,
        too_large=1e200,
        pictures=("lab",),
    ),
    LabDescription(
        notebook="two_hidden.ipynb",
        parameters=("w1_1", "w2_1", "w1_2", "w2_2"),
        moved="w1_1",
        typed=0.65,
        too_large=1e200,
        pictures=("lab", "below"),
    ),
    LabDescription(
        notebook="one_neuron.ipynb",
        parameters=("w",),
        moved="w",
        typed=0.65,
        too_large=1e200,
        pictures=("lab",),
        stepper=False,
    ),
    LabDescription(
        notebook="chain_3_why_backwards.ipynb",
        parameters=("depth", "w", "x", "y"),
        moved="w",
        typed=0.65,
        too_large=1e200,
        pictures=("lab", "below"),
        descends=False,
        watched=("mlp-mse-now", "mlp-value-dJ-dw1"),
    ),
    LabDescription(
        notebook="wide_network.ipynb",
        parameters=("depth", "width", "seeds"),
        moved="depth",
        typed=12,
        too_large=1e200,
        pictures=("lab",),
        stepper=False,
        descends=False,
        watched=("mlp-mse-now",),
    ),
]


def described(notebook: str) -> LabDescription:
    """The lab of this notebook."""
    return next(lab for lab in LABS if lab.notebook == notebook)



def number(text: str) -> float:
    """The last number in a text as a page shows it: "∂J/∂w11 −1.5e−3" is -0.0015."""
    found = re.findall(r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?", text.replace("−", "-"))
    if not found:
        raise AssertionError(f"there is no number in {text!r}")
    return float(found[-1])
