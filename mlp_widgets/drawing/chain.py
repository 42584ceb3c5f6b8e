"""A chain of layers of one neuron each, with its values above and its gradients below."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import ClassVar

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection

from ..text import known, number, symbol
from .picture import Picture, Scene, added
from .quick_artists import QuickTexts, Text, text_width
from .style import BLACK, FAINT, GRADIENT, GREY, LIT, NORMAL, OFF, VALUE

IN_BOX = NORMAL
"""Points of the letters in the boxes."""
NAMED = 5
"""Up to so many layers every number has its name; deeper, every row has a heading instead."""
FOUR_DIGITS = 7
"""Up to so many layers numbers have four digits, if they fit; deeper, three."""
ROWS = {"z": 36, "a": 54, "w": 74, "y": 86, "x": 158, "da": 178, "dz": 196, "dw": 214}
"""Middles of the rows of text, CSS pixels from the upper edge."""
MIDDLE, FORWARD, BACKWARD = 113, 13, 238
"""Middles of the boxes and of the two lanes, CSS pixels from the upper edge."""
MARGIN = 6.0
HEADINGS = {"z": "z", "a": "a", "w": "w", "da": "∂J/∂a", "dz": "∂J/∂z", "dw": "∂J/∂w"}
SAMPLES = {"z": "−0.123", "a": "−0.12", "w": "−0.5"} | dict.fromkeys(("da", "dz", "dw"), "−0.1234")
"""Numbers as wide as most are: with its name before it, such a number stands in the middle."""
HEAD_LENGTH = 9.0
HEAD = np.array([(-HEAD_LENGTH, -5.0), (0.0, 0.0), (-HEAD_LENGTH, 5.0)])
"""The head of an arrow to the right, its tip at the origin."""
DIP = 17.0
"""How far a skip connection hangs below the boxes."""
NONE, COVERED = "—", "?"
GRADIENTS = ("da", "dz", "dw")
COLORS = {"w": BLACK} | dict.fromkeys(GRADIENTS, GRADIENT)
"""Of the names in the rows; those of z and a are grey with their layer."""
LEGENDS = ("edge thick: large |w|   dashed: w < 0   grey: no gradient",
           "dashed: w < 0   grey: no gradient")
"""What the looks of edges and boxes say; the second where the formula before it is long."""
FORWARD_LEGENDS = ("edge thick: large |w|   dashed: w < 0", "dashed: w < 0")
LEAST_ARROW = 60.0


@dataclass(frozen=True, eq=False)
class ChainScene(Scene):
    """What the picture shows: numbers only, computed elsewhere.

    x, y, J: of the one point; w, z, a, dJ_dz, dJ_da, dJ_dw: of the layers 1 to L, shape (L,);
    skip: whether a[l] = a[l-1] + g(z[l]); activation: the name of g, such as "σ"; states: "on" or
    "off" (g'(z) is 0, drawn grey) of each layer; lit: key -> "now" or "reused", with keys "x",
    "y", "J", "w3", "z3", "a3", "dz3", "da3", "dw3"; overflow: the first layer that is not finite;
    covered: a ? stands for each gradient.
    """

    x: float
    y: float
    J: float
    w: np.ndarray
    z: np.ndarray
    a: np.ndarray
    dJ_dz: np.ndarray
    dJ_da: np.ndarray
    dJ_dw: np.ndarray
    skip: bool = False
    activation: str = "g"
    states: tuple[str, ...] = ()
    lit: Mapping[str, str] = field(default_factory=dict)
    overflow: int | None = None
    covered: bool = False

    @property
    def grey(self) -> tuple[bool, ...]:
        """Which layers let no gradient pass through g, or have no numbers after an overflow."""
        states = self.states if self.states and not self.covered else ("on",) * len(self.w)
        first = self.overflow or len(states) + 1
        return tuple(state == "off" or layer >= first for layer, state in enumerate(states, 1))

    def words(self) -> str:
        """All numbers, layer by layer."""
        skip = ", with skips" * self.skip
        layers = "; ".join(self._layer(k) for k in range(len(self.w)))
        end = "" if self.overflow is None else f" Overflow at layer {self.overflow}."
        return (f"The chain{skip}: x = {number(self.x)}. {layers}. J = {known(self.J)}, "
                f"y = {number(self.y)}.{end}")

    def _layer(self, k: int) -> str:
        """The numbers of one layer, forward and backward."""
        names = [("w", self.w), ("z", self.z), ("a", self.a)]
        if not self.covered:
            names += [("∂J/∂w", self.dJ_dw), ("∂J/∂z", self.dJ_dz), ("∂J/∂a", self.dJ_da)]
        numbers = ", ".join(f"{name} = {known(values[k])}" for name, values in names)
        return f"Layer {k + 1}{' (grey)' * self.grey[k]}: {numbers}"

    def shades(self, name: str) -> list[str]:
        """Colour of z or a of every layer: a skip connection keeps a alive where g is off."""
        alive = name == "a" and self.skip and self.overflow is None
        return [GREY if grey and not alive else BLACK for grey in self.grey]


@dataclass(frozen=True, eq=False)
class Layout:
    """Places of a chain, CSS pixels from the lower left.

    x, J: middles of the outer boxes; w, z, a: middles of the edges and of the two halves of each
    box, shape (L,); pitch: from one layer to the next; half: width of a half; between: room
    between the halves for the name of the activation; tall: height of a box.
    """

    x: float
    J: float
    w: np.ndarray
    z: np.ndarray
    a: np.ndarray
    pitch: float
    half: float
    between: float
    tall: float

    @property
    def edge(self) -> float:
        """Length of an edge."""
        return self.pitch - 2 * self.half - self.between

    @property
    def named(self) -> bool:
        """Whether there is room for names."""
        return self.between > 0


@lru_cache(maxsize=32)
def layout(depth: int, width: float) -> Layout:
    """The places of so many layers: as wide as the picture; a short chain stands in its middle."""
    half, between, tall, first = (30.0, 46.0, 34.0, 70.0) if depth <= NAMED else (
        22.0, 0.0, 28.0, 76.0)
    to_J = half / 2 + 24 + tall / 2
    to_a = (half + between) / 2  # from the middle of an edge to a, less half a pitch
    last = width - MARGIN - tall / 2 - to_J
    pitch = (last - first - to_a) / (depth - 0.5)
    if depth <= NAMED:
        pitch = min(pitch, 190.0)
    spare = (last - first - to_a - (depth - 0.5) * pitch) / 2
    w = first + spare + pitch * np.arange(depth)
    a = w + pitch / 2 + to_a
    x = w[0] - (pitch - 2 * half - between) / 2 - tall / 2
    return Layout(float(x), float(a[-1] + to_J), w, a - half - between, a, pitch, half, between,
                  tall)


class ChainPicture(Picture[ChainScene]):
    """x, then an edge and a box [z | a] for each layer, then J; up to ``most`` layers.

    What depends on depth, skip, activation and on which layers are grey stands still; numbers,
    edges and halos move.
    """

    rows: ClassVar[tuple[str, ...]] = tuple(HEADINGS)
    """Rows of numbers above and below the boxes."""
    legends: ClassVar[tuple[str, str]] = LEGENDS

    def __init__(self, width: int = 828, height: int = 250, scale: float = 2.0,
                 most: int = 10) -> None:
        self.most = most
        self._key: object = None
        super().__init__(width, height, scale)

    def build(self) -> None:
        """Boxes, skip connections, lanes; halos, edges with their heads, and texts on top."""
        axes = self.axes = self.page()
        self.boxes = added(axes, PolyCollection([], linewidth=1.6))
        self.dividers = added(axes, LineCollection([], linewidth=0.8, colors=GREY))
        self.arrows = added(axes, LineCollection([], linewidth=1.3, joinstyle="round"))
        self.tips = added(axes, PolyCollection([], linewidth=0))
        self.words, self.in_boxes = QuickTexts(axes), QuickTexts(axes, IN_BOX)
        self.halos = self.moving(added(axes, LineCollection([], colors=LIT, capstyle="butt")))
        self.edges = self.moving(added(axes, LineCollection([], colors=VALUE, capstyle="butt")))
        self.heads = self.moving(added(axes, PolyCollection([], facecolor=VALUE, linewidth=0)))
        self.over = self.moving(QuickTexts(axes, IN_BOX))
        self.numbers = self.moving(QuickTexts(axes))

    def update(self, scene: ChainScene) -> None:
        """Show another chain; raises ValueError on more layers than there is room for."""
        depth = len(scene.w)
        if not 1 <= depth <= self.most:
            raise ValueError(f"the chain is drawn with 1 to {self.most} layers, got {depth}")
        self.place = layout(depth, self.width)
        key = (depth, scene.skip, scene.activation, scene.grey, scene.overflow)
        if key != self._key:
            self._key = key
            self._show_still(scene)
        self._show_edges(scene)
        written = self._numbers(scene)
        self._show_halos({key: kind for key, kind in scene.lit.items() if kind and key in written},
                         written)

    def _up(self, row: str) -> float:
        """Height of a row of text from the lower edge."""
        return self.height - ROWS[row]

    # --- what stands still ---

    def _show_still(self, scene: ChainScene) -> None:
        """Another kind of chain: boxes, arrows and words."""
        grey = (False, *scene.grey, scene.overflow is not None)
        boxes = self._boxes()
        self.boxes.set_verts([_rounded(*box) for box in boxes])
        self.boxes.set(facecolor=[OFF if g else "white" for g in grey],
                       edgecolor=[FAINT if g else BLACK for g in grey])
        here = self.place
        cuts = {*(here.z + here.half / 2), *(here.a - here.half / 2)}
        (_, low, _, high) = boxes[0]
        self.dividers.set_segments([[(cut, low + 1), (cut, high - 1)] for cut in cuts])
        lanes = list(self._lanes(scene))
        self.names, self.letters = dict(self._names(scene)), dict(self._letters(scene))
        self.words.texts = [*self._words(scene), *self.names.values(),
                            *(text for texts, _ in lanes for text in texts)]
        self.in_boxes.texts = list(self.letters.values())
        arrows = [*self._arrows(scene.skip), *(path for _, path in lanes)]
        ways = [GREY, GREY if scene.overflow else GRADIENT][:len(lanes)]
        colors = [BLACK] * (len(arrows) - len(lanes)) + ways
        self.arrows.set(segments=[path[:-1] for path in arrows], color=colors)
        self.tips.set(verts=[_tip(*path[-2:]) for path in arrows], facecolor=colors)
        self.redraw_still()

    def _boxes(self) -> list[tuple[float, float, float, float]]:
        """Left, lower, right and upper end of the box of x, of each layer, and of J."""
        here, middle = self.place, self.height - MIDDLE
        lefts = [here.x - here.tall / 2, *(here.z - here.half / 2), here.J - here.tall / 2]
        rights = [here.x + here.tall / 2, *(here.a + here.half / 2), here.J + here.tall / 2]
        low, high = middle - here.tall / 2, middle + here.tall / 2
        return [(left, low, right, high) for left, right in zip(lefts, rights, strict=True)]

    def _letters(self, scene: ChainScene) -> Iterator[tuple[str, Text]]:
        """What is written in the boxes."""
        here, middle = self.place, self.height - MIDDLE
        yield "x", ("x", here.x, middle, BLACK)
        yield "J", ("J", here.J, middle, BLACK if scene.overflow is None else GREY)
        for name, places in (("z", here.z), ("a", here.a)):
            for layer, (x, color) in enumerate(zip(places, scene.shades(name), strict=True), 1):
                yield f"{name}{layer}", (symbol(f"{name}{layer}"), x, middle, color)

    def _names(self, scene: ChainScene) -> Iterator[tuple[str, Text]]:
        """Names before the numbers; they stand still, so that only digits move."""
        self.name_ends = {}
        places = {row: getattr(self.place, row[-1]) for row in HEADINGS}
        for row in self.rows if self.place.named else ():
            colors = scene.shades(row) if row in "za" else [COLORS[row]] * len(scene.w)
            for layer, (x, color) in enumerate(zip(places[row], colors, strict=True), 1):
                name = HEADINGS[row][:-1] + symbol(f"{row[-1]}{layer}") + " = "
                width = text_width(name)
                start = max(x - (width + text_width(SAMPLES[row])) / 2, MARGIN)
                self.name_ends[f"{row}{layer}"] = start + width
                yield f"{row}{layer}", (name, start + width / 2, self._up(row), color)

    def _words(self, scene: ChainScene) -> Iterator[Text]:
        """Names of the skip connections and activations, or headings of the rows."""
        here, middle = self.place, self.height - MIDDLE
        if scene.skip:
            for a in here.a:
                yield "+1", a - here.pitch / 2, middle - here.tall / 2 - 8.5, BLACK
        legend = self._legend(scene)
        yield legend, self.width - MARGIN - text_width(legend) / 2, self.height - FORWARD, GREY
        if not here.named:
            for row in self.rows:
                name, color = HEADINGS[row], GRADIENT if row in GRADIENTS else GREY
                yield name, MARGIN + text_width(name) / 2, self._up(row), color
            return
        lines = scene.activation.split(" ")
        for z, a, grey in zip(here.z, here.a, scene.grey, strict=True):
            for k, line in enumerate(lines):
                up = middle + 6 * (len(lines) - 1 - 2 * k)
                yield line, (z + a) / 2, up, GREY if grey else BLACK

    def _arrows(self, skip: bool) -> Iterator[np.ndarray]:
        """Points of the arrow to J, and of those from a[l-1] to a[l] that skip a layer."""
        here, middle = self.place, self.height - MIDDLE
        start, end = here.a[-1] + here.half / 2, here.J - here.tall / 2
        yield np.array([(start, middle), (end - HEAD_LENGTH, middle), (end, middle)])
        turn = np.linspace(0, np.pi / 2, 9)
        corner = 6 * np.column_stack([-np.cos(turn), 1 - np.sin(turn)])  # down, then right
        base = middle - here.tall / 2 - 1
        for left, right in zip((here.x + 5, *(here.a[:-1] + 5)), here.a - 5, strict=True):
            if skip:
                there = corner + np.array((left + 6, base - DIP))
                back = corner[::-1] * (-1, 1) + np.array((right - 6, base - DIP))
                yield np.vstack([(left, base), there, back, (right, base)])

    def _legend(self, scene: ChainScene) -> str:
        """The longest that leaves room for the arrow of the forward pass."""
        room = self.width - 2 * MARGIN - 20 - LEAST_ARROW - text_width(_forward(scene))
        return next((text for text in self.legends if text_width(text) <= room), self.legends[-1])

    def _lanes(self, scene: ChainScene) -> Iterator[tuple[list[Text], np.ndarray]]:
        """Formula and arrow of the forward pass, above, and of the backward pass, below: formulas
        are texts of their own, which stand in the right half."""
        right = self.width - MARGIN
        text, up = _forward(scene), self.height - FORWARD
        width = text_width(text)
        end = right - text_width(self._legend(scene)) - 10
        yield ([(text, MARGIN + width / 2, up, BLACK)],
               np.array([(MARGIN + width + 10, up), (end - HEAD_LENGTH, up), (end, up)]))
        if not {*GRADIENTS} & {*self.rows}:
            return
        texts: list[Text] = []
        up = self.height - BACKWARD
        color = GRADIENT if scene.overflow is None else BLACK
        for text in _backward(scene)[::-1]:
            texts.append((text, right - text_width(text) / 2, up, color))
            right -= text_width(text) + 10
        yield texts, np.array([(right, up), (MARGIN + HEAD_LENGTH, up), (MARGIN, up)])

    # --- what moves ---

    def _show_edges(self, scene: ChainScene) -> None:
        """Dash and width of the edges by their weights."""
        here, middle = self.place, self.height - MIDDLE
        sizes = np.abs(scene.w)
        widths = 1.2 + 4.8 * (sizes / (sizes.max() or 1.0))
        ends = here.w + here.edge / 2
        self.edges.set_segments([[(end - here.edge, middle), (end - HEAD_LENGTH + 1, middle)]
                                 for end in ends])
        # dash lengths count in line widths: divide, so that all dashes look alike
        self.edges.set(linewidth=widths, linestyle=[
            (0, (7 / width, 3 / width)) if w < 0 else "-"
            for w, width in zip(scene.w, widths, strict=True)])
        self.heads.set_verts([HEAD + np.array((end, middle)) for end in ends])

    def _numbers(self, scene: ChainScene) -> dict[str, Text]:
        """All numbers: key -> text. Exact zeros below the boxes are grey."""
        here, over = self.place, scene.overflow
        beyond = np.arange(1, len(scene.w) + 1) > (over or self.most)
        z, a = (np.where(beyond, np.inf, values).tolist() for values in (scene.z, scene.a))
        written = self._ends(scene)
        self._write(written, "w", scene.w.tolist(), here.w, [BLACK] * len(z))
        self._write(written, "z", z, here.z, scene.shades("z"))
        self._write(written, "a", a, here.a, scene.shades("a"))
        for row, values, places in (("da", scene.dJ_da, here.a), ("dz", scene.dJ_dz, here.z),
                                    ("dw", scene.dJ_dw, here.w)):
            if row not in self.rows:
                continue
            gradients: list[float | None] = (
                [None] * len(z) if over or scene.covered else values.tolist())
            colors = [GRADIENT if value or scene.covered else GREY for value in gradients]
            self._write(written, row, gradients, places, colors,
                        COVERED if scene.covered else NONE)
        return written

    def _write(self, written: dict[str, Text], row: str, values: Sequence[float | None],
               places: np.ndarray, colors: Sequence[str], none: str = NONE) -> None:
        """The numbers of a row, each after its name if it has one; ``none`` for no number."""
        most = 4 if len(values) <= FOUR_DIGITS else 3
        for layer, (value, x, color) in enumerate(
                zip(values, places.tolist(), colors, strict=True), 1):
            start, room = None, self.place.pitch - 4
            if self.place.named:
                start = self.name_ends[f"{row}{layer}"]
                before = text_width(self.names[f"{row}{layer}"][0])
                room = min(room - before, self.width - MARGIN - start)
            elif layer == 1:  # beside the heading of its row
                room = min(room, 2 * (x - MARGIN - text_width(HEADINGS[row]) - 4))
            text, width = _fitting(value, most, room, none)
            x = x if start is None else start + width / 2
            written[f"{row}{layer}"] = (text, x, self._up(row), color)

    def _ends(self, scene: ChainScene) -> dict[str, Text]:
        """x below its box, y above that of J and J below it: key -> text."""
        written, digits = {}, 4 if self.place.named else 3
        J = scene.J if scene.overflow is None else math.inf
        for key, row, value, x in (("x", "x", scene.x, self.place.x),
                                   ("y", "y", scene.y, self.place.J), ("J", "x", J, self.place.J)):
            text = f"{key} = {_short(value, digits)}"
            half = text_width(text) / 2
            x = min(max(x, MARGIN + half), self.width - MARGIN - half)
            # nearer to the boxes where no skip connection hangs between
            up = self._up(row) + (DIP if row == "x" and not scene.skip else 0)
            written[key] = (text, x, up, BLACK)
        return written

    def _show_halos(self, lit: Mapping[str, str], written: Mapping[str, Text]) -> None:
        """A yellow band behind what the step talks about, a striped one behind what it reuses.

        A band hides what stands still, so names and letters are written on it again.
        """
        bands = [(band, kind) for key, kind in lit.items() for band in self._bands(key, written)]
        self.halos.set_visible(bool(bands))
        self.over.texts = _dark(self.letters[key] for key in lit if key in self.letters)
        self.numbers.texts = [text for key, text in written.items() if key not in lit]
        self.numbers.texts += _dark(
            texts[key] for key in lit for texts in (self.names, written) if key in texts)
        if bands:
            self.halos.set_segments([((x - half, y), (x + half, y))
                                     for (x, y, half, _), _ in bands])
            self.halos.set(linewidth=[0.75 * tall for (*_, tall), _ in bands], linestyle=[
                (0, (4 / tall, 3 / tall)) if kind == "reused" else "-"
                for (*_, tall), kind in bands])

    def _bands(self, key: str,
               written: Mapping[str, Text]) -> Iterator[tuple[float, float, float, float]]:
        """Middle, half a length and height of the bands of a key: at its number, and in its box
        or on its edge."""
        here, middle = self.place, self.height - MIDDLE
        ends = [(x - text_width(text) / 2, x + text_width(text) / 2)
                for text, x, *_ in (written[key], self.names.get(key, written[key]))]
        left, right = min(end[0] for end in ends) - 3, max(end[1] for end in ends) + 3
        yield (left + right) / 2, written[key][2], (right - left) / 2, 15.0
        if key in self.letters:
            half = (here.half if key[0] in "za" else here.tall) / 2 - 2.5
            yield self.letters[key][1], middle, half, here.tall - 5
        elif key[0] == "w":
            yield here.w[int(key[1:]) - 1], middle, here.edge / 2 - 1, 18.0


class ForwardPicture(ChainPicture):
    """The same without gradients and the backward pass, for those who have not met them yet."""

    rows: ClassVar[tuple[str, ...]] = ("z", "a", "w")
    legends: ClassVar[tuple[str, str]] = FORWARD_LEGENDS

    def __init__(self, width: int = 828, height: int = 168, scale: float = 2.0,
                 most: int = 10) -> None:
        super().__init__(width, height, scale, most)


def _rounded(left: float, low: float, right: float, high: float, radius: float = 8.0) -> np.ndarray:
    """Points of a box with round corners."""
    turn = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    middle = np.array([(left + right) / 2, (low + high) / 2])
    inner = np.array([(right - left) / 2, (high - low) / 2]) - radius
    round_part = np.column_stack([np.cos(turn), np.sin(turn)])
    return middle + radius * round_part + inner * np.sign(round_part.round(9) + 1e-6)


def _dark(texts: Iterable[Text]) -> list[Text]:
    """The same in black where they are grey: grey on yellow is hard to read."""
    return [(*text[:3], BLACK if text[3] == GREY else text[3]) for text in texts]


def _tip(before: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The head of an arrow that comes from ``before``."""
    way = (end - before) / np.hypot(*(end - before))
    return end + HEAD @ np.array([way, (-way[1], way[0])])


def _forward(scene: ChainScene) -> str:
    """What every layer computes in the forward pass."""
    before = "aₗ₋₁ + " if scene.skip else ""
    return f"forward:  zₗ = wₗ · aₗ₋₁,  aₗ = {before}{scene.activation}(zₗ),  a₀ = x"


def _backward(scene: ChainScene) -> tuple[str, ...]:
    """What every layer computes in the backward pass, or why it does not."""
    if scene.overflow is not None:
        return (f"no gradients: overflow at layer {scene.overflow}",)
    skip = " + ∂J/∂aₗ" if scene.skip else ""
    return ("backward:", f"∂J/∂zₗ = ∂J/∂aₗ · {scene.activation}′(zₗ),  ∂J/∂wₗ = ∂J/∂zₗ · aₗ₋₁,  "
                         f"∂J/∂aₗ₋₁ = ∂J/∂zₗ · wₗ{skip}")


def _short(value: float, digits: int) -> str:
    """A number with so many digits; what is not a number came from an infinite one."""
    return "∞" if math.isnan(value) else number(value, digits)


def _fitting(value: float | None, most: int, room: float, none: str) -> tuple[str, float]:
    """A number with as many digits as there is room for, and its width; None is ``none``."""
    for digits in range(most, 0, -1):
        text = none if value is None else _short(value, digits)
        width = text_width(text)
        if width <= room:
            break
    return text, width
