"""Every lab in the engines of Firefox and Safari: keys, pointer, number boxes, buttons, Present.

A small set: what is the same in every engine is tested in Chromium, by all other files. Here each
lab is laid out, presented, dragged and clicked, which is where engines differ and where they once
failed. Keys go to one lab of each kind of slider, Step and Run to one lab of each way to do so.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec

import pytest
from described_labs import LABS, OF_EACH_SLIDER, LabDescription, cells_of_all, described, only
from lab_cases import LAPTOP, PROJECTORS, size
from real_jupyter import NUMBER_LABS, Firefox, NotebookPage, firefox_path
from real_webkit import WebKit, missing_programs
from seen import PICTURE, cut_boxes, each_section, pictures, present, unfold, values

import mlp_widgets
from mlp_widgets.widgets.lab import Lab
from mlp_widgets.widgets.pointer import Pointer

PAGE = dict(zip(("width", "height"), LAPTOP, strict=True))
PROJECTOR = PROJECTORS[-1]
SAME = 1e-4  # of a picture's pixels may differ where it must be the same again

CLICKED = {
    "DeepChainLab": ("map", 0.6, 0.4), "SigmoidFeaturesLab": ("space", 0.8, 0.3),
    "ReluSumsLab": ("hinges", 0.3, 0.3), "NamesCountsLab": ("names", 0.85, 0.5),
    "TrainingLoopLab": ("descents", 0.85, 0.5), "DigitsLab": ("reading", 0.2, 0.4),
}
"""A picture that can be clicked, and where: shares of its width and height from the upper left."""

# Its place, scrolled into view, once it stands still. What is sticky would go on for ever if it
# were scrolled to at every frame.
AT_REST = """async (e, block) => {
    const place = () => {
        const { x, y, width, height } = e.getBoundingClientRect();
        return { x, y, width, height };
    };
    let quiet = 0, before = '';
    for (let frame = 0; quiet < 6 && frame < 300; frame++, before = JSON.stringify(place())) {
        if (frame < 3) e.scrollIntoView({ block });
        await new Promise(requestAnimationFrame);
        quiet = JSON.stringify(place()) === before ? quiet + 1 : 0;
    }
    if (quiet < 6) throw new Error('it does not come to rest');
    return place();
}"""


def of_firefox(missing) -> Firefox:
    """Firefox as the system has it."""
    if firefox_path() is None:
        missing("no Firefox was found")
    return Firefox()


def of_webkit(missing) -> WebKit:
    """WebKitGTK as the system has it."""
    if sys.platform != "linux":
        pytest.skip("WebKitGTK, Safari's engine without Safari, is for Linux")
    if lacking := missing_programs():
        missing(f"not installed: {', '.join(lacking)}")
    return WebKit()


ENGINES = {"firefox": of_firefox, "webkit": of_webkit}


@pytest.fixture(scope="module", params=ENGINES)
def opened(request, missing, server) -> Iterator[NotebookPage]:
    """A page with all labs in each engine."""
    with ENGINES[request.param](missing) as browser:
        notebook = server.write(f"{request.param}.ipynb", *cells_of_all())
        with browser.open(server, notebook, **PAGE) as page:
            page.run_all()
            page.settle()
            page.page.evaluate(NUMBER_LABS)
            assert page.problems() == []
            page.alone = True  # eleven labs are laid out anew with each of them: that takes long
            yield page


@pytest.fixture(scope="module", params=LABS, ids=str)
def lab(request) -> LabDescription:
    """Each lab in turn."""
    return request.param


def kind_of(lab: LabDescription) -> type:
    """The class of a lab."""
    return getattr(mlp_widgets, lab.kind)


# A box that changes its own width while it is told of it: that can only be told a frame later.
# Gives what the browser says of this.
LATE_SIZE = """() => new Promise(resolve => {
    const box = document.body.appendChild(document.createElement('div')), said = [];
    const hear = event => said.push(event.message);
    addEventListener('error', hear);
    new ResizeObserver((_entries, observer) => {
        box.style.width = `${box.offsetWidth - 10}px`;
        if (box.offsetWidth > 100) return;
        observer.disconnect();
        box.remove();
        removeEventListener('error', hear);
        setTimeout(resolve, 50, said);
    }).observe(box);
    box.style.width = '150px';
})"""


def test_a_size_that_is_told_a_frame_late_is_no_error(opened):
    said = opened.page.evaluate(LATE_SIZE)
    assert said and all("ResizeObserver" in message for message in said)
    assert opened.problems() == []


@only(OF_EACH_SLIDER)
def test_keys_number_box_and_undo(page, lab):
    before, picture = values(page), page.remember(PICTURE)
    page.press(lab.slider, "ArrowRight", times=3)
    page.settle()
    assert values(page)[lab.moved] > before[lab.moved]
    seen = {picture, page.pixels(PICTURE)}
    page.click(".mlp-reset")
    page.settle()
    page.type_number(lab.box, lab.typed)
    page.settle()
    assert page.value(lab.box) == lab.typed
    assert lab.stands(page) == pytest.approx(lab.typed, abs=0.06)
    assert len(seen | {page.pixels(PICTURE)}) == 3
    page.click(".mlp-undo")
    page.settle()
    assert values(page) == before
    assert page.unlike(PICTURE, picture) < SAME


def drag(page, lab, share: float) -> None:
    """Drag the handle of the slider by the mouse to a share of its track; it must stop there."""
    handle, track = (page.find(f"{lab.slider} .noUi-{part}") for part in ("handle", "base"))
    at, way = handle.evaluate(AT_REST, "nearest"), track.bounding_box()
    mouse, y = page.page.mouse, at["y"] + at["height"] / 2
    mouse.move(at["x"] + at["width"] / 2, y)
    mouse.down()
    mouse.move(way["x"] + way["width"] * share, y, steps=4)
    mouse.up()
    page.settle()
    at = handle.bounding_box()
    stands = at["x"] + at["width"] / 2 - way["x"]
    assert stands / way["width"] == pytest.approx(share, abs=0.06)
    assert page.value(lab.box) == pytest.approx(lab.stands(page), rel=1e-3)


@contextmanager
def presented(page) -> Iterator[None]:
    """The lab presented on a projector for a while."""
    size(page, *PROJECTOR)
    present(page)
    try:
        yield
    finally:
        present(page, False)
        size(page, *LAPTOP)


@only([described("ThreeNeuronLab"), described("ComputationalGraphLab")])
def test_a_step_and_back(page, lab):
    unfold(page)
    before, picture = values(page), page.remember(PICTURE)
    page.click(".mlp-step")
    page.settle()
    assert values(page) != before
    page.click(".mlp-undo")
    page.settle()
    assert values(page) == before
    assert page.unlike(PICTURE, picture) < SAME


RUNS = [described(kind) for kind in ("ThreeNeuronLab", "DeepChainLab", "DigitsLab")]


@only(RUNS)
def test_a_run_goes_on_until_it_is_paused(page, lab):
    unfold(page)
    if lab.kind == "DeepChainLab":
        page.all(".mlp-below button").get_by_text("Training", exact=True).first.click()
        page.settle()
    before, rest = values(page), page.text(".mlp-run")
    shown = pictures(page)
    page.click(".mlp-run")
    page.wait_for(lambda: pictures(page) != shown)
    if page.text(".mlp-run") != rest:  # a short one may have ended by itself
        page.click(".mlp-run")
    page.wait_for(lambda: page.text(".mlp-run") == rest)
    page.settle()
    page.click(".mlp-reset")
    page.settle()
    after = values(page)
    assert {name: after[name] for name in before if name in after} == {
        name: before[name] for name in before if name in after}


# --- the pointer on a picture ---


def pointers_of(lab: Lab) -> list[Pointer]:
    """What listens to the mouse in a lab, which is shown."""
    lab.appear()
    parts = [part for own in vars(lab).values()
             for part in (own if isinstance(own, list) else [own])]
    return [part for part in parts if isinstance(part, Pointer)]


def clicked(kind: type, shown: Iterable[str], across: float, down: float) -> dict[str, float]:
    """The numbers of a new lab after a click at a share of its picture, without any browser."""
    lab = kind()
    place = {"relativeX": across, "relativeY": down, "boundingRectWidth": 1,
             "boundingRectHeight": 1}
    try:
        for event in ("mousedown", "click"):
            for pointer in pointers_of(lab):
                pointer.moved({"event": event, **place})
        return {name: getattr(lab.state, name) for name in shown}
    finally:
        lab.close()


def test_every_way_to_run_is_tried_here():
    assert {kind_of(lab).run for lab in RUNS} == {kind_of(lab).run for lab in LABS}


def test_every_picture_that_listens_to_the_mouse_is_clicked_here():
    listening = set()
    for lab in LABS:
        made = kind_of(lab)()
        if pointers_of(made):
            listening.add(lab.kind)
        made.close()
    assert listening == CLICKED.keys() & {lab.kind for lab in LABS}


def picture_of(lab) -> str:
    """The selector of the picture that is clicked."""
    return f"img.mlp-picture-{CLICKED[lab.kind][0]}"


def click_after_reset(page, lab) -> None:
    """Click on the picture of the first state; the numbers must be those of this place."""
    page.click(".mlp-reset")
    page.settle()
    _, across, down = CLICKED[lab.kind]
    image = page.find(picture_of(lab))
    box, before = image.evaluate(AT_REST, "center"), values(page)
    x, y = round(box["x"] + across * box["width"]), round(box["y"] + down * box["height"])
    page.page.mouse.click(x, y)
    page.settle()
    place = (x - box["x"]) / box["width"], (y - box["y"]) / box["height"]
    after = values(page)
    assert after != before
    expected = clicked(kind_of(lab), after, *place)
    assert after == pytest.approx(expected, rel=0.02, abs=0.05)  # of a pixel


def test_boxes_have_room_and_the_pointer_drags_and_clicks_also_presented(page, lab, missing):
    is_clicked = lab.kind in CLICKED and find_spec("ipyevents") is not None
    drag(page, lab, 0.7)
    unfold(page)
    assert cut_boxes(page) == []
    if is_clicked:
        click_after_reset(page, lab)
    with presented(page):
        drag(page, lab, 0.3)
        for section in each_section(page):
            assert page.overflow(".mlp-lab") == [], section
            if is_clicked and page.find(picture_of(lab)).is_visible():
                is_clicked = False
                click_after_reset(page, lab)
    assert not is_clicked, "the picture was in no section"
    if lab.kind in CLICKED and find_spec("ipyevents") is None:
        missing("the Python package ipyevents is not installed")
