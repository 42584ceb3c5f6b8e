"""The network as circles and edges, with the present numbers on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .picture import Picture
from .quick_artists import QuickText
from .style import BLACK, FAINT, GREY, NEGATIVE, OFF, POSITIVE

LABEL_DISTANCE = 11.0
"""CSS pixels between the middle of a line and the middle of its label."""


@dataclass(frozen=True)
class Node:
    """A circle at (x, y), shares of the picture from the lower left, with its lines of text.

    state: "on", "off" (greyed) or "dead" (greyed, and crossed out). size: diameter, CSS pixels.
    A still node never changes: it is drawn once, as the first view has it.
    """

    key: str
    x: float
    y: float
    text: str = ""
    state: str = "on"
    size: float = 84.0
    still: bool = False


@dataclass(frozen=True)
class Edge:
    """A line between two nodes: its label and the number that gives colour, dash and width.

    The label lies along the line, ``side`` 1 above and -1 below it; or with ``beside`` that many
    CSS pixels right (negative: left) of the start.
    """

    start: str
    end: str
    text: str = ""
    value: float = 0.0
    state: str = "on"
    beside: float = 0.0
    side: int = 1


@dataclass(frozen=True)
class DiagramView:
    """All nodes and edges, always the same ones in the same order, and a line that explains."""

    nodes: Sequence[Node]
    edges: Sequence[Edge]
    caption: str = ""


class DiagramPicture(Picture):
    """Nodes and edges. The first view gives the layout; later ones change numbers and states."""

    def __init__(self, layout: DiagramView, width: int = 490, height: int = 256,
                 scale: float = 2.0) -> None:
        self.layout = layout
        super().__init__(width, height, scale)

    def build(self) -> None:
        """A line for each edge, a circle, a cross and a text for each node, labels on top."""
        axes = self.axes = self.figure.add_axes((0, 0, 1, 1))
        axes.set(xlim=(0, self.width), ylim=(0, self.height))
        axes.axis("off")
        self.places = {
            node.key: (node.x * self.width, node.y * self.height) for node in self.layout.nodes
        }
        self.still_radius = {n.key: n.size / 2 + 1 for n in self.layout.nodes if n.still}
        self.lines = [self._build_edge(edge) for edge in self.layout.edges]
        self.circles = [self._build_node(node) for node in self.layout.nodes]
        self.labels = [self._build_label(edge) for edge in self.layout.edges]
        QuickText(axes, 8, 24, self.layout.caption, color=GREY, size=8.5, align="left")

    def _build_edge(self, edge: Edge):
        (x0, y0), (x1, y1) = self.places[edge.start], self.places[edge.end]
        # below the moving circles, so from centre to centre; but it must not cover a still one
        cut = self.still_radius.get(edge.start, 0.0) / np.hypot(x1 - x0, y1 - y0)
        x0, y0 = x0 + cut * (x1 - x0), y0 + cut * (y1 - y0)
        return self.moving(self.axes.plot([x0, x1], [y0, y1], solid_capstyle="butt",
                                          dash_capstyle="butt")[0])

    def _build_node(self, node: Node):
        x, y = self.places[node.key]
        points = node.size * 72 / 96
        circle, = self.axes.plot([x], [y], "o", markersize=points, markeredgewidth=1.8)
        cross, = self.axes.plot([x], [y], "x", markersize=points * 0.71, color=FAINT,
                                markeredgewidth=2.5)
        text = QuickText(self.axes, x, y)
        cross.set_visible(False)
        if node.still:
            circle.set(markerfacecolor="white", markeredgecolor=BLACK)
            text.show(node.text)
            return circle, cross, text
        return tuple(map(self.moving, (circle, cross, text)))

    def _build_label(self, edge: Edge):
        (x0, y0), (x1, y1) = self.places[edge.start], self.places[edge.end]
        if edge.beside:
            align = "left" if edge.beside > 0 else "right"
            return self.moving(QuickText(self.axes, x0 + edge.beside, y0, align=align))
        angle = np.arctan2(y1 - y0, x1 - x0)
        away = LABEL_DISTANCE * edge.side * np.array((-np.sin(angle), np.cos(angle)))
        place = ((x0 + x1) / 2 + away[0], (y0 + y1) / 2 + away[1])
        return self.moving(QuickText(self.axes, *place, rotation=float(np.degrees(angle))))

    def update(self, view: DiagramView) -> None:
        """Show other numbers and states."""
        largest = max((abs(edge.value) for edge in view.edges), default=0.0) or 1.0
        for edge, line, label in zip(view.edges, self.lines, self.labels, strict=True):
            on = edge.state == "on" and edge.value != 0
            width = 1.2 + 4.8 * abs(edge.value) / largest
            colour = (POSITIVE if edge.value > 0 else NEGATIVE) if on else FAINT
            # dash lengths count in line widths: divide, so that all dashes look alike
            dash = "-" if edge.value >= 0 else (0, (7 / width, 3 / width))
            line.set(color=colour, linewidth=width, linestyle=dash)
            label.show(edge.text, color=BLACK if on else GREY)
        for node, (circle, cross, text) in zip(view.nodes, self.circles, strict=True):
            if node.still:
                continue
            on = node.state == "on"
            circle.set(markerfacecolor="white" if on else OFF,
                       markeredgecolor=BLACK if on else FAINT)
            cross.set_visible(node.state == "dead")
            text.show(node.text, color=BLACK if on else GREY)
