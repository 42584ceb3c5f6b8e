"""Controls made from the fields of a state: what each shows is a function of the state alone.

    control_of(declared(State)["w"], lab)     # a number box and a slider that call lab.set(w=...)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..fields import Choice, Field, Number, Several, Switch, Typed, Whole
from . import bare as widgets
from .cell import escaped
from .host import Host
from .layout import focus, line
from .number_box import FINER, NumberBox, fine_step_of_log, shown_in_box, stepped
from .sliders import StepSlider
from .typed_numbers import read_float

DIGITS = 4
"""Significant digits in a box; the lab's number keeps all of its own."""


MOST_OF_SYMBOL = 3
"""Characters of a symbol, such as w₁₁ or w₁²."""


class Control:
    """What sets one field. ``widget`` stands in the lab; ``refresh`` shows a state in it."""

    widget: widgets.Widget

    def __init__(self, of: Field, host: Host) -> None:
        self.of, self._host = of, host

    def connect(self, control: widgets.Widget, css_class: str) -> None:
        """A move of a widget sets the field."""
        control.add_class(css_class)
        self._host.on_value(control, lambda value: self._host.set(**{self.of.name: value}))

    def refresh(self, state: Any, numbers: object = None) -> None:
        """Show a state; nothing is sent for what did not change."""
        raise TypeError(f"{type(self).__name__} must define refresh()")


class TypedControl(Control):
    """A box in which one types: of what is not allowed it says beside itself what is wrong, until
    the next good text. ``widget`` is the row of the box."""

    widget: widgets.HBox
    problem: widgets.HTML | None = None
    """What is wrong with what was typed; made when it is first needed."""

    def set_or_say(self, value: Callable[[], object]) -> None:
        """Set the field, or say beside the box why not. The box then shows what the state has, also
        where that is the same as before and was only written in another way."""
        problem = ""
        try:
            self._host.set(**{self.of.name: value()})
        except (ValueError, ArithmeticError) as error:
            problem = str(error)
        with self._host.refreshing():
            self.refresh(self._host.state)
        self.say(problem)

    def say(self, problem: str) -> None:
        """What is wrong with what was typed, beside the box; "" if it is good."""
        if self.problem is None:
            if not problem:
                return
            self.problem = widgets.HTML()
            self.problem.add_class("mlp-problem")
            self.widget.children = (*self.widget.children, self.problem)
        self.problem.value = problem and escaped("mlp-problem-words", f"⚠ {problem}", "alert")


class NumberControl(TypedControl):
    """Number box, two buttons for fine steps, and slider. The box takes every number that the state
    allows; of any other it says beside itself what is wrong, until the next good one.

    The name stands before the box and names it for screen readers. ``named``: it is a word, which
    takes the room it needs, and no symbol, for which all rows keep the same room.
    """

    of: Number

    def __init__(self, of: Number, host: Host, *, named: bool | None = None,
                 digits: int = DIGITS) -> None:
        super().__init__(of, host)
        self._digits = digits
        self.box = NumberBox(of.symbol)
        self.box.add_class(f"mlp-box-{of.name}")
        host.on_value(self.box, lambda text: self.set_or_say(lambda: self._read(text)))
        self.finer = tuple(self._fine_button(way) for way in ("up", "down"))
        self.slider = self._made_slider()
        sliders = [self.slider] if self.slider else []
        self.widget = widgets.HBox([self.box, *self.finer, *sliders])
        self.widget.add_class("mlp-row")
        if len(of.symbol) > MOST_OF_SYMBOL if named is None else named:
            self.widget.add_class("mlp-named")

    def _fine_button(self, way: str) -> widgets.Button:
        button = self._host.button(
            f"{self.of.symbol} {way}", f"mlp-finer-{way}-{self.of.name}",
            lambda: self.set_or_say(lambda: self._one_fine_step(way)),
            tooltip=f"{self.of.symbol}: one fine step {way}")
        button.add_class(f"mlp-finer-{way}")
        return button

    def _made_slider(self) -> StepSlider | None:
        ends = self.of.ends(self._host.state)
        if ends is None:
            return None
        slider = StepSlider(*ends, log=self.of.log, stops=self.of.stops,
                            continuous_update=self.of.continuous)
        slider.add_class(f"mlp-slider-{self.of.name}")
        self._host.on_value(slider, lambda _: self._set(slider.number))
        return slider

    def focus(self) -> None:
        """Put the keyboard into the box; if it stands at several places, at one of them."""
        focus(self.box)

    # -- what is asked for ----------------------------------------------------------------------

    @property
    def fine_step(self) -> float:
        """How far a fine step goes in the present state."""
        ends = self.of.ends(self._host.state)
        if self.of.fine_step:
            return self.of.fine_step
        if self.of.log:
            return fine_step_of_log(getattr(self._host.state, self.of.name))
        return 1 if isinstance(self.of, Whole) or ends is None else ends[2] / FINER

    def _one_fine_step(self, way: str) -> float:
        return stepped(getattr(self._host.state, self.of.name), self.fine_step, way == "up")

    def _read(self, text: str) -> float:
        """A number of any size; ValueError on all else."""
        if not text.strip():
            raise ValueError(f"an empty box is no number: {self.of.symbol} must be {self.of.takes}")
        return read_float(text)

    def _set(self, value: float) -> None:
        self._host.set(**{self.of.name: value})

    # -- what is shown --------------------------------------------------------------------------

    def refresh(self, state: Any, numbers: object = None) -> None:
        """The value in the box, and the slider as near to it as its ends and steps allow."""
        value, ends = getattr(state, self.of.name), self.of.ends(state)
        if self.slider is not None and ends is not None:
            if ends != self.slider.ends:
                self.slider.set_ends(*ends)
            self.slider.put(value)
        self.box.value = shown_in_box(value, self._digits)
        self.say("")
        if self.of.when is not None:
            unused = not self.of.in_use(state)
            for control in (self.box, *self.finer, *([self.slider] if self.slider else [])):
                control.disabled = unused


class LineControl(TypedControl):
    """A box for a line of text. It sends the text when Enter is pressed, or when the keyboard
    leaves it; what is wrong stays in it, to be mended."""

    of: Typed

    def __init__(self, of: Typed, host: Host) -> None:
        super().__init__(of, host)
        self.box = widgets.Text(description=of.symbol, continuous_update=False,
                                placeholder=of.examples[0] if of.examples else "")
        self.box.add_class(f"mlp-{of.name}")
        host.on_value(self.box, self._typed)
        # Enter is an answer also where the text is as before
        host.on_enter(self.box, lambda: self._typed(self.box.value))
        self.widget = widgets.HBox([self.box])
        for css in ("mlp-row", "mlp-line-of-text"):
            self.widget.add_class(css)

    def _typed(self, text: str) -> None:
        """Take over a text; one that is not allowed stays in the box, beside what is wrong."""
        self.set_or_say(lambda: text)
        if self.problem is not None and self.problem.value:
            with self._host.refreshing():
                self.box.value = text

    def focus(self) -> None:
        """Put the keyboard into the box."""
        focus(self.box)

    def refresh(self, state: Any, numbers: object = None) -> None:
        """The text of the state."""
        self.box.value = getattr(state, self.of.name)
        self.say("")


class ChoiceControl(Control):
    """A list of choices with its name before it, or a button for each."""

    of: Choice

    def __init__(self, of: Choice, host: Host) -> None:
        super().__init__(of, host)
        options = [(text, value) for value, text in of.options.items()]
        if of.buttons:
            self.widget = widgets.ToggleButtons(options=options)
            self.widget.add_class("mlp-segments")
        else:
            self.widget = widgets.Dropdown(description=of.symbol, options=options)
            self.widget.add_class("mlp-choice")
        self.connect(self.widget, f"mlp-{of.name}")

    def refresh(self, state: Any, numbers: object = None) -> None:
        """The choice of the state."""
        self.widget.value = getattr(state, self.of.name)


class SwitchControl(Control):
    """A checkbox, or a button that says what it does next."""

    of: Switch

    def __init__(self, of: Switch, host: Host) -> None:
        super().__init__(of, host)
        self.widget = (widgets.ToggleButton(tooltip=of.tooltip) if of.button else
                       widgets.Checkbox(description=of.symbol, indent=False))
        self.connect(self.widget, f"mlp-{of.name}")

    def refresh(self, state: Any, numbers: object = None) -> None:
        """On or off."""
        self.widget.value = getattr(state, self.of.name)
        if self.of.button:
            self.widget.description = self.of.button[self.widget.value]


class SeveralControl(Control):
    """A checkbox for each of the names."""

    of: Several

    def __init__(self, of: Several, host: Host) -> None:
        super().__init__(of, host)
        self.boxes = {
            name: widgets.Checkbox(description=text, indent=False)
            for name, text in of.options.items()
        }
        for name, box in self.boxes.items():
            box.add_class(f"mlp-{of.name}-{name}")
            host.on_value(box, lambda _: host.set(**{of.name: self._ticked()}))
        self.widget = line(widgets.HTML(of.symbol), *self.boxes.values())

    def _ticked(self) -> tuple[str, ...]:
        return tuple(name for name, box in self.boxes.items() if box.value)

    def refresh(self, state: Any, numbers: object = None) -> None:
        """Those of the state are ticked."""
        chosen = getattr(state, self.of.name)
        for name, box in self.boxes.items():
            box.value = name in chosen


def control_of(of: Field, host: Host, **options: Any) -> Control:
    """The control of a field; ``options`` are of its kind. TypeError for a kind that has none."""
    kinds: Mapping[type, type] = {Choice: ChoiceControl, Switch: SwitchControl,
                                  Several: SeveralControl, Typed: LineControl}
    kind = NumberControl if isinstance(of, Number) else kinds.get(type(of))
    if kind is None:
        raise TypeError(f"the lab must make the control of {of.name!r} itself")
    return kind(of, host, **options)
