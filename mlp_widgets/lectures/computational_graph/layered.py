"""Where the circles and wires of a graph stand: in columns from left to right, with few crossings.

    layout = placed(((), (), (0, 1)))         # a graph: for each node the places of its inputs

A column of circles and a column of labels take turns. A node stands one column after the last of
its inputs; a name or number stands just before where it is first used. Each wire has a label right
after its source and passes through the columns after it; the order within columns is that of the
middle of the neighbours (barycentre), taken while it lessens the crossings. Nothing shares a place,
so no text lies on another. A graph that has no room so is placed on a larger page, which is drawn
smaller. All in CSS pixels from the upper left; pure Python, a few milliseconds, kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, combinations, pairwise

Graph = tuple[tuple[int, ...], ...]
"""For each node the places of its inputs, which stand before it; the last node is the result."""
Point = tuple[float, float]

WIDTH, HEIGHT = 812, 246
"""Of the picture: presented at 1280 x 720, where its texts should be 16 pixels high, there is room
for 4/3 of this."""
SMALLEST = 0.866
"""Of the sizes at which circles and texts may be drawn, beside 1."""
NARROWEST = 50.0
"""Room of a label at size 1: "−0.0059"."""
EDGE, LINE = 6.0, 16.0
"""At the left and the right end; of a line of text at the foot."""
HALF, AIR = 21.0, 3.0
"""Half the width of a column of circles; between a label and the wires at its ends."""
WIDEST = 190.0
"""From one column of circles to the next, where there is room."""
MOST_COLUMNS = 9
CIRCLE, LABEL, PASS = (21.0, 21.0), (16.0, 28.0), (6.0, 6.0)
"""Room above and below the middle of a circle; of a wire with its label, one line above and two
below; of a wire that only passes."""
TURN = 20.0
"""Above or below the middle of a circle."""
ROOMIEST = 2.2
"""Times this room is given to each where there is so much."""
SWEEPS = 12


@dataclass(frozen=True)
class Wire:
    """From a source to the ``slot``-th input of a node, or, with ``end`` -1, out of the graph.

    path: its corners, from circle to circle. label: the middle of the piece that has the texts.
    """

    start: int
    end: int
    slot: int
    path: tuple[Point, ...]
    label: Point


@dataclass(frozen=True)
class Layout:
    """The places of a graph. zoom: of its circles and texts. room: the width of a label before
    that. fits: whether the height is enough."""

    columns: int
    circles: tuple[Point, ...]
    wires: tuple[Wire, ...]
    zoom: float
    room: float
    fits: bool

    @property
    def is_roomy(self) -> bool:
        """Whether its labels have room for most numbers."""
        return self.fits and self.room >= NARROWEST


def most_rows() -> int:
    """Labels that have room below each other."""
    return int((HEIGHT / SMALLEST - LINE) // sum(LABEL))


@lru_cache(maxsize=256)
def placed(graph: Graph, lines: int = 0) -> Layout:
    """The layout of a graph, above so many ``lines`` of text and the caption at the foot."""
    layout = _placed(graph, lines, 1.0)
    return layout if layout.is_roomy else _placed(graph, lines, SMALLEST)


def _placed(graph: Graph, lines: int, zoom: float) -> Layout:
    """On a page that is drawn so much smaller."""
    columns = _Columns(graph)
    height = HEIGHT / zoom - LINE * (lines + 1)
    columns.sort()
    columns.spread(height)
    columns.straighten(height)
    return columns.layout(WIDTH / zoom, height, zoom)


def _layers(graph: Graph) -> list[int]:
    """The column of each node."""
    found = [0] * len(graph)
    for node, inputs in enumerate(graph):
        found[node] = 1 + max((found[i] for i in inputs), default=-1)
    for node, inputs in enumerate(graph):
        if not inputs:
            uses = [found[k] for k, others in enumerate(graph) if node in others]
            found[node] = min(uses, default=1) - 1
    return found


class _Columns:
    """Items in columns: circles in those of even number, pieces of wires in the others and where
    they pass. An item is a number; those of the nodes come first."""

    def __init__(self, graph: Graph) -> None:
        self.graph, self.layer = graph, _layers(graph)
        self.count = max(self.layer) + 1
        self.columns: list[list[int]] = [[] for _ in range(2 * self.count)]
        self.extent: list[tuple[float, float]] = []
        self.near: list[tuple[list[int], list[int]]] = []
        """Of each item its neighbours in the column before and in the one after."""
        for layer in self.layer:
            self._item(2 * layer, CIRCLE)
        self.chains = [(*ends, self._chain(*ends[:2])) for ends in self._ends()]
        self.y = [0.0] * len(self.extent)
        self.used = max(sum(map(sum, (self.extent[i] for i in column)))
                        for column in self.columns)

    def _ends(self) -> Iterator[tuple[int, int, int]]:
        """(source, node, slot) of every wire; the last one leaves the graph."""
        for node, inputs in enumerate(self.graph):
            yield from ((source, node, slot) for slot, source in enumerate(inputs))
        yield len(self.graph) - 1, -1, 0

    def _item(self, column: int, extent: tuple[float, float]) -> int:
        self.columns[column].append(len(self.extent))
        self.extent.append(extent)
        self.near.append(([], []))
        return len(self.extent) - 1

    def _chain(self, source: int, node: int) -> list[int]:
        """The pieces of a wire, the first of which has the label."""
        first = 2 * self.layer[source] + 1
        last = 2 * self.layer[node] if node >= 0 else first + 1
        pieces = [self._item(column, PASS if column > first else LABEL)
                  for column in range(first, last)]
        for one, other in pairwise([source, *pieces, *([node] if node >= 0 else [])]):
            self.near[one][1].append(other)
            self.near[other][0].append(one)
        return pieces

    # -- order ------------------------------------------------------------------------------------

    def sort(self) -> None:
        """Order the items of each column so that few wires cross."""
        rank = self._first_ranks()
        for column in self.columns:
            column.sort(key=rank.__getitem__)
        best = self._crossings(), [list(column) for column in self.columns]
        for sweep in range(SWEEPS):
            self._sweep(sweep % 2)
            best = min(best, (self._crossings(), [list(c) for c in self.columns]),
                       key=lambda found: found[0])
        self.columns = best[1]

    def _first_ranks(self) -> list[float]:
        """As the result reads its inputs, first ones above: no crossings in a tree."""
        rank, leaves = [0.0] * len(self.extent), iter(range(len(self.extent)))
        seen: set[int] = set()

        def visit(node: int) -> None:
            if node in seen:
                return
            seen.add(node)
            inputs = self.graph[node]
            for other in inputs:
                visit(other)
            rank[node] = sum(rank[i] for i in inputs) / len(inputs) if inputs else next(leaves)

        visit(len(self.graph) - 1)
        for source, node, slot, pieces in self.chains:
            for piece in pieces:
                rank[piece] = (rank[source] + rank[node] + 1e-3 * slot) / 2
        return rank

    def _sweep(self, backwards: int) -> None:
        """Each column in the order of the middles of its neighbours before (or after) it."""
        place = {item: k for column in self.columns for k, item in enumerate(column)}
        for column in self.columns[::-1] if backwards else self.columns:
            middle = {item: _mean([place[i] for i in self.near[item][backwards]], place[item])
                      for item in column}
            column.sort(key=middle.__getitem__)
            place.update({item: k for k, item in enumerate(column)})

    def _crossings(self) -> int:
        """Pairs of wires that cross between two columns."""
        place = {item: k for column in self.columns for k, item in enumerate(column)}
        count = 0
        for column in self.columns:
            links = [(place[i], place[k]) for i in column for k in self.near[i][1]]
            count += sum((a[0] - b[0]) * (a[1] - b[1]) < 0 for a, b in combinations(links, 2))
        return count

    # -- heights ----------------------------------------------------------------------------------

    def spread(self, height: float) -> None:
        """Give each item a height near that of its neighbours, and room of its own."""
        roomy = min(ROOMIEST, max(height / self.used, 1.0))
        self.extent = [(roomy * up, roomy * down) for up, down in self.extent]
        for column in self.columns:
            self._settle(column, [height / 2] * len(column), height)
        for sweep in range(2 * SWEEPS):
            for column in self.columns[:: -1 if sweep % 2 else 1]:
                wanted = [_mean([self.y[k] for side in self.near[i] for k in side], self.y[i])
                          for i in column]
                self._settle(column, wanted, height)

    def _settle(self, column: Sequence[int], wanted: Sequence[float], height: float) -> None:
        """The heights nearest to the wanted ones that keep the order and the room of each item."""
        if not column:
            return
        extents = [self.extent[i] for i in column]
        gaps = [one[1] + other[0] for one, other in pairwise(extents)]
        offsets = [0.0, *accumulate(gaps)]
        free = _isotonic([w - o for w, o in zip(wanted, offsets, strict=True)])
        low, high = extents[0][0], height - extents[-1][1] - offsets[-1]
        for item, value, offset in zip(column, free, offsets, strict=True):
            self.y[item] = max(min(value, high), low) + offset

    def straighten(self, height: float) -> None:
        """Let each wire that passes columns keep one height over as many of them as it can: small
        steps on its way would look as if they meant something."""
        beside = {item: (above, below) for column in self.columns for above, item, below in zip(
            [None, *column], column, [*column[1:], None], strict=False)}
        for *_, pieces in sorted(self.chains, key=lambda chain: -len(chain[-1])):
            level: list[int] = []
            least, most = 0.0, height
            for piece in pieces:
                low, high = self._free(piece, *beside[piece], height)
                if max(least, low) > min(most, high):
                    self._level(level, least, most)
                    level, least, most = [], 0.0, height
                level, least, most = [*level, piece], max(least, low), min(most, high)
            self._level(level, least, most)

    def _free(self, item: int, above: int | None, below: int | None,
              height: float) -> tuple[float, float]:
        """The heights at which an item has its room while its neighbours stay."""
        up, down = self.extent[item]
        low = 0.0 if above is None else self.y[above] + self.extent[above][1]
        high = height if below is None else self.y[below] - self.extent[below][0]
        return low + up, high - down

    def _level(self, items: Sequence[int], least: float, most: float) -> None:
        """One height for all of them, near those that they have."""
        height = max(least, min(most, _mean([self.y[item] for item in items], least)))
        for item in items:
            self.y[item] = height

    # -- the result -------------------------------------------------------------------------------

    def layout(self, width: float, height: float, zoom: float) -> Layout:
        """Circles and wires, as a page of this size is drawn."""
        pitch = min(WIDEST, (width - 2 * EDGE) / self.count)
        left = (width - pitch * self.count) / 2 + HALF
        circles = tuple((left + pitch * layer, self.y[node])
                        for node, layer in enumerate(self.layer))
        wires = tuple(self._wire(ends, circles, pitch, zoom) for ends in self.chains)
        return Layout(self.count, _zoomed(circles, zoom), wires, zoom, pitch - 2 * HALF - AIR,
                      self.used <= height)

    def _wire(self, chain: tuple[int, int, int, list[int]], circles: Sequence[Point],
              pitch: float, zoom: float) -> Wire:
        """Level through each column of its own height; the way from one height to the next is
        between two columns, where nothing else is."""
        source, node, slot, pieces = chain
        x, y = circles[source]
        path: list[Point] = [(x, y)]
        for k, piece in enumerate(pieces):
            middle, half = x + (k + 1) / 2 * pitch, HALF - 4 if k % 2 else pitch / 2 - HALF
            path += [(middle - half, self.y[piece]), (middle + half, self.y[piece])]
        path[1:1] = _turn(path[1], circles[source])
        if node >= 0:
            path += [*_turn(path[-1], circles[node]), circles[node]]
        (label,) = _zoomed([(x + pitch / 2, self.y[pieces[0]])], zoom)
        return Wire(source, node, slot, _zoomed(path, zoom), label)


def _zoomed(places: Sequence[Point], zoom: float) -> tuple[Point, ...]:
    return tuple((zoom * x, zoom * y) for x, y in places)


def _turn(place: Point, circle: Point) -> list[Point]:
    """Where a wire between a circle and a place far above or below it turns."""
    down = place[1] - circle[1]
    return [(place[0], circle[1] + (TURN if down > 0 else -TURN))] if abs(down) > TURN else []


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _isotonic(values: Sequence[float]) -> list[float]:
    """The rising sequence nearest to the values (pool adjacent violators)."""
    blocks: list[tuple[float, int]] = []
    for value in values:
        mean, count = value, 1
        while blocks and blocks[-1][0] > mean:
            before, others = blocks.pop()
            mean, count = (before * others + mean * count) / (others + count), others + count
        blocks.append((mean, count))
    return [mean for mean, count in blocks for _ in range(count)]
