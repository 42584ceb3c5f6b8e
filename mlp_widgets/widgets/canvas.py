"""From numbers to pixels on the page: which pictures a lab has, and what each depends on.

A lab declares its pictures:

    slots = (Slot("activation", ActivationPicture, scenes.activation, "The activation"),
             Slot("loss", LossPicture, scenes.loss, "The loss over w", progress=True))

Each is an image of its own, which may stand in several places of the page at once. It is drawn
anew, and sent, only when a field on which it depends has changed.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol

from traitlets import Unicode

from ..drawing.picture import Picture, Scene, Shown
from ..drawing.table import TablePicture
from ..fields import State
from . import bare as widgets
from .layout import styled
from .png import PngEncoder


class MakesPicture(Protocol[Shown]):
    """A class of pictures, or a function that makes one."""

    def __call__(self, *, scale: float) -> Picture[Shown]: ...


def in_parts_only(_state: object) -> bool:
    """``when`` of a picture that the lab itself never shows, but parts of it do."""
    return False


@dataclass(frozen=True)
class Slot(Generic[Shown]):
    """One picture of a lab. ``scene`` makes what it shows from the lab's numbers; with
    ``progress`` also from what a run has done so far. ``says`` in a few words what it is. A slot
    depends on all fields of the network, or on what ``of`` makes of a state, and beside these on
    the fields of ``also``. Of several slots at one place, ``when`` says which is shown. A part of a
    lab shows it in every state; in those that it cannot show, ``lacks`` gives a sentence that says
    so and stands in its place. A picture that tells gradients says in ``covered`` what it shows
    while these are covered: a scene without them, or a sentence. The sentence stands over empty
    axes; where they follow the state, over a scene that ``blank`` makes. A wide picture stands in
    two halves, the right one below the left one, where there is little room: ``halves`` says where
    these end and begin, "60-40" per cent of the width. The style sheet has a rule for it,
    ``.mlp-halves-60-40``."""

    name: str
    picture: MakesPicture[Shown]
    scene: Callable[..., Shown]
    says: str
    also: tuple[str, ...] = ()
    progress: bool = False
    when: Callable[[Any], bool] | None = None
    of: Callable[[Any], Hashable] | None = None
    lacks: Callable[[Any], str] = lambda state: ""
    covered: str | Callable[..., Shown] = ""
    blank: Callable[..., Shown] | None = None
    halves: str = ""

    def is_shown(self, state: State) -> bool:
        """Whether it stands in the lab in a state."""
        return self.when is None or self.when(state)

    def key(self, state: State, progress_key: Hashable) -> Hashable:
        """What it depends on: equal keys mean equal pixels."""
        sentence = self.sentence(state)
        if sentence and (self.blank is None or self.lacks(state)):
            return sentence
        values = tuple(getattr(state, name) for name in self.also)
        shown = state.of_the_network if self.of is None else self.of(state)
        is_covered = state.is_covered and bool(self.covered)
        return sentence, shown, values, progress_key if self.progress else None, is_covered

    def sentence(self, state: State) -> str:
        """What stands in the place of the picture; "" where it is shown."""
        covered = self.covered if state.is_covered and isinstance(self.covered, str) else ""
        return self.lacks(state) or covered

    def scene_of(self, state: State) -> Callable[..., Shown]:
        """What makes its scene in a state that it can show."""
        return self.covered if state.is_covered and callable(self.covered) else self.scene


@dataclass(frozen=True)
class Progress:
    """What a run of a lab has done so far, and a key that tells it from every other."""

    value: object = None
    key: Hashable = None


class NamedImage(widgets.Image):
    """An Image with a name for screen readers: its tooltip, which becomes the title of the <img>.

    An Image of ipywidgets 8 has no alt; and with a tooltip its page asks for a description, which
    it has not, and breaks. Under ipywidgets 7 the name is sent and not used.
    """

    description = Unicode("").tag(sync=True)
    tooltip = Unicode("").tag(sync=True)


@dataclass(frozen=True, eq=False)
class Sentence(Scene):
    """What stands in the place of a picture."""

    text: str

    def words(self) -> str:
        """The sentence itself."""
        return self.text


class Canvas:
    """The image of one slot. Its picture is built when it is first shown: a lab shows two of five
    at first, and a student sees it sooner. What the picture shows follows in words, which only
    screen readers find; ``send_words`` sends them."""

    def __init__(self, slot: Slot, scale: float) -> None:
        self.slot, self._scale, self._encoder = slot, scale, PngEncoder()
        self._picture: Picture | None = None
        self._drawn: Hashable = None
        self._scene: Scene | None = None
        self._note: Picture | None = None
        self._covered: Picture | None = None
        self.in_lab = False
        """Whether the lab stands in a page, which shows it in some states."""
        self.asked_for = False
        """Whether it is shown in every state, because a part that stands in a page has it."""
        self.image = NamedImage(format="png", tooltip=slot.says)
        self.image.add_class(f"mlp-picture-{slot.name}")
        self._words = widgets.HTML()
        self._words.add_class("mlp-words")
        # twice: where there is little room, each view of the image shows one half of it
        views = [self.image] * (2 if slot.halves else 1)
        self.widget = styled("mlp-canvas", *views, self._words)
        if slot.halves:
            self.widget.add_class(f"mlp-halves-{slot.halves}")

    @property
    def picture(self) -> Picture:
        """The picture, built when it is first asked for."""
        if self._picture is None:
            self._picture = self.slot.picture(scale=self._scale)
            # the page keeps room of this shape
            self.image.width, self.image.height = str(self._picture.width), str(
                self._picture.height)
        return self._picture

    @property
    def in_view(self) -> Picture:
        """The picture; or the sentence in its place, where it cannot show a state."""
        return self._note or self.picture

    @property
    def words(self) -> str:
        """What the picture shows, as plain text."""
        return self._scene.words() if self._scene is not None else ""

    def is_shown(self, state: State) -> bool:
        """Whether it is to be kept in line with a state."""
        return self.asked_for or (self.in_lab and self.slot.is_shown(state))

    def show(self, state: State, numbers: object, progress: Progress) -> None:
        """Draw and send the picture, if what it depends on has changed."""
        slot, sentence = self.slot, self.slot.sentence(state)
        key = slot.key(state, progress.key)
        if self._drawn == key:
            return
        self._drawn = None  # an update that fails may have done half of its work
        if not sentence:
            scene = self._draw(state, numbers, progress)
        elif slot.lacks(state):
            scene = self._say(sentence)
        else:
            scene = self._cover(sentence, numbers)
        # no pause after this: numbers that follow at once are painted in the same frame
        self.paint()
        self._scene, self._drawn = scene, key

    def paint(self) -> None:
        """Render what is in view as it is now, and send it."""
        self.image.value = self._encoder.encode(self.in_view.render())

    def _draw(self, state: State, numbers: object, progress: Progress) -> Scene:
        """Bring the picture in line with the numbers."""
        make, self._note, self._covered = self.slot.scene_of(state), None, None
        scene = make(numbers, progress.value) if self.slot.progress else make(numbers)
        self.picture.update(scene)
        return scene

    def _cover(self, sentence: str, numbers: object) -> Scene:
        """Put the sentence over another picture of its kind, which tells nothing of the answer."""
        blank = self.slot.blank
        if self._covered is None:
            self._covered = self.slot.picture(scale=self._scale)
            say = self._covered.say_over if blank else self._covered.cover
            say(sentence, 0.25 if self.slot.halves else None)  # whole in the left half
        if blank:
            self._covered.update(blank(numbers))
        self._note = self._covered
        return Sentence(sentence)

    def _say(self, sentence: str) -> Scene:
        """Put a sentence in the place of a picture that cannot show a state."""
        size = self.picture.width, self.picture.height
        self._note = TablePicture(sentence, (), (), *size, self._scale)
        return Sentence(sentence)

    def forget(self) -> None:
        """Free what it has drawn when its lab is closed: a notebook's outputs keep labs alive."""
        self._picture = self._note = self._covered = self._scene = self._drawn = None
        self._encoder = PngEncoder()

    def send_words(self) -> None:
        """Send the words of the picture."""
        self._words.value = html.escape(self.words)


class PicturesInView(widgets.VBox):
    """The pictures of a section that the lab shows in a state."""

    children: tuple[widgets.Widget, ...]

    def __init__(self, canvases: Mapping[str, Canvas], names: Sequence[str]) -> None:
        super().__init__()
        self.add_class("mlp-pictures")
        self._canvases = [canvases[name] for name in names]

    def refresh(self, state: Any, numbers: object = None) -> None:
        """Those of a state."""
        shown = tuple(canvas.widget for canvas in self._canvases if canvas.slot.is_shown(state))
        if self.children != shown:
            self.children = shown

    @property
    def all_parts(self) -> tuple[widgets.Widget, ...]:
        """Those of all states."""
        return tuple(canvas.widget for canvas in self._canvases)
