"""What the picture of the computational-graph lab shows, made from its numbers."""

from __future__ import annotations

from dataclasses import replace

from ...drawing.graph import Circle, GraphScene, Line, labelled
from . import words
from .graph import Graph
from .layered import Wire
from .numbers import Numbers

ROOM_FOR_NAMES = 80.0
"""CSS pixels of a label from which a derivative has its name before it."""


def graph(numbers: Numbers) -> GraphScene:
    """All circles and wires; what a walk has not come to is a ?."""
    found, place, local = numbers.graph, numbers.state.operation, numbers.state.local
    now, reused = found.lit(place)
    lit = {**dict.fromkeys(reused, "reused"), **dict.fromkeys(now, "now")}
    circles = [Circle(x, y, node.sign, node.is_operation, lit.get(k, ""))
               for k, (node, (x, y)) in enumerate(zip(found.nodes, found.layout.circles,
                                                      strict=True))]
    lines = [_line(found, wire, place, local) for wire in found.layout.wires]
    caption = words.CAPTION, words.BRACKETS * local + words.GREY_WIRES
    shape = tuple((node.sign, node.inputs) for node in found.nodes)
    sums = [words.paths_add_up(found, paths, found.has_derivative(paths.node, place))
            for paths in found.sums]
    return GraphScene(circles, lines, sums, caption, shape, found.layout.zoom,
                      words.picture(found, place))


def covered(numbers: Numbers) -> GraphScene:
    """The same without derivatives, without what they make grey, and without the local ones: the
    first of these is ∂L/∂(its input) itself."""
    shown, found, place = graph(numbers), numbers.graph, numbers.state.operation
    lines = [replace(line, derivative=words.UNKNOWN if line.derivative else "", local="", off=False)
             for line in shown.lines]
    sums = [words.paths_add_up(found, paths, known=False) for paths in found.sums]
    return replace(shown, lines=lines, sums=sums, caption=(words.CAPTION, ""),
                   said=words.picture(found, place, covered=True))


# -- wires ----------------------------------------------------------------------------------------


def _line(found: Graph, wire: Wire, place: int, local: bool) -> Line:
    """A wire with its texts."""
    node, room = found.nodes[wire.start], found.layout.room
    value = labelled(node.name if node.is_operation else "", node.value, room)
    share = found.share(wire.start, wire.end, wire.slot)
    known = found.has_derivative(wire.start, place)
    now, _ = found.lit(place)
    lit = (wire.start if found.is_backward(place) else wire.end) in now
    return Line(wire.path, wire.label, (wire.start, wire.end),
                value if found.has_value(wire.start, place) else words.UNKNOWN,
                not node.is_operation, _derivative(found, wire, room, known),
                _local(found, wire, room) if local and known else "",
                off=known and share == 0, lit="now" if lit else "")


def _derivative(found: Graph, wire: Wire, room: float, known: bool) -> str:
    """What comes back along a wire; its name only where all of ∂L/∂(value) comes this way."""
    share, node = found.share(wire.start, wire.end, wire.slot), found.nodes[wire.start]
    if share is None:
        return ""
    if not known:
        return words.UNKNOWN
    whole = len(found.uses[wire.start]) < 2 and room >= ROOM_FOR_NAMES
    return labelled(f"∂L/∂{node.name}" if whole and node.name else "", share, room)


def _local(found: Graph, wire: Wire, room: float) -> str:
    """The derivative of the next operation by this value."""
    if wire.end < 0:
        return ""
    local = found.nodes[wire.end].local[wire.slot]
    inside = found.nodes[wire.start].derivative is None
    return "" if local is None or inside else f"({labelled('', local.value, room - 10)})"
