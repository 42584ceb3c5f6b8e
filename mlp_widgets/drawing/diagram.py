"""The network as circles and edges, with the present numbers on them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from matplotlib import rc_context
from matplotlib.collections import LineCollection, PathCollection

from ..explain.notation import Var
from ..text import number, scientific
from .picture import STYLING, Picture, Scene, added
from .quick_artists import LINE_HEIGHT, QuickText, text_width
from .style import BLACK, FAINT, GRADIENT, GREY, OFF, RING, SMALL, STYLE, VALUE

NOTE_AT = (6.0, 24.0)
"""CSS pixels from the left and upper edge to the left end and the middle of the note."""
LABEL_DISTANCE = 13.0
"""CSS pixels between the middle of a line and the middle of its label."""
HALF_LINE, INSET, APART = 5.5, 2.5, 1.5
"""CSS pixels: half the height of a line of text, the least distance of a text from the rim of its
circle, and from that of others."""


@dataclass(frozen=True)
class Node:
    """A circle at (x, y), shares of the picture from the lower left, with its lines of text.

    state: "on", "off" (greyed) or "dead" (greyed, and crossed out). size: diameter, CSS pixels.
    A still node never changes: it is drawn once, as the first scene has it. lit: "now" puts a halo
    around it, "reused" a dashed one. color: of its rim while it is on.
    """

    key: str
    x: float
    y: float
    text: str = ""
    state: str = "on"
    size: float = 84.0
    still: bool = False
    lit: str = ""
    color: str = BLACK


@dataclass(frozen=True)
class Edge:
    """A line between two nodes: its label and the number that gives dash and width.

    The label lies along the line, ``side`` 1 above and -1 below it, its middle at the share ``at``
    of the way (not in the middle where lines cross); or with ``beside`` that many CSS pixels right
    (negative: left) of the start. state: "on", "off" (grey), "plain" (a thin dark
    line that carries no number of its own) or "hidden". bend: how many CSS pixels the line's middle
    is moved upwards. lit: as for a node.
    """

    start: str
    end: str
    text: str = ""
    value: float = 0.0
    state: str = "on"
    beside: float = 0.0
    side: int = 1
    at: float = 0.5
    bend: float = 0.0
    lit: str = ""


@dataclass(frozen=True)
class DiagramScene(Scene):
    """All nodes and edges, always the same ones in the same order, and a line that explains.

    name: what it is a diagram of. caption_at: the left end and the middle height of the line that
    explains, shares of the picture. color: of the edges. note: at the upper left, of what all these
    numbers are.
    """

    nodes: Sequence[Node]
    edges: Sequence[Edge]
    caption: str = ""
    name: str = "The network"
    caption_at: tuple[float, float] = (0.016, 0.1)
    color: str = VALUE
    note: str = ""

    def words(self) -> str:
        """The texts of circles and edges, and which of them are grey or dead."""
        nodes = [_said(part) for part in self.nodes if part.text and not part.still]
        edges = [self._edge(part) for part in self.edges if part.text and part.state != "hidden"]
        note = f", {self.note}".replace("\n", " ") if self.note else ""
        return f"{self.name}{note}. Circles: {'; '.join(nodes)}. Edges: {'; '.join(edges)}."

    def _edge(self, edge: Edge) -> str:
        """The text of an edge; if that names nothing, between which circles it is."""
        if "=" in _said(edge):
            return _said(edge)
        ends = {node.key: re.split(r" = |\n", node.text)[0] for node in self.nodes}
        return f"from {ends[edge.start]} to {ends[edge.end]}: {_said(edge)}"


def halos_of(lit: Mapping[Var, str], parameters: Mapping[str, Var],
             ends: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Node or edge -> "now" or "reused", from the variables that are lit and the gradients by them.

    parameters: edge -> its weight or bias; ends: edge -> the nodes that it joins, of which the last
    is the only output. The target and the loss have no nodes of their own: they light the output.
    """
    edges = {var: name for name, var in parameters.items()}
    neurons = {}
    for name, var in parameters.items():
        if var.kind == "w":
            neurons[var.layer - 1, var.input], neurons[var.layer, var.neuron] = ends[name]
    output = neurons[max(neurons)]

    def part(var: Var) -> str:
        of = var._replace(kind=var.kind.removeprefix("d"))
        node = output if of.kind in ("y", "loss") else neurons[of.layer, of.neuron]
        return edges.get(of, node)

    # what is computed comes last and wins: a node shows both a z that is reused and its a
    return {part(var): kind for var, kind in lit.items()}


GREY_WORDS = {"off": " (grey)", "dead": " (dead)"}


def _said(part: Node | Edge) -> str:
    """The text of a circle or an edge in one line, and its state."""
    text = re.sub(r"\n(?=[−\d∞])", " = ", part.text.rstrip())  # a name above its number
    return text.replace("\n", ", ") + GREY_WORDS.get(part.state, "")


def _written(value: float, plus: bool, *at_most: int) -> Iterator[str]:
    """A number in ever fewer digits: "−0.699", "−7e−1"."""
    for digits in at_most:
        yield number(value, digits, plus=plus)
        yield scientific(value, digits, plus=plus, pad=True)


def fitted(line: str, room: float) -> str:
    """A line of text; if it is wider than ``room`` CSS pixels, its number has fewer digits. Before
    one digit alone is left, "=" loses its spaces: −3.3 is not −3."""
    if text_width(line) <= room:
        return line
    name, equals, written = line.rpartition(" = ")
    try:
        value = float(written.replace("−", "-").replace("∞", "inf"))
    except ValueError:  # no number
        return line
    if value == 0 or not np.isfinite(value):
        return line.replace(equals, "=") if equals else line
    plus = written.startswith("+")
    texts = [name + sign + text for digits in ((3, 2), (1,))
             for sign in dict.fromkeys((equals, equals.strip()))
             for text in _written(value, plus, *digits)]
    return next((text for text in texts if text_width(text) <= room), min(texts, key=text_width))


@lru_cache(maxsize=4096)
def _shortened(text: str, rooms: tuple[float, ...]) -> str:
    """Each line of a text no wider than its room; one room is that of all lines."""
    lines = text.split("\n")
    rooms = rooms * len(lines) if len(rooms) == 1 else rooms
    return "\n".join(fitted(line, room) for line, room in zip(lines, rooms, strict=True))


@lru_cache(maxsize=256)
def _rooms(radius: float, lines: int) -> tuple[float, ...]:
    """How wide each of so many lines may be in a circle, CSS pixels."""
    pitch = LINE_HEIGHT * SMALL * 96 / 72
    ends = [abs(pitch * (row - (lines - 1) / 2)) + HALF_LINE for row in range(lines)]
    return tuple(2 * max((radius - INSET) ** 2 - end**2, 0.0) ** 0.5 for end in ends)


class DiagramPicture(Picture[DiagramScene]):
    """Nodes and edges. The first scene gives the layout; later ones change numbers and states."""

    size = 490, 244
    layout: DiagramScene | None = None

    def build(self) -> None:
        """A page; what stands on it comes with the first scene."""
        self.axes = self.page()

    def _lay_out(self, layout: DiagramScene) -> None:
        """Lines, circles, crosses, and texts on top; one artist for all lines, one for all circles.

        Every artist costs the same small time, however little it draws.
        """
        self.layout = layout
        self.places = {
            node.key: (node.x * self.width, node.y * self.height) for node in layout.nodes
        }
        self.radius = {node.key: node.size / 2 for node in layout.nodes}
        self.paths = [self._path(edge) for edge in layout.edges]
        movable = [node for node in layout.nodes if not node.still]
        self.halos = self.moving(self._lines(self.paths))
        self.halos.set_color(RING)
        self.rings = self.moving(self._circles(movable, 3.5))
        self.rings.set(facecolor="none", edgecolor=RING)
        self.lines = self.moving(self._lines(self.paths))
        self.circles = self._circles(layout.nodes)
        self.crosses = self._lines([])
        self.crosses.set(color=GREY, linewidth=2.5)
        self._show_states(layout.nodes)
        for node in layout.nodes:
            if node.still:
                QuickText(self.axes, *self.places[node.key], node.text)
        self.texts = [self.moving(QuickText(self.axes, *self.places[n.key])) for n in movable]
        self.labels = [self._build_label(edge) for edge in layout.edges]
        self.rooms = [self._room(edge) for edge in layout.edges]
        self.note = self.moving(QuickText(self.axes, NOTE_AT[0], self.height - NOTE_AT[1],
                                          align="left"))
        left, middle = layout.caption_at
        self.caption = QuickText(self.axes, left * self.width, middle * self.height,
                                 layout.caption, color=GREY, align="left")

    def _lines(self, paths: Sequence[np.ndarray]) -> LineCollection:
        """Lines through these points, not to be cut off or lengthened at their ends."""
        return added(self.axes, LineCollection(paths, capstyle="butt", joinstyle="round"))

    def _circles(self, nodes: Sequence[Node], wider: float = 0.0) -> PathCollection:
        """A circle for each node, its radius enlarged by so many CSS pixels."""
        x, y = np.array([self.places[node.key] for node in nodes]).reshape(-1, 2).T
        points = [((node.size + 2 * wider) * 72 / 96) ** 2 for node in nodes]
        return self.axes.scatter(x, y, s=points, zorder=2)

    def _path(self, edge: Edge) -> np.ndarray:
        """The points of an edge from rim to rim: two, or for a bent one some of a parabola."""
        start, end = np.array(self.places[edge.start]), np.array(self.places[edge.end])
        way = end - start
        share = np.linspace(0, 1, 200)[:, None]
        path = start + share * way + 4 * edge.bend * share * (1 - share) * np.array((0.0, 1.0))
        outside = ((np.hypot(*(path - start).T) >= self.radius[edge.start])
                   & (np.hypot(*(path - end).T) >= self.radius[edge.end]))
        path = path[outside]
        return path if edge.bend else path[[0, -1]]

    def _build_label(self, edge: Edge) -> QuickText:
        """The text of an edge, beside its start or along its line."""
        (x0, y0), (x1, y1) = self.places[edge.start], self.places[edge.end]
        if edge.beside:
            align = "left" if edge.beside > 0 else "right"
            return self.moving(QuickText(self.axes, x0 + edge.beside, y0, align=align))
        angle = np.arctan2(y1 - y0, x1 - x0)
        way, up = np.array(((np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))))
        first, last = self._free(edge)
        place = np.array((x0, y0)) + (first + edge.at * (last - first)) * way
        place = place + edge.side * _away(edge) * up + (0.0, edge.bend)
        return self.moving(QuickText(self.axes, *place, rotation=float(np.degrees(angle))))

    def _free(self, edge: Edge) -> tuple[float, float]:
        """Where the label may begin and end along its edge, so that it keeps off both circles."""
        near = max(_away(edge) - 10.0 * edge.text.count("\n") - HALF_LINE, 0.0)
        length = float(np.hypot(*np.subtract(self.places[edge.start], self.places[edge.end])))
        ends = [APART + max(self.radius[key] ** 2 - near**2, 0.0) ** 0.5
                for key in (edge.start, edge.end)]
        return ends[0], length - ends[1]

    def _room(self, edge: Edge) -> float:
        """How long the label of an edge may be, CSS pixels."""
        if edge.bend:
            return float(self.width)
        if edge.beside:
            start = self.places[edge.start][0] + edge.beside
            return float(self.width - start if edge.beside > 0 else start) - APART
        first, last = self._free(edge)
        return (last - first) * 2 * min(edge.at, 1 - edge.at)

    def update(self, scene: DiagramScene) -> None:
        """Show other numbers and states."""
        if self.layout is None:
            with STYLING, rc_context(STYLE):
                self._lay_out(scene)
        self.note.show(scene.note, gradient=GRADIENT)
        if scene.caption != self.caption.text:
            self.caption.show(scene.caption)
            self.redraw_still()
        self._show_edges(scene.edges, scene.color)
        if [node.state for node in scene.nodes] != self.states:
            self._show_states(scene.nodes)
        self._show_nodes([node for node in scene.nodes if not node.still])

    def _show_edges(self, edges: Sequence[Edge], color: str) -> None:
        """Colour, dash, width and label of every edge."""
        largest = max((abs(edge.value) for edge in edges if edge.state in ("on", "off")),
                      default=0.0) or 1.0
        colours, widths, dashes = [], [], []
        for edge, label, room in zip(edges, self.labels, self.rooms, strict=True):
            on = edge.state in ("plain", "on")
            width = {"plain": 1.5, "hidden": 0.0}.get(
                edge.state, 1.2 + 4.8 * abs(edge.value) / largest)
            plain = edge.state == "plain" or edge.value == 0
            colours.append(FAINT if not on else BLACK if plain else color)
            widths.append(width)
            # dash lengths count in line widths: divide, so that all dashes look alike
            dashes.append((0, (7 / width, 3 / width)) if edge.value < 0 and width else "-")
            text = "" if edge.state == "hidden" else _shortened(edge.text, (room,))
            label.show(text, color=BLACK if on else GREY, gradient=GRADIENT if on else GREY)
        self.lines.set(color=colours, linewidth=widths, linestyle=dashes)
        _show_halo(self.halos, [edge.lit for edge in edges], 11.0)

    def _show_nodes(self, nodes: Sequence[Node]) -> None:
        """Text of every circle that may change, its halo, and if states changed its look."""
        for node, text in zip(nodes, self.texts, strict=True):
            on = node.state == "on"
            rooms = _rooms(node.size / 2, node.text.count("\n") + 1)
            text.show(_shortened(node.text, rooms), color=BLACK if on else GREY,
                      gradient=GRADIENT if on else GREY)
        _show_halo(self.rings, [node.lit for node in nodes], 4.0)

    def _show_states(self, nodes: Sequence[Node]) -> None:
        """Fill, rim and cross of every circle; they belong to the still part, for they are large
        and seldom change."""
        self.states = [node.state for node in nodes]
        on = [state == "on" for state in self.states]
        self.circles.set(facecolor=["white" if o else OFF for o in on],
                         edgecolor=[node.color if o else FAINT
                                    for node, o in zip(nodes, on, strict=True)], linewidth=1.8)
        crosses = []
        for node in nodes:
            if node.state == "dead":
                x, y = self.places[node.key]
                near, far = node.size * 0.29, node.size * 0.36  # the text stays free
                crosses += [((x + a * near, y + b * near), (x + a * far, y + b * far))
                            for a in (-1, 1) for b in (-1, 1)]
        self.crosses.set_segments(crosses)
        self.redraw_still()


def _away(edge: Edge) -> float:
    """From the line of an edge to the middle of its label, CSS pixels."""
    return LABEL_DISTANCE + 10.0 * edge.text.count("\n")


def _show_halo(artist: LineCollection | PathCollection, lit: Sequence[str], width: float) -> None:
    """A thick line around what is lit now, a dashed one around what is reused."""
    artist.set_visible(any(lit))
    if any(lit):
        artist.set(linewidth=[width if kind else 0.0 for kind in lit],
                   linestyle=[(0, (1.0, 0.6)) if kind == "reused" else "-" for kind in lit])
