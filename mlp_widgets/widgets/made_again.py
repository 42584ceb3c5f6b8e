"""Which lab stands where another one stood: a cell that is run again makes its labs again.

What the cell made before is gone from the screen, but its parts in other cells and the questions
about it are not. The first lab of a kind that a cell makes takes the place of the first one of
that kind that it made the time before, the second that of the second. Where a page does not say
which cell runs (Voilà, where none is run again), nothing takes a place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from weakref import WeakSet, ref

from IPython import get_ipython

from .host import Listener
from .take_over import take_over


class Successive(Protocol):
    """A lab: ``successor`` is the one that stands in its place now, ``listeners`` are told."""

    successor: Any
    listeners: WeakSet[Listener]


L = TypeVar("L", bound=Successive)
Labs = list[tuple[type, "ref[Successive]"]]
"""Kind of each lab, and the lab while it lives."""


@dataclass
class MadeByCell:
    """The labs that a cell made when it was run, and those of the time before."""

    run: str
    before: Labs
    labs: Labs = field(default_factory=list)


_CELLS: dict[str, MadeByCell] = {}
"""Id of a cell -> what it made."""


def latest(lab: L) -> L:
    """The lab itself, or the one that stands in its place now."""
    while lab.successor is not None:
        lab = lab.successor
    return lab


def take_place(lab: Successive) -> None:
    """Let a new lab stand in the place of the one that its cell made the time before, if any."""
    cell, run = running_cell()
    if not cell:
        return
    made = _CELLS.get(cell)
    if made is None or made.run != run:
        made = _CELLS[cell] = MadeByCell(run, made.labs if made else [])
    place = len(_of_kind(lab, made.labs))
    made.labs.append((type(lab), ref(lab)))
    for kept in _of_kind(lab, made.before)[place : place + 1]:
        old = kept()
        if old is not None:
            old.successor = lab
            for listener in tuple(old.listeners):
                listener.lab_made_again(lab)
            take_over(lab, old)


def _of_kind(lab: Successive, labs: Labs) -> list[ref[Successive]]:
    return [kept for kind, kept in labs if kind is type(lab)]


def running_cell() -> tuple[str, str]:
    """Ids of the cell that runs now and of this run; ("", "") if none runs, or none is known."""
    shell = get_ipython()
    parent: dict[str, Any] = shell.get_parent() if hasattr(shell, "get_parent") else {}
    said = parent.get("metadata", {})
    cell = said.get("cellId") or said.get("colab", {}).get("cell_id") or ""
    return cell, parent.get("header", {}).get("msg_id", "")
