"""The style sheet is a small system: three sizes of type, and distances in steps of 4 units."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import mlp_widgets

STYLE = (Path(mlp_widgets.__file__).parent / "widgets" / "style.css").read_text(encoding="utf-8")
STEP = 4  # units; one unit is a CSS pixel, or more where a lab is presented
SIZES = {"var(--small)", "var(--normal)", "var(--large)", "inherit"}
DISTANCE = re.compile(r"(?<![\w-])((?:row-|column-)?gap|(?:margin|padding)(?:-\w+)?)\s*:([^;}]+)")
TYPE = re.compile(r"(?<![\w-])font(?:-size)?\s*:([^;}]+)")
# What is not in steps, or none of the three sizes, and why.
ODD_DISTANCES = {
    "padding: 0 calc(17 * var(--u)) 0 calc(4 * var(--u))": "as wide as the two fine steps in the "
                                                           "box",
    "margin: 0 calc(1 * var(--u)) 0 calc(-25 * var(--u))": "the fine steps go back into their box, "
                                                           "and leave its border",
    "margin: 0 0 0 calc(-25 * var(--u))": "the second of them",
    "margin: 0 0 0 -1px": "two buttons of a segmented control share a border",
    "margin-bottom: var(--still)": "so far a picture goes up with the last controls below it",
    "margin-top: calc(-1 * var(--still))": "the controls take that back",
    "padding-left: calc((4 + 16 * var(--in, 0)) * var(--u))": "steps of 16 for each level",
}
ODD_TYPE = {"700 max(16px, 1.25vw) / 1.4": "the title of a page of Voilà, outside of all labs"}


def without_comments(style: str) -> str:
    return re.sub(r"/\*.*?\*/", "", style, flags=re.S)


def is_in_steps(value: str) -> bool:
    """Whether a distance is made of 0, auto, and multiples of 4 units or pixels."""
    rest = re.sub(r"calc\((-?\d+) \* var\(--u\)\)|(-?\d+)px", lambda found: (
        "0" if int(found[1] or found[2]) % STEP == 0 else "odd"), value)
    return set(rest.split()) <= {"0", "auto"}


def odd_distances(style: str) -> set[str]:
    """Declarations of distances that are not in steps."""
    return {f"{name}: {' '.join(value.split())}"
            for name, value in DISTANCE.findall(without_comments(style)) if not is_in_steps(value)}


def odd_type(style: str) -> set[str]:
    """Sizes of type that are none of the three; of a font all before its face."""
    sizes = {value.split('"')[0].strip() for value in TYPE.findall(without_comments(style))}
    return {size for size in sizes if size.split(" / ")[0] not in SIZES}


def test_distances_are_in_steps_of_4_units():
    assert odd_distances(STYLE) == set(ODD_DISTANCES)
    assert len(DISTANCE.findall(STYLE)) > 5 * len(ODD_DISTANCES)
    assert all(ODD_DISTANCES.values())


def test_there_are_three_sizes_of_type():
    assert odd_type(STYLE) == set(ODD_TYPE)
    units = re.findall(r"--(small|normal|large): calc\((\d+) \* var\(--u\)\)", STYLE)
    assert units == [("small", "12"), ("normal", "14"), ("large", "20")]


@pytest.mark.parametrize(("style", "distances", "types"), [
    (".a { gap: calc(8 * var(--u)); font-size: var(--small) }", 0, 0),
    (".a { margin: 0 auto; /* padding: 3px */ font: inherit; }", 0, 0),
    (".a { padding: 0 calc(6 * var(--u)); }", 1, 0), (".a { margin-left: -5px }", 1, 0),
    (".a { gap: 0.5em; font-size: 13px }", 1, 1), (".a { font: 600 15px / 1 x }", 0, 1),
])
def test_what_is_out_of_step_is_found(style, distances, types):
    assert (len(odd_distances(style)), len(odd_type(style))) == (distances, types)
