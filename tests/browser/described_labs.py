"""What the browser tests must know of each lab; what else it has they find in its page.

The labs are those of the registry. Each panel carries these CSS classes: `mlp-lab`,
`mlp-box-NAME` and `mlp-slider-NAME` for each parameter, `mlp-pictures` around the pictures of a
section and `mlp-picture-NAME` on each of them, `mlp-fold-NAME` on what opens a fold,
`mlp-mse-now`, `mlp-status`, `mlp-error`, and on its buttons `mlp-undo` and `mlp-reset`. A lab that
descends has `mlp-gradient-NAME` for each parameter, and buttons `mlp-step` and `mlp-run` too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pytest
from lab_tools import OF_EACH_KIND, marked_but
from real_jupyter import NotebookPage

import mlp_widgets
from mlp_widgets.fields import declared
from mlp_widgets.lectures import REGISTRY


@dataclass(frozen=True)
class LabDescription:
    """One lab: the name of its class, a slider that keys move, and a number that must follow.

    `typed` is typed in the box of that slider.
    """

    kind: str
    moved: str
    follows: str
    typed: float

    @property
    def box(self) -> str:
        """The selector of the number box."""
        return f".mlp-box-{self.moved}"

    @property
    def slider(self) -> str:
        """The selector of the slider."""
        return f".mlp-slider-{self.moved}"

    @property
    def ends(self) -> tuple[float, float]:
        """The numbers at both ends of the slider."""
        state = getattr(mlp_widgets, self.kind).state_type
        return declared(state)[self.moved].ends(state())[:2]

    def stands(self, page: NotebookPage) -> float:
        """The number on which the handle of the slider stands in a page."""
        state = getattr(mlp_widgets, self.kind).state_type
        stops = declared(state)[self.moved].stops
        if stops:
            return stops[round(page.slider_value(self.slider, 0, len(stops) - 1))]
        return page.slider_value(self.slider, *self.ends)

    @property
    def following(self) -> set[str]:
        """Fields whose value follows other fields until it is set itself."""
        own = declared(getattr(mlp_widgets, self.kind).state_type)
        return {name for name, of in own.items() if of.default_for is not None}

    @property
    def descends(self) -> bool:
        """Whether it has a gradient for its parameters and a button for one step of descent."""
        kind = getattr(mlp_widgets, self.kind)
        return bool(kind.descends) and self.follows.startswith("mlp-gradient")

    def __str__(self) -> str:
        return self.kind


# What differs from the default: the number that follows the first slider is its gradient.
FOLLOWS = {"DeepChainLab": "mlp-value-dJ-dw1", "WideNetworkLab": "mlp-mse-now",
           "NamesCountsLab": "mlp-mse-now", "DigitsLab": "mlp-mse-now"}
TYPED = {"WideNetworkLab": 12.0, "NamesCountsLab": 12.0, "ReluSumsLab": 0.8, "DigitsLab": 12.0}
BRINGS = {"neuron": {"w1j", "b1j", "w2j"}, "K": {"neuron", "w1j", "b1j", "w2j"}, "point": {"y_at"},
          "seed": {"w", "b"}}
"""Fields that choose what other sliders show, and these."""

LABS = [
    LabDescription(entry.lab, entry.moved, FOLLOWS.get(entry.lab, f"mlp-gradient-{entry.moved}"),
                   TYPED.get(entry.lab, 0.72))
    for entry in REGISTRY.values()
]

QUESTIONS = {
    "number": "lecture_poll(1, labs['ThreeNeuronLab'])",
    "checkbox": "lecture_poll(2, labs['ThreeNeuronLab'])",
    "radio": "will_move(TwoHiddenLab(), 'w2_2')",  # which covers the gradients of its lab
}
"""Kind of a question -> one of them."""


def described(kind: str) -> LabDescription:
    """The lab of this class."""
    return next(lab for lab in LABS if lab.kind == kind)


OF_EACH_SLIDER = [described(REGISTRY[name].lab) for name in OF_EACH_KIND]


def by_day(few: Iterable, all_of_them: Iterable) -> list:
    """Parameters of a test: these few in `make test` too, the others in `make nightly` only."""
    return marked_but(few, all_of_them, pytest.mark.nightly)


def only(labs: list) -> pytest.MarkDecorator:
    """A test of these labs, which may be those of ``by_day``."""
    return pytest.mark.parametrize("lab", labs, ids=str, indirect=True, scope="module")


IN_EACH_HOME = [LABS[0], *OF_EACH_SLIDER]
"""The labs that are looked at in Notebook 7 and Voilà in `make test`; all of them there at night,
for what lays them out is the same as in JupyterLab."""

labs_of_a_home = pytest.mark.parametrize(
    "labs", [pytest.param(IN_EACH_HOME, id="some"),
             pytest.param(LABS, id="all", marks=pytest.mark.nightly)],
    indirect=True, scope="module")

each_lab_of_a_home = pytest.mark.parametrize(
    ("labs", "lab"),
    [*(pytest.param(IN_EACH_HOME, lab, id=str(lab)) for lab in IN_EACH_HOME),
     *(pytest.param(LABS, lab, id=f"{lab} of all", marks=pytest.mark.nightly) for lab in LABS)],
    indirect=["labs"], scope="module")

OF_OWN_DATA = [described(kind) for kind in ("ThreeNeuronLab", "ReluSumsLab", "SigmoidFeaturesLab")]
"""Labs that take a file."""

ANSWERS = ("predict({'six times seven': 6 * 7})", "with answer():\n    print(6 * 7)")
"""What waits until it is asked for."""


def cells_of_all(*more_labs: str, of: Sequence[LabDescription] = LABS) -> list[str]:
    """The cells of a notebook with every lab, with the labs of these calls, and with a question of
    each kind."""
    names = ", ".join([*map(str, LABS), "answer", "lecture_poll", "predict", "will_move"])
    start = f"from mlp_widgets import {names}\nlabs = {{}}"
    labs = [f"labs['{lab}'] = {lab}()\nlabs['{lab}']" for lab in of]
    others = [f"labs[{call!r}] = {call}\nlabs[{call!r}]" for call in more_labs]
    return [start, *labs, *others, *QUESTIONS.values(), *ANSWERS]


def number(text: str) -> float:
    """The last number in a text as a page shows it: "∂J/∂w11 −1.5e−3" is -0.0015."""
    found = re.findall(r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?", text.replace("−", "-"))
    if not found:
        raise AssertionError(f"there is no number in {text!r}")
    return float(found[-1])
