"""From numbers to pixels on the page: which pictures stand on a canvas, and what each depends on.

A lab declares its canvases:

    Sheet("lab", "The activation with its slope, and the loss over w",
          Slot("activation", ActivationPicture, scenes.activation),
          Slot("loss", LossPicture, scenes.loss, progress=True))

A slot is drawn anew only when a field on which it depends has changed, and a canvas is sent only
when one of its slots was drawn anew.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, Protocol

import ipywidgets as widgets
from traitlets import Unicode

from ..drawing.picture import Picture, Scene, Shown
from ..fields import State
from .png import PngEncoder


class MakesPicture(Protocol[Shown]):
    """A class of pictures, or a function that makes one."""

    def __call__(self, *, scale: float) -> Picture[Shown]: ...


@dataclass(frozen=True)
class Slot(Generic[Shown]):
    """One picture of a canvas. ``scene`` makes what it shows from the lab's numbers; with
    ``progress`` also from what a run has done so far. A slot depends on all fields of the network,
    or on what ``of`` makes of a state, and beside these on the fields of ``also``. Of several
    slots at one place, ``when`` says which is shown."""

    name: str
    picture: MakesPicture[Shown]
    scene: Callable[..., Shown]
    also: tuple[str, ...] = ()
    progress: bool = False
    when: Callable[[Any], bool] | None = None
    of: Callable[[Any], Hashable] | None = None

    def is_shown(self, state: State) -> bool:
        """Whether it stands on the canvas in a state."""
        return self.when is None or self.when(state)

    def key(self, state: State, progress_key: Hashable) -> Hashable:
        """What it depends on: equal keys mean equal pixels."""
        values = tuple(getattr(state, name) for name in self.also)
        shown = state.of_the_network if self.of is None else self.of(state)
        return shown, values, progress_key if self.progress else None


class Sheet:
    """Slots below each other that travel as one image: the page then decodes one image a move,
    and never shows two pictures of different states. ``name`` says in a few words what they are."""

    def __init__(self, css: str, name: str, *slots: Slot) -> None:
        self.css, self.name, self.slots = css, name, slots


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


class Pictures(dict[str, Picture]):
    """The pictures of a sheet by name, each built when it is first asked for: a lab shows two of
    five at first, and a student sees it sooner."""

    def __init__(self, sheet: Sheet, scale: float) -> None:
        self._makers = {slot.name: slot.picture for slot in sheet.slots}
        self._scale = scale

    def __missing__(self, name: str) -> Picture:
        self[name] = made = self._makers[name](scale=self._scale)
        return made


class Canvas:
    """The image of one sheet. What its pictures show follows in words, which only screen readers
    find; ``send_words`` sends them."""

    def __init__(self, sheet: Sheet, state: State, scale: float) -> None:
        """The pictures that ``state`` shows give the size."""
        self._sheet, self._encoder = sheet, PngEncoder()
        self.pictures = Pictures(sheet, scale)
        self._drawn: dict[str, Hashable] = {}
        self._scenes: dict[str, Scene] = {}
        self._shown: tuple[str, ...] = ()
        first = [self.pictures[slot.name] for slot in sheet.slots if slot.is_shown(state)]
        width, height = f"{first[0].width}px", sum(picture.height for picture in first)
        self.image = NamedImage(
            format="png", width=width[:-2], height=str(height), tooltip=sheet.name,
            layout=widgets.Layout(width=width, min_width=width, height=f"{height}px", margin="0",
                                  object_fit="fill"),
        )
        self.image.add_class(f"mlp-picture-{sheet.css}")
        self._words = widgets.HTML(layout=widgets.Layout(margin="0"))
        self._words.add_class("mlp-words")
        self.widget = widgets.VBox([self.image, self._words], layout=widgets.Layout(margin="0"))
        self.widget.add_class("mlp-canvas")

    @property
    def in_view(self) -> list[Picture]:
        """The pictures that are shown."""
        return [self.pictures[name] for name in self._shown]

    @property
    def words(self) -> str:
        """What the pictures in view show, as plain text."""
        return " ".join(self._scenes[name].words() for name in self._shown)

    def show(self, state: State, numbers: object, progress: Progress) -> None:
        """Draw the slots that have changed, and send them."""
        slots = [slot for slot in self._sheet.slots if slot.is_shown(state)]
        drawn = [self._draw(slot, state, numbers, progress) for slot in slots]
        names = tuple(slot.name for slot in slots)
        if any(drawn) or names != self._shown:
            self._shown = ()  # if packing fails, the next call sends all
            # no pause after this: numbers that follow at once are painted in the same frame
            self.image.value = self._encoder.encode(*(self.pictures[n].pixels for n in names))
            self._shown = names

    def _draw(self, slot: Slot, state: State, numbers: object, progress: Progress) -> bool:
        """Whether a slot had to be drawn anew."""
        key = slot.key(state, progress.key)
        if self._drawn.get(slot.name) == key:
            return False
        self._drawn.pop(slot.name, None)  # an update that fails may have done half of its work
        scene = slot.scene(numbers, progress.value) if slot.progress else slot.scene(numbers)
        self.pictures[slot.name].update(scene)
        self.pictures[slot.name].render()
        self._scenes[slot.name], self._drawn[slot.name] = scene, key
        return True

    def send_words(self) -> None:
        """Send the words of the pictures in view."""
        self._words.value = html.escape(self.words)
