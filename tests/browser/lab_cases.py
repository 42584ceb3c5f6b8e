"""A page with every lab in the states in which each of its controls stands somewhere, and what is
asked of such a page: used by the tests of what must be seen together, in every home.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any

from described_labs import LABS, LabDescription, cells_of_all
from on_screen import HIDDEN_AT_START, HIDDEN_PARTS, HIDDEN_STEPS, UNTIL_SIZED, cases_of
from real_jupyter import NotebookPage

import mlp_widgets
from mlp_widgets.fields import declared

LAPTOP, LARGER, DESK = (1366, 768), (1440, 900), (1920, 1080)
PROJECTORS = [(1280, 720), DESK]


@dataclass(frozen=True)
class Case:
    """A lab in a state: the changes of its first one, and what must be seen with its controls."""

    number: int
    kind: type
    changes: dict[str, Any]
    seen: list[dict[str, Any]]

    def __str__(self) -> str:
        return f"{self.kind.__name__}({', '.join(f'{k}={v!r}' for k, v in self.changes.items())})"

    @property
    def root(self) -> str:
        """Where it stands in a page with all cases."""
        return f"[data-mlp-lab='{self.number}'] .mlp-lab"


@cache
def cases_of_kind(kind: type) -> dict[tuple, list]:
    """See ``cases_of``."""
    return cases_of(kind)


def all_cases(labs: Sequence[LabDescription] = LABS) -> list[Case]:
    """States of labs in which each of their controls stands somewhere; the first states come
    first, so that a page of all cases is also one of all labs."""
    kinds = [getattr(mlp_widgets, lab.kind) for lab in labs]
    found = [(kind, dict(changes), seen) for kind in kinds
             for changes, seen in cases_of_kind(kind).items()]
    found.sort(key=lambda case: bool(case[1]))
    return [Case(number, *case) for number, case in enumerate(found)]


def cells_of_cases(labs: Sequence[LabDescription] = LABS) -> list[str]:
    """The cells of a notebook with all cases, and a question of each kind."""
    return cells_of_all(*(str(case) for case in all_cases(labs) if case.changes), of=labs)


STATES = ("first states", "all states")
"""Where many things are measured of a text, the labs as they open are enough by day."""


def of_states(cases: list[Case], states: str) -> list[Case]:
    """These cases, or those among them in which a lab opens."""
    assert states in STATES
    return [case for case in cases if states == "all states" or not case.changes]


def click_all(page: NotebookPage, selector: str) -> None:
    """Press all buttons that fit, at once."""
    if page.page.locator(selector).count():
        page.page.locator(selector).evaluate_all("all => all.forEach(e => e.click())")
        page.settle()


def fold(page: NotebookPage, is_open: bool) -> None:
    """Open or close the folds of all labs."""
    click_all(page, f".mlp-fold-switch{':not(.mod-active)' if is_open else '.mod-active'}")


def size(page: NotebookPage, width: int, height: int, files: bool | None = None) -> None:
    """Give a page a size, in JupyterLab with the file browser or without."""
    page.page.set_viewport_size({"width": width, "height": height})
    if files is not None:
        verb = "expand" if files else "collapse"
        page.page.evaluate(f"window.jupyterapp.shell.{verb}Left()")
    page.page.evaluate(UNTIL_SIZED)


def hidden_in(page: NotebookPage, cases: list[Case]) -> tuple[list[str], dict[type, set[str]]]:
    """What is not seen with a control that has the keyboard; and the controls that had it."""
    found, had = [], defaultdict(set)
    for case in cases:
        answer = page.page.evaluate(HIDDEN_PARTS, [case.root, case.seen])
        found += [f"{case}: {hidden}" for hidden in answer["hidden"]]
        had[case.kind] |= set(answer["done"])
    return found, had


def assert_all_had_it(had: dict[type, set[str]], cases: list[Case]) -> None:
    """No control was left out."""
    without = {kind.__name__: missing for kind in {case.kind for case in cases}
               if (missing := set(declared(kind.state_type)) - had[kind])}
    assert without == {}, without


# --- presented ---


def present(page: NotebookPage, is_on: bool) -> None:
    """Press or release Present of all labs."""
    click_all(page, f".mlp-lab .mlp-present{':not(.mod-active)' if is_on else '.mod-active'}")


def each_page(page: NotebookPage, cases: list[Case]) -> Iterator[list[Case]]:
    """Turn all presented labs to each of their sections; gives the cases that have such a section,
    first all of them."""
    found = cases
    for place in count():
        if not found:
            break
        click_all(page, f".mlp-page-{place}")
        yield found
        following = f".mlp-page-{place + 1}"
        found = [case for case in cases if page.page.locator(f"{case.root} {following}").count()]


def check_start_presented(page: NotebookPage, cases: list[Case], screen: tuple[int, int],
                          files: bool | None) -> None:
    """Presets, J, all sliders of the first column and the first picture are on one screen."""
    size(page, *screen, files)
    for case in cases:
        hidden = page.page.evaluate(HIDDEN_AT_START, case.root)
        assert hidden == [], case


def check_steps_presented(page: NotebookPage, cases: list[Case], screen: tuple[int, int],
                          files: bool | None) -> None:
    """The stepper is on one screen with what it lights, in whatever section it stands."""
    click_all(page, ".mlp-fold-stepper")
    lit = {case.number: seen["pictures"][0] for case in cases for seen in case.seen
           if seen["field"] == "operation"}
    walked = set()
    size(page, *screen, files)
    for found in each_page(page, [case for case in cases if case.number in lit]):
        here = [case for case in found if page.page.locator(f"{case.root} .mlp-next").is_visible()]
        walked |= {case.number for case in here}
        for case in here:
            hidden = page.page.evaluate(HIDDEN_STEPS, [case.root, lit[case.number]])
            assert hidden == [], case
    steppers = [kind for kind in {case.kind for case in cases}
                if "operation" in declared(kind.state_type)]
    assert len(walked) == len(steppers)
