"""A lab: one frozen state in; numbers, pictures, controls and words out.

    control or code -> set(...) -> checked state -> compute(state) once -> refresh()

A lab declares its state (:mod:`mlp_widgets.fields`), computes its numbers, and says which pictures
and controls stand where. It *has* a history, a descent, a stepper, sharing and canvases; each of
these is a part of its own. Nothing is changed by a state that cannot be computed: the last good
one stays.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import fields
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar
from weakref import WeakSet

from ..drawing.picture import Picture
from ..drawing.table import TablePicture
from ..fields import (
    COVER,
    DATA,
    PARAMETER,
    VIEW,
    Parsed,
    Place,
    State,
    attribute,
    changes_in_words,
    declared,
    documentation,
    one_of,
    real,
)
from ..saved_state import call_of, code_of, state_from, with_new_names
from ..text import number, symbol, whole
from . import bare as widgets
from .beside import Panel
from .blocks import COVERED, Text, headline_box
from .built_late import BuiltLate
from .canvas import Canvas, PicturesInView, Progress, Slot
from .cell import RUN_IT, close_all
from .controls import Control, control_of
from .descent import Descent, Path
from .history import History
from .host import Listener, Numbers, Refreshed
from .later import Later
from .layout import Fold, Folds, Section, line, stack, styled
from .look import look
from .made_again import take_place
from .parameter_table import Group, ParameterTable
from .part import Part, Parts
from .png import composite_png
from .present import Present
from .presets import Preset, Presets
from .share import Share
from .stepper import Stepper
from .take_over import Shell
from .why_zero import why_in_words

S = TypeVar("S", bound=State)
N = TypeVar("N", bound=Numbers)
R = TypeVar("R", bound=Refreshed)


class Lab(BuiltLate, Generic[S, N]):
    """Base of the labs.

    A lab gives ``state_type``, ``compute``, ``describe`` and ``slots``; whatever else stands
    here has a default. Its constructor takes a keyword for every field of its state, and
    ``scale``.
    """

    state_type: type[S]
    """What can be set."""
    slots: ClassVar[tuple[Slot, ...]] = ()
    """Its pictures, and what each depends on."""
    presets: ClassVar[Mapping[str, Preset]] = {}
    """Name -> preset."""
    title: ClassVar[str] = ""
    """Its name: at its head, and in the picture for viewers without a kernel."""
    objective: ClassVar[str] = "J"
    """The letter of what the gradients are of."""
    stepper_type: ClassVar[type[Stepper]] = Stepper
    """What walks through its numbers, if its state has a place."""
    descends: ClassVar[bool] = True
    """Whether it has gradient descent, if its state has parameters and a learning rate."""
    __signature__: ClassVar[inspect.Signature]
    after_error = " The last good state is kept."

    def __init_subclass__(cls) -> None:
        """The constructor's signature and documentation, and an attribute for every field."""
        super().__init_subclass__()
        if "state_type" not in vars(cls):
            return
        parts = [inspect.Parameter(f.name, inspect.Parameter.KEYWORD_ONLY, default=f.default,
                                   annotation=f.type) for f in fields(cls.state_type)]
        parts.append(inspect.Parameter("scale", inspect.Parameter.KEYWORD_ONLY, default=2.0))
        cls.__signature__ = inspect.Signature(parts)
        cls.__doc__ = f"{inspect.cleandoc(cls.__doc__ or '')}\n\n{documentation(cls.state_type)}"
        for name in declared(cls.state_type):
            if not hasattr(cls, name):
                setattr(cls, name, attribute(name))

    def __init__(self, *, scale: float = 2.0, **values: Any) -> None:
        self.scale = real("scale", scale, 8.0)
        if self.scale < 0.25:
            raise ValueError(f"scale must be a number from 0.25 to 8, got {self.scale:g}")
        given = with_new_names(values, self.state_type)
        own = declared(self.state_type)
        if unknown := next((name for name in given if name not in own), ""):
            raise TypeError(f"{type(self).__name__} has no argument {unknown!r}; it has "
                            f"{', '.join(own)}, scale")
        self.initial: S = self.state_type(**given)
        self.state: S = self.initial
        self._history: History[S] = History()
        self._more_to_come = False
        self.listeners: WeakSet[Listener] = WeakSet()
        """What is told of each state shown: questions about the lab."""
        self.successor: Any = None
        """The lab that stands in its place since its cell was run again."""
        self.prepare()
        self.numbers: N = self.compute(self.state)
        super().__init__()
        take_place(self)

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse a misspelt name, once the lab is made: nothing would happen."""
        known = name in self.__dict__ or hasattr(type(self), name)
        if self.is_sealed and not known and not name.startswith("_"):
            raise AttributeError(f"{type(self).__name__} has no {name!r} that could be set")
        super().__setattr__(name, value)

    # -- what a lab gives ----------------------------------------------------------------------

    def prepare(self) -> None:
        """Called before the first numbers are computed; for what a lab remembers beside a state."""

    def compute(self, state: S) -> N:
        """All numbers of a state; ValueError or ArithmeticError says why there are none."""
        raise TypeError(f"{type(self).__name__} must define compute()")

    def describe(self) -> str:
        """The present state in one or two sentences, for the status line."""
        gradient = self.numbers.gradient
        zeros = [symbol(name) for name in gradient if gradient[name] == 0]
        blocked = f" No update for {', '.join(zeros)}." if zeros else ""
        return f"{self.objective} = {whole(self.numbers.loss)}.{blocked}"

    def in_words(self) -> str:
        """The same for the page, where nothing tells a gradient that is covered."""
        covered = f"{self.objective_of(self.state)} = {whole(self.loss)}. {COVERED}"
        return covered if self.state.is_covered else self.describe()

    def groups(self) -> Sequence[Group]:
        """The rows of the parameter table, by neuron."""
        return (Group("Parameters", tuple(self.state.parameters)),)

    def objective_of(self, state: S) -> str:
        """The letter of what the gradients beside the sliders are of."""
        return self.objective

    def descent_title(self, state: S) -> str:
        """The heading above the controls of descent."""
        return "Gradient descent <small>θ ← θ − α ∂J/∂θ</small>"

    def steps_changed_nothing(self, numbers: N) -> str:
        """What is said of steps that left the parameters as they were; "": the usual words."""
        return ""

    def headline(self, numbers: N) -> tuple[str, str]:
        """The main number and its name: what stays in view wherever the lab is worked with."""
        return self.objective_of(self.state), number(numbers.loss, 5)

    def layout(self) -> list[Section]:
        """What stands where; what is made here with ``control`` and ``text`` is kept in line with
        every state."""
        table = [self.table.widget] if self.table else []
        fields = [self.control(name).widget for name in self._fields_of(DATA, VIEW)]
        folds = [Fold("Step by step", "stepper", [self.stepper.widget])] if self.stepper else []
        if self.descent:
            folds.append(Fold("Descent", "descent", [self.descent.widget]))
        below = [self.folds(*folds)] if folds else []
        return [Section(self.title, tuple(slot.name for slot in self.slots),
                        [stack(*table, *fields, *below)])]

    @property
    def progress(self) -> Progress:
        """What a run has done so far, for the pictures."""
        return self.descent.progress if self.descent else Progress()

    def network_changed(self, before: S) -> None:
        """Called when a change, not a step of a run, gave the network other numbers."""
        if self.is_built and self.descent:
            self.descent.stop()

    def about_change(self, before: S, after: S) -> str:
        """What the status line says first of a change: "w₁₁ = 0.45. "."""
        return changes_in_words(before, after)

    def table_rows(self) -> list[tuple[str, str, str]]:
        """The numbers for viewers without a kernel; the first row is a heading."""
        objective = self.objective_of(self.state)
        rows = [("parameter", "value", f"∂{objective}/∂θ")]
        rows += [(symbol(name), number(value), self.told(self.numbers.gradient[name]))
                 for name, value in self.numbers.parameters.items()]
        return [*rows, (objective, "", whole(self.numbers.loss))]

    def told(self, gradient: float) -> str:
        """A gradient as text; a ? while it is covered."""
        return "?" if self.state.is_covered else number(gradient, plus=True)

    def table_notes(self) -> tuple[str, ...]:
        """What stands below these numbers."""
        return (RUN_IT,)

    @property
    def picture_title(self) -> str:
        """The heading of these numbers."""
        return self.title

    def snapshot_rows(self) -> list[list[Picture | list[Picture]]]:
        """Rows of pictures, a list within a row being a column."""
        height = max(300, sum(picture.height for picture in self.pictures_in_view))
        return [[self.table_picture(300, height), self.pictures_in_view]]

    # -- numbers from code ---------------------------------------------------------------------

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters by the lecture's names."""
        return dict(self.numbers.parameters)

    @property
    def gradient(self) -> Mapping[str, Any]:
        """The gradient by the same names: the numbers beside the sliders."""
        return dict(self.numbers.gradient)

    @property
    def loss(self) -> float:
        """What the gradients are of: the mean loss over the points."""
        return self.numbers.loss

    def why_zero(self, name: str) -> str:
        """Why a parameter's gradient is exactly 0, in words; "" if it is not."""
        one_of("parameter", name, self.numbers.parameters)
        numbers = self.numbers
        notation = getattr(numbers, "notation", None)
        return why_in_words(numbers.why_zero(name), notation) if notation else ""

    # -- changing the state --------------------------------------------------------------------

    def set(self, **changes: Any) -> None:
        """Change any fields at once, as from the controls; ValueError keeps all as it is.

        A change of the network can be undone and ends a run; one of the view or of a rate is
        neither undone nor ends anything.
        """
        with self._lock:
            before = self.state
            self.change(group=tuple(changes), **changes)
            self._after_change(before)

    def change(self, group: object = None, **changes: Any) -> None:
        """Set fields and show the result, without ending a run; raises and changes nothing if it
        cannot. Changes with the same ``group`` in quick succession are one step for undo."""
        with self._lock:
            self._take(self.state.changed(**changes), group)

    def preset(self, name: str, **options: Any) -> None:
        """Load one of ``presets``."""
        one_of("preset", name, self.presets)
        with self._lock:
            before, values = self.state, self.preset_values(name, **options)
            self.change(**values)
            self._after_change(before)
            self.show_status(f"Preset {self.preset_title(name)}. {self.in_words()}")

    def preset_values(self, name: str) -> Mapping[str, Any]:
        """What a preset sets."""
        return self.presets[name].values

    def preset_title(self, name: str) -> str:
        """How the status line calls a preset."""
        return name

    def undo(self) -> None:
        """Bring back the network before the last change; does nothing when there is none."""
        with self._lock:
            earlier = self._history.last
            if earlier is None:
                self.show_status("Nothing to undo.")
                return
            before, state = self.state, self.state.with_undone(earlier)
            self._show(state, self.compute(state))
            self._history.drop()
            self._after_change(before)
            self.show_status("Undone. " + self.in_words())

    def reset(self) -> None:
        """Bring back the state in which the lab was made; what is covered stays so."""
        with self._lock:
            self.set(**{f.name: getattr(self.initial, f.name)
                        for f in fields(self.initial) if f.name != COVER})

    @property
    def code(self) -> str:
        """A short code of the present state, which ``load`` of another lab of this kind takes."""
        return code_of(type(self).__name__, self.state)

    def load(self, text: str) -> None:
        """Take over the state of a constructor call or of a code, in one step for undo.

        Nothing is evaluated; ValueError or ArithmeticError says what is wrong, and keeps all.
        """
        with self._lock:
            before = self.state
            state = state_from(text, type(self).__name__, before)
            self._take(state, None)
            self._after_change(before)
            self.show_status("State loaded. " + self.in_words())

    def __repr__(self) -> str:
        return call_of(type(self).__name__, self.state, self.scale)

    def _take(self, state: S, group: object) -> None:
        """Show a state, and keep the one before for undo if the network is another one."""
        if state == self.state:
            self.show_error("")
            return
        earlier = self.state
        self._show(state, self.compute(state))
        if state.of_the_network != earlier.of_the_network:
            self._history.remember(earlier, group)

    def _after_change(self, before: S) -> None:
        if self.state.of_the_network != before.of_the_network:
            self.network_changed(before)

    def _show(self, state: S, numbers: N) -> None:
        """Take over a state and its numbers; if showing them fails, the ones before come back."""
        before = self.state, self.numbers
        self.state, self.numbers = state, numbers
        if not self.is_built:
            self._tell_listeners()
            return
        try:
            self.refresh(self.about_change(before[0], state))
        except Exception:
            self.state, self.numbers = before
            self.recover()
            raise

    # -- descent, for those labs that have one -------------------------------------------------

    def step(self, count: int = 1) -> object:
        """``count`` steps of gradient descent θ ← θ - α ∂J/∂θ from the present parameters.

        If the loss grows without bound the last sensible state stays and Diverged says what to try.
        A lab whose steps are a trial, and change nothing, returns what they did.
        """
        self._descent().step(count)
        return None

    def run(self) -> None:
        """Descend until paused; a second call while running does nothing."""
        self._descent(shown=True).run()

    def pause(self) -> None:
        """Stop a run."""
        self._descent(shown=True).pause()

    def rewind(self) -> None:
        """Back to where the present descent began."""
        self._descent(shown=True).rewind()

    @property
    def path(self) -> Path:
        """(parameters, loss) at every step of the present descent; at least the present one."""
        return self._descent().path

    @cached_property
    def descent(self) -> Descent | None:
        """Its steps and runs; None if it has none."""
        has_one = self.descends and "learning_rate" in declared(self.state_type)
        made = has_one and self._fields_of(PARAMETER)
        return Descent(self, self.descent_title, self.steps_changed_nothing) if made else None

    def _descent(self, shown: bool = False) -> Descent:
        if shown:
            self.need_widgets()
        if self.descent is None:
            raise ValueError(f"{type(self).__name__} has no gradient descent of its own")
        return self.descent

    # -- building ------------------------------------------------------------------------------

    def build(self) -> None:
        """Canvases, parts and controls; made once."""
        self.panel = Panel()
        self.shells: list[Shell] = []
        self.switches: dict[str, widgets.ToggleButton] = {}
        """What opens and closes the folds."""
        self._parts: list[Refreshed] = []
        self.controls: dict[str, Control] = {}
        self._send_words_later = Later(self.guarded(self.send_words))
        self.canvases = {slot.name: Canvas(slot, self.scale) for slot in self.slots}
        self.views = self._part(Parts(self))
        for action in (*(canvas.forget for canvas in self.canvases.values()), self.views.close,
                       self._send_words_later.stop, self.panel.take_away):
            self.at_close(action)
        own = declared(self.state_type)
        self._presets = self._part(
            Presets(self.presets, self.button, self.preset, self.is_in_force))
        self.undo_button = self.button("Undo", "mlp-undo", self.undo, tooltip="One change back")
        self.reset_button = self.button("Reset", "mlp-reset", self.reset,
                                        tooltip="As the lab was at first")
        self.table: ParameterTable | None = None
        if self._fields_of(PARAMETER) and self.groups():
            self.table = self._part(
                ParameterTable(self.control, self.groups(), self.objective_of))
        if self.descent:
            self.descent.make_controls()
            self.controls["learning_rate"] = self._part(self.descent).rate
        self.stepper: Stepper | None = None
        if any(isinstance(of, Place) for of in own.values()):
            self.stepper = self._part(self.stepper_type(self, self.no_operations))
        self.share = self._part(Share(self))
        self._headline: Text[N] = Text(lambda n: headline_box(*self.headline(n)), "mlp-headline")
        self.headline_text = self._headline.widget
        self.messages = styled("mlp-messages", self.status, self.error)
        self._assemble()
        self.present.begin()
        self.refresh(changes_in_words(None, self.state))

    def _assemble(self) -> None:
        """The lab's own widget: head, presets, what stays in view, and the sections."""
        self.blocks: dict[str, widgets.Widget] = {
            "presets": self._presets.widget, "undo": line(self.undo_button, self.reset_button)}
        """What a part of the lab may show beside controls and pictures, by name."""
        for name, part in (("stepper", self.stepper), ("descent", self.descent)):
            if part is not None:
                self.blocks[name] = part.widget
        sections = self.layout()
        self.present: Present = Present(self, [section.title for section in sections])
        cover = [self.control(COVER).widget] if self.can_cover else []
        head = line(widgets.HTML(f'<div class="mlp-title">{self.title}</div>'),
                    self.present.widget, self.undo_button, self.reset_button, *cover,
                    self.share.toggle, self.present.toggle)
        head.add_class("mlp-head")
        strip = widgets.HBox([self.headline_text, self.messages])
        strip.add_class("mlp-strip")
        body = widgets.Box([
            section.box(k, self._part(PicturesInView(self.canvases, section.pictures)))
            for k, section in enumerate(sections)])
        body.add_class("mlp-sections")
        presets = [self._presets.widget] if self.presets else []
        page = styled("mlp-page", look(), head, self.share.rows, *presets, strip, body)
        self.root = styled("mlp-lab", page)

    @property
    def can_cover(self) -> bool:
        """Whether its gradients can be covered."""
        return COVER in declared(self.state_type)

    def cover(self, covered: bool) -> None:
        """Cover or uncover the gradients, if they can be; a question does so."""
        if self.can_cover:
            self.set(**{COVER: covered})

    def folds(self, *folds: Fold) -> widgets.Widget:
        """Parts that are closed until somebody asks for them."""
        made = Folds(self.guarded, *folds)
        self.switches |= made.switches
        return made.widget

    @property
    def preset_buttons(self) -> Mapping[str, widgets.Button]:
        """Name -> button of a preset."""
        return self._presets.buttons

    def is_in_force(self, preset: str) -> bool:
        """Whether the state is that of a preset, whatever step of the stepper is in view."""
        values, own = self.presets[preset].values, declared(self.state_type)
        return bool(values) and all(getattr(self.state, k) == own[k].check(v)
                                    for k, v in values.items() if not isinstance(own[k], Place))

    # -- parts ---------------------------------------------------------------------------------

    def part(self, *names: str) -> Part:
        """Some of the lab's controls, blocks and pictures, live, to stand beside a text.

        names: fields ("w11"), pictures ("fit"), "J" for the main number, "gradient" for the
        gradients beside the parameters, and the blocks of the lab ("presets", "descent", ...); of
        a name that a field and a picture have, both. The same names give the same part.
        ValueError on another name.
        """
        with self._lock:
            return self.views.part(*names)

    @property
    def in_the_page(self) -> list[widgets.Widget]:
        """The lab and its parts."""
        return [self.root, *(part.root for part in self.views.shown.values()),
                *(shell for _, shell in self.shells)]

    @property
    def wholes(self) -> list[widgets.Widget]:
        """Its root, and the boxes of labs before it that it has filled."""
        return [self.root, *(shell for names, shell in self.shells if not names)]


    def beside(self) -> widgets.HTML:
        """Show the lab next to the notebook, where the page can; the sentence that it returns
        says where the lab is, or what to do."""
        return self.panel.show(self, self.title)

    no_operations: ClassVar[str] = ""
    """What the stepper says of a network that it does not walk through."""

    def _fields_of(self, *roles: object) -> list[str]:
        """The names of the fields of these roles that have controls made from them."""
        return [name for name, of in declared(self.state_type).items()
                if of.role in roles and not isinstance(of, Parsed) and name != COVER]

    def _part(self, part: R) -> R:
        """Keep a part in line with every state."""
        self._parts.append(part)
        return part

    def control(self, name: str, **options: Any) -> Control:
        """The control of a field, made when it is first asked for."""
        if name not in self.controls:
            self.controls[name] = self._part(
                control_of(declared(self.state_type)[name], self, **options))
        return self.controls[name]

    def text(self, make: Callable[[N], str], css: str = "",
             covered: str | Callable[[N], str] = "") -> widgets.HTML:
        """A block of HTML that is a function of the numbers; and what it is while covered."""
        return self._part(Text(make, css, covered)).widget

    # -- showing -------------------------------------------------------------------------------

    def refresh(self, changed: str = "") -> None:
        """Bring pictures, controls and words in line with the state; ``changed`` is said first.
        An error before this is over."""
        with self.refreshing():
            # pictures first: the page handles messages in their order, and pictures take longest
            self.show_pictures()
            for part in self._parts:
                part.refresh(self.state, self.numbers)
        # side by side in the page, so one right after the other: it paints in between
        self._headline.refresh(self.state, self.numbers)
        self.show_status(changed + self.in_words())
        self._send_words_later.start() if self._more_to_come else self.send_words()
        self.show_error("")
        self._tell_listeners()

    def _tell_listeners(self) -> None:
        for listener in tuple(self.listeners):
            listener.lab_changed()

    def appear(self) -> None:
        """The lab stands in a page: its pictures are kept in line from now on."""
        for canvas in self.canvases.values():
            canvas.in_lab = True
        self.show_pictures()  # those that have changed
        self.send_words()

    def show_pictures(self) -> None:
        """Draw and send the pictures that have changed, of those that stand in a page."""
        self.draw(self._shown())

    def draw(self, canvases: Iterable[Canvas]) -> None:
        """Bring pictures in line with the state, if they are not."""
        with self._lock:
            for canvas in canvases:
                canvas.show(self.state, self.numbers, self.progress)

    def _shown(self) -> list[Canvas]:
        """The canvases that are in view, in the lab or in a part of it."""
        return [canvas for canvas in self.canvases.values() if canvas.is_shown(self.state)]

    def send_words(self) -> None:
        """Send the words of the pictures in view."""
        self._send_words_later.stop()
        for canvas in self._shown():
            canvas.send_words()

    @property
    def words(self) -> str:
        """The present state, and what the pictures in view show."""
        with self._lock:
            return " ".join([self.in_words(), *(canvas.words for canvas in self._in_view())])

    @property
    def pictures_in_view(self) -> list[Picture]:
        """The pictures that the lab shows in this state."""
        return [canvas.in_view for canvas in self._in_view()]

    def _in_view(self) -> list[Canvas]:
        """The canvases that the lab itself shows, whatever its parts do, as they are now."""
        found = [canvas for canvas in self.canvases.values() if canvas.slot.is_shown(self.state)]
        self.draw(found)
        return found

    def recover(self) -> None:
        """Show the last good state after an error; a second error would hide the first."""
        with suppress(Exception):
            self.refresh()

    def snapshot(self) -> bytes:
        """The lab as one picture: its numbers and its pictures."""
        with self._lock:
            return composite_png(*self.snapshot_rows())

    def table_picture(self, width: int, height: int) -> TablePicture:
        """The numbers as a picture, for viewers without a kernel."""
        return TablePicture(self.picture_title, self.table_rows(), self.table_notes(), width,
                            height, self.scale)

    @contextmanager
    def moving(self) -> Iterator[None]:
        """More changes may come soon: the words of the pictures wait for the last of them."""
        outer, self._more_to_come = self._more_to_come, True
        try:
            yield
        finally:
            self._more_to_come = outer

    @contextmanager
    def refreshing(self) -> Iterator[None]:
        """While controls are set by the lab, their callbacks do nothing."""
        outer, self._refreshing = self._refreshing, True
        try:
            yield
        finally:
            self._refreshing = outer

    def on_value(self, control: widgets.Widget, action: Callable[[Any], object]) -> None:
        """Call ``action(value)`` when the user changes a control."""

        def moved(change: Any) -> None:
            with self.moving():
                action(change["new"])

        control.observe(self.guarded(moved), names="value")

    def close(self) -> None:
        """Stop what runs, remove the lab and its parts from the page and free its widgets."""
        if self.is_built:
            super().close()
            # a block may stand neither in the lab nor in a part; a shell was another lab's box
            close_all(*self.blocks.values(), *(shell for _names, shell in self.shells))
        self.closed = True
        self._tell_listeners()
        self.let_go()
