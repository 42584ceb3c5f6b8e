"""What stands on a halo of the stepper can be read, in the light theme and in the dark one."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from drawn_texts import Box, Recorder
from helpers import luminance
from lab_tools import SMALLER, these_labs
from matplotlib.colors import to_hex, to_rgb, to_rgba
from matplotlib.path import Path
from matplotlib.typing import ColorType

from mlp_widgets import LABS
from mlp_widgets.drawing.picture import Picture
from mlp_widgets.drawing.style import BLACK, GRADIENT, LIT, RING, VALUE
from mlp_widgets.fields import DATA, PARAMETER, Choice, Number, Place, State, declared
from mlp_widgets.widgets.look import style_sheet

READABLE = 4.5  # contrast of text and what is behind it (WCAG 2.1, 1.4.3)
ON_BANDS = {"deep_chain": {(GRADIENT, LIT)}, "names_counts": {(VALUE, LIT)}}
"""Colours of texts that stand on the halos of a lab, beside black."""
MOST = 16  # steps of a walk that are looked at, about
HUE_ROTATED = np.array([[-0.574, 1.43, 0.144], [0.426, 0.43, 0.144], [0.426, 1.43, -0.856]])
"""What hue-rotate(180deg) multiplies a colour by (W3C, Filter Effects)."""


def in_the_dark(color: str) -> np.ndarray:
    """A colour of a picture as a page with a dark theme shows it, by the filter of the style
    sheet."""
    share = float(re.search(r"invert\(([\d.]+)\) hue-rotate\(180deg\)", style_sheet())[1])
    inverted = share - (2 * share - 1) * np.array(to_rgb(color))
    return np.clip(HUE_ROTATED @ inverted, 0, 1)


def contrast(one: ColorType, other: ColorType) -> float:
    lights = sorted((luminance(one), luminance(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def contrasts(one: str, other: str) -> tuple[float, float]:
    """The contrast of two colours of a picture, in the light and in the dark."""
    return contrast(one, other), contrast(in_the_dark(one), in_the_dark(other))


def walked(state: State) -> Iterator[State]:
    """Steps of the stepper, in the first state, with each choice of what is computed, and with the
    parameters below 0, where many a neuron is off."""
    own = declared(type(state))
    places = [name for name, of in own.items() if isinstance(of, Place)]
    below = {name: -1.5 for name, of in own.items()
             if type(of) is Number and of.role is PARAMETER}
    changes = [{}, below, *({name: option} for name, of in own.items()
                            if isinstance(of, Choice) and of.role is DATA for option in of.options)]
    for name in places:
        for change in changes:
            try:
                other = state.changed(**change)
            except ValueError:
                continue
            last = own[name].last(other)
            yield from (other.changed(**{name: k}) for k in range(0, last + 1, 1 + last // MOST))


def on_halos(picture: Picture, boxes: list[Box]) -> Iterator[tuple[Box, str]]:
    """The texts that lie on a halo, with its colour."""
    pixels = picture.pixels.view(np.uint32)[::-1, :, 0]  # each as one number
    for halo in (LIT, RING):
        color = np.round(255 * np.array(to_rgba(halo))).astype(np.uint8).view(np.uint32)
        up, across = np.nonzero(pixels == color)
        places = (np.column_stack([across, up]) + 0.5) / picture.scale
        yield from ((box, halo) for box in boxes if not box.paper
                    and Path(box.corners).contains_points(places).any())


@these_labs(*LABS)
def test_texts_on_halos_can_be_read_in_both_themes(name, make, monkeypatch):
    lab = make(name, scale=1.0, **SMALLER.get(name, {}))
    recorder, found = Recorder(monkeypatch, draws=True), {}
    for state in walked(lab.state):
        numbers = lab.compute(state)
        for slot in lab.slots:
            if "operation" in slot.also and slot.is_shown(state):
                picture = lab.canvases[slot.name].picture
                picture.update(slot.scene(numbers))
                boxes = recorder.texts_of(picture)
                found.update({(to_hex(box.color), halo): f"{box.text} at step {state.operation}"
                              for box, halo in on_halos(picture, boxes)})
    both = {(text, *pair): contrasts(*pair) for pair, text in found.items()}
    assert {key: least for key, of in both.items() if (least := min(of)) < READABLE} == {}
    if name in ON_BANDS:  # it has looked
        assert {(BLACK, LIT), *ON_BANDS[name]} <= {(text.lower(), halo) for text, halo in found}


def test_the_page_has_the_colours_of_the_halos_in_both_themes():
    pages = re.findall(r"--lit: (#\w+); --ring: (#\w+);", style_sheet())
    dark = tuple(to_hex(in_the_dark(halo)) for halo in (LIT, RING))
    assert pages == [(LIT.lower(), RING.lower()), dark]
