"""A part of a lab beside the text that speaks of it: some of its controls and pictures, live.

    lab.part("w11", "b11", "J", "fit")        # two rows, J and the fit; all of the same lab

The controls and images are those of the lab, shown in one more place of the page: there is no
copy of the state, and nothing is computed or drawn twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Protocol

from ..drawing.picture import Picture
from ..drawing.table import TablePicture
from ..fields import COVER, PARAMETER, Parsed, Place, declared, one_of
from ..text import number, symbol
from . import bare as widgets
from .canvas import Canvas
from .cell import RUN_IT, Shown
from .controls import Control
from .host import Host
from .layout import stack, styled
from .look import look
from .parameter_table import Group, ParameterTable
from .png import composite_png
from .present import PRESENTING

WIDE = 600
"""CSS pixels from which a picture stands above its controls, not beside them."""
NUMBERS_WIDTH = 300
"""CSS pixels of the table of numbers in the picture for viewers without a kernel."""


class Whole(Host, Protocol):
    """A lab, as its parts see it."""

    canvases: dict[str, Canvas]
    blocks: dict[str, widgets.Widget]
    controls: dict[str, Control]
    headline_text: widgets.Widget
    title: ClassVar[str]

    @property
    def views(self) -> Parts: ...

    @property
    def table(self) -> ParameterTable | None: ...

    def draw(self, canvases: Iterable[Canvas]) -> None: ...

    def told(self, gradient: float) -> str: ...

    @property
    def can_cover(self) -> bool: ...

    def control(self, name: str) -> Control: ...

    def groups(self) -> Sequence[Group]: ...


class Part(Shown):
    """Some of a lab's controls, blocks of text and pictures. Made by ``lab.part(...)``."""

    def __init__(self, host: Whole, names: Sequence[str], canvases: Sequence[Canvas],
                 blocks: Sequence[widgets.Widget], tables: Sequence[ParameterTable],
                 presets: Sequence[widgets.Widget], headline: widgets.Widget | None) -> None:
        """blocks: what stands below each other; among them the widgets of ``tables``, which are of
        this part alone. presets: over the whole width. headline: J, if it was asked for."""
        self._host, self.names, self.canvases = host, tuple(names), tuple(canvases)
        self._lock, self.scale = host.locked(), host.scale
        self.tables = tuple(tables)
        self._with_gradient = {name for table in tables for name in table.with_gradient}
        top = [headline, host.messages] if headline else [host.error]
        strip = widgets.HBox([*top, *self._uncover()])
        strip.add_class("mlp-strip")
        is_wide = any(canvas.picture.width > WIDE for canvas in canvases)
        columns = styled("mlp-controls", *_columns(blocks, tables, is_wide))
        pictures = styled("mlp-pictures", *(canvas.widget for canvas in canvases))
        section = widgets.Box([part for part in (pictures, columns) if part.children])
        section.add_class("mlp-section")
        if is_wide:
            section.add_class("mlp-wide")
        self._own = [strip, columns, pictures, section]
        self._own += columns.children
        page = styled("mlp-page", look(), *presets, strip, section)
        self.root = styled("mlp-lab", page)
        self.root.add_class("mlp-part")
        self._own += [page, self.root]
        if PRESENTING in host.root._dom_classes:
            self.root.add_class(PRESENTING)

    def appear(self) -> None:
        """It stands in a page: its pictures are drawn in every state from now on."""
        self._host.views.appeared(self)

    def leave(self) -> widgets.Box:
        """Its outermost box, which is its own no longer: another part may fill it."""
        self._own.remove(self.root)
        shell, (self.root,) = self.root, self.root.children
        return shell

    @property
    def gone(self) -> str:
        """What it answers once its lab is closed."""
        return self._host.gone

    def _uncover(self) -> list[widgets.Widget]:
        """The button that shows what a question covers here; it is seen while that is covered."""
        can_cover = self._with_gradient or any(canvas.slot.covered for canvas in self.canvases)
        return [self._host.control(COVER).widget] if can_cover and self._host.can_cover else []

    @property
    def words(self) -> str:
        """The part's numbers, the status if it shows it, and what its pictures show."""
        host = self._host
        host.draw(self.canvases)
        said = [host.in_words()] if "J" in self.names else []
        return " ".join([f"{host.title}:", *(f"{name} = {value}." for name, value in
                                             self._numbers()),
                         *said, *(canvas.words for canvas in self.canvases)])

    def _numbers(self) -> list[tuple[str, str]]:
        """What can be read off its controls, and the gradients beside them, as text."""
        host, state = self._host, self._host.state
        found, own = [], declared(type(state))
        for name in self.names:
            if name == "J":
                found.append(host.headline(host.numbers))
            elif name in own:
                value = getattr(state, name)
                plain = isinstance(value, (int, float)) and not isinstance(value, bool)
                if plain or isinstance(value, str):
                    found.append((own[name].symbol.removesuffix(" ="),
                                  number(value) if plain else str(value)))
                if name in self._with_gradient and name in host.numbers.gradient:
                    found.append((f"∂{host.objective_of(state)}/∂{symbol(name)}",
                                  host.told(host.numbers.gradient[name])))
        return found

    def snapshot(self) -> bytes:
        """Its numbers and its pictures in one picture."""
        self._host.draw(self.canvases)
        pictures: list[Picture] = [canvas.in_view for canvas in self.canvases]
        rows = [("", "", ""), *((name, "", value) for name, value in self._numbers())]
        height = max(sum(picture.height for picture in pictures), 40 + 22 * len(rows))
        table = TablePicture(self._host.title, rows, (RUN_IT,), NUMBERS_WIDTH, height, self.scale)
        return composite_png([table, [*pictures]] if pictures else [table])

    def close(self) -> None:
        """Remove it from the page; the lab and its other parts stay."""
        with self._lock:
            self._host.views.forget(self)
            own = [*self._own, *(widget for table in self.tables for widget in table.own_widgets)]
            for widget in own:
                for model in (*widgets.own_models(widget), widget):
                    model.close()
            # an output of the notebook may hold it
            self._own, self.tables, self.canvases = [], (), ()
            self.root.set_trait("children", ())

    def __repr__(self) -> str:
        return f"{self._host!r}.part({', '.join(map(repr, self.names))})"


def _columns(blocks: Sequence[widgets.Widget], tables: Sequence[ParameterTable],
             is_wide: bool) -> list[widgets.Widget]:
    """The blocks in one column; below a wide picture the parameters in one and the rest beside."""
    rows = [table.widget for table in tables if is_wide]
    return [stack(*column) for column in (rows, [block for block in blocks if block not in rows])
            if column]


class Parts:
    """The parts of a lab that stand somewhere; the same names give the same part."""

    def __init__(self, host: Whole) -> None:
        self._host = host
        self.shown: dict[tuple[str, ...], Part] = {}
        self._in_page: set[tuple[str, ...]] = set()

    def part(self, *names: str) -> Part:
        """The part of these names, made when it is first asked for."""
        names = tuple(dict.fromkeys(names))
        if names not in self.shown:
            self._check(names)
            self.shown[names] = self._make(names)
            self._host.refresh()
        return self.shown[names]

    @property
    def displayed(self) -> list[Part]:
        """Those that were given to a page."""
        return [part for part in self.shown.values() if part.displayed]

    def appeared(self, part: Part) -> None:
        """A part stands in a page: its pictures are drawn in every state."""
        if part.names in self._in_page or part.names not in self.shown:
            return
        for canvas in part.canvases:
            canvas.asked_for = True
        self._in_page.add(part.names)
        try:
            self._host.show_pictures()
            self._host.send_words()
        except Exception:  # its pictures must not keep the lab from showing other states
            part.close()
            raise

    def _check(self, names: Sequence[str]) -> None:
        """ValueError in a sentence if there is something that cannot be shown."""
        host = self._host
        known = [*self._fields, *host.canvases, *host.blocks, "J"]
        known += ["gradient"] if host.table else []
        known = list(dict.fromkeys(known))
        if not names:
            raise ValueError(f"a part needs names of what it shows; known are {', '.join(known)}")
        for name in names:
            one_of("part", name, known)
        if "gradient" in names and not self._parameters(names):
            raise ValueError("gradients stand beside parameters: name some of these too: "
                             f"{', '.join(self._parameters(known))}")

    @property
    def _fields(self) -> list[str]:
        """The fields that have a control."""
        return [name for name, of in declared(self._host.state_type).items()
                if not isinstance(of, (Parsed, Place)) or name in self._host.controls]

    def _parameters(self, names: Sequence[str]) -> list[str]:
        """Those that stand in the lab's table; it hides the rows that are not in use."""
        own = declared(self._host.state_type)
        return [name for name in names
                if self._host.table and name in own and own[name].role is PARAMETER]

    def _make(self, names: Sequence[str]) -> Part:
        """All that has one of these names: controls, blocks and pictures."""
        host, fields, parameters = self._host, self._fields, self._parameters(names)
        tables, blocks = [], []
        for name in names:
            if name in parameters:
                if name == parameters[0]:  # the others stand below it, by neuron
                    tables.append(self._table(parameters, "gradient" in names))
                    blocks.append(tables[0].widget)
            elif name in fields:
                blocks.append(host.control(name).widget)
            if name in host.blocks and name != "presets":
                blocks.append(host.blocks[name])
        canvases = [host.canvases[name] for name in names if name in host.canvases]
        presets = [host.blocks["presets"]] if "presets" in names else []
        return Part(host, names, canvases, blocks, tables, presets,
                    host.headline_text if "J" in names else None)

    def _table(self, names: Sequence[str], gradients: bool) -> ParameterTable:
        """Rows of some parameters, under the headings of their neurons."""
        host = self._host
        groups = [Group(group.heading, tuple(name for name in group.names if name in names))
                  for group in host.groups()]
        return ParameterTable(host.control, [group for group in groups if group.names],
                              host.objective_of, gradients)

    def refresh(self, state: Any, numbers: Any) -> None:
        """Headings and gradients; all else is the lab's, which keeps it in line."""
        for part in self.shown.values():
            for table in part.tables:
                table.refresh(state, numbers)

    def forget(self, part: Part) -> None:
        """A part is closed: its pictures need not be drawn for it any more."""
        self.shown.pop(part.names, None)
        self._in_page.discard(part.names)
        for name, canvas in self._host.canvases.items():
            canvas.asked_for = any(name in names for names in self._in_page)

    def close(self) -> None:
        """Close all of them."""
        for part in tuple(self.shown.values()):
            part.close()
