"""What can be set in a lab, said once: the fields of its state.

    @dataclass(frozen=True)
    class NeuronState(State):
        w: float = number(1.5, PARAMETER, slider=(-3, 3, 0.05))
        activation: str = choice("relu", {"relu": "ReLU", "tanh": "tanh"}, DATA)
        learning_rate: float = number(0.01, RATE, slider=(-5, 1, 0.05), log=True, positive=True)

From this one declaration come the lab's constructor with its documentation, its attributes, the
checks with their sentences, the controls, ``repr``, the short code, what Undo brings back, what
ends a run, and what the pictures depend on. A state is checked when it is made: there is no state
with a value that is not allowed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from functools import cached_property
from typing import Any, ClassVar, TypeVar

import numpy as np

from .text import number as written
from .text import symbol

COVER = "covered"
"""The field that covers the gradients, of those states that have it."""
LARGEST = 1e30
"""Of a number, unless its field says another: products of a few such numbers stay finite."""


class Role(Enum):
    """What a field is for. Changes of the network can be undone, and end a run."""

    PARAMETER = "parameter"
    DATA = "data"
    RATE = "rate"
    VIEW = "view"
    PLACE = "place"

    @property
    def of_the_network(self) -> bool:
        """Whether other numbers come out when it changes: Undo brings it back, a run ends."""
        return self in (Role.PARAMETER, Role.DATA)


PARAMETER, DATA, RATE, VIEW, PLACE = Role

Ends = tuple[float, float, float]
"""(low, high, step) of a slider; exponents of ten if it is logarithmic."""
T = TypeVar("T")
S = TypeVar("S", bound="State")


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field: its default and role, how people call it, and what follows from these.

    label: what stands before its control. called: how a sentence calls it. says: one sentence for
    the documentation. always: written in every ``repr``, not only if it is not the default.
    formerly: its name in version 0.1.0, which ``load`` still understands. follows: the field with
    which Undo brings it back. default_for: the default where it depends on the other fields; the
    ``default`` is then None. when: whether its control is in use in a state. contents: the value
    as a code holds it.
    """

    default: object
    role: Role
    name: str = ""
    label: str = ""
    called: str = ""
    says: str = ""
    tooltip: str = ""
    always: bool = False
    formerly: str = ""
    follows: str = ""
    default_for: Callable[[Any], object] | None = None
    when: Callable[[Any], bool] | None = None
    contents: Callable[[Any], object] = lambda value: value

    def check(self, value: Any) -> object:
        """The value as the state keeps it; ValueError says what is allowed."""
        raise TypeError(f"{type(self).__name__} must define check()")

    def plain(self, value: Any) -> object:
        """The value as ``repr`` writes it and JSON holds it."""
        return value

    def described(self) -> str:
        """What is allowed, for the documentation."""
        return ""

    def change_in_words(self, value: Any) -> str:
        """"w₁₁ = 0.45" for the status line; "" where the control itself says it."""
        return ""

    def in_use(self, state: Any) -> bool:
        """Whether its control is in use in a state."""
        return self.when is None or bool(self.when(state))

    @property
    def symbol(self) -> str:
        """As the lecture writes it: "w₂¹"; or in words: "learning rate"."""
        return self.label or (symbol(self.name) if any(map(str.isdigit, self.name))
                              else self.name.replace("_", " "))

    @property
    def noun(self) -> str:
        """How a sentence about what is wrong calls it."""
        return self.called or self.name


@dataclass(frozen=True, kw_only=True)
class Number(Field):
    """A real number of at most the size ``most``. The number box takes all of these.

    slider: its ends and step, or a function of the state; with ``log`` exponents of ten. None: a
    box alone. stops: the numbers through which the slider goes instead of even steps. fine_step:
    how far the box's own buttons go, if not a tenth of the slider's step.
    """

    most: float = LARGEST
    fine_step: float = 0.0
    positive: bool = False
    not_negative: bool = False
    slider: Ends | Callable[[Any], Ends] | None = None
    log: bool = False
    stops: tuple[float, ...] = ()
    continuous: bool = True

    def check(self, value: Any) -> float:
        """A float of at most this size, of the allowed sign."""
        found = real(self.noun, value, self.most)
        if self.positive and found <= 0:
            raise ValueError(f"{self.the_noun} must be positive, got {written(found)}")
        if self.not_negative and found < 0:
            raise ValueError(f"{self.the_noun} must not be negative, got {written(found)}")
        return found

    @property
    def the_noun(self) -> str:
        """"the learning rate", where a sentence calls it so."""
        return f"the {self.called}" if self.called else self.name

    @property
    def takes(self) -> str:
        """What is allowed, for a sentence: "a number from −1e30 to 1e30"."""
        if self.positive:
            return "a positive number"
        low = 0 if self.not_negative else -self.most
        return f"a number from {written(low)} to {written(self.most)}"

    def described(self) -> str:
        """Its sign, if that is not free."""
        return "positive" if self.positive else ""

    def change_in_words(self, value: float) -> str:
        """With its name."""
        return f"{self.symbol} = {written(value)}"

    def ends(self, state: State) -> Ends | None:
        """Ends and step of its slider in a state."""
        return self.slider(state) if callable(self.slider) else self.slider


@dataclass(frozen=True, kw_only=True)
class Whole(Number):
    """A whole number from ``low`` to ``high``, which are also the ends of its slider."""

    low: int = 0
    high: int = 1000

    def check(self, value: Any) -> int:
        """An int in the range."""
        return whole_number(self.noun, value, self.low, self.high)

    @property
    def takes(self) -> str:
        """With the range."""
        return f"a whole number from {self.low} to {self.high}"

    def described(self) -> str:
        """The range."""
        return f"{self.low} to {self.high}"


@dataclass(frozen=True, kw_only=True)
class Choice(Field):
    """One of some names; ``options`` are name -> what the control says. ``buttons``: not a list,
    but a button for each."""

    options: Mapping[str, str]
    buttons: bool = False

    def check(self, value: Any) -> str:
        """One of the names."""
        return one_of(self.noun, value, self.options)

    def described(self) -> str:
        """The names."""
        return "one of " + ", ".join(self.options)


@dataclass(frozen=True, kw_only=True)
class Switch(Field):
    """On or off. ``button``: not a checkbox, but a button with these words when it is off, on."""

    button: tuple[str, str] | None = None

    def check(self, value: Any) -> bool:
        """True or False, and nothing that only counts as such."""
        if not isinstance(value, (bool, np.bool_)):
            raise ValueError(f"{self.noun} must be True or False, got {value!r:.40}")
        return bool(value)

    def described(self) -> str:
        """Its two values."""
        return "True or False"

    def change_in_words(self, value: bool) -> str:
        """With its name; a button says it by itself."""
        return "" if self.button else f"{self.symbol} = {('off', 'on')[value]}"


@dataclass(frozen=True, kw_only=True)
class Several(Field):
    """Any of some names, as a tuple in the order given."""

    options: Mapping[str, str]

    def check(self, value: Any) -> tuple[str, ...]:
        """A tuple of the names."""
        if isinstance(value, str) or not isinstance(value, Iterable):
            example = [next(iter(self.options))]
            raise ValueError(f"{self.name} must be a list of names, such as {example}, "
                             f"got {value!r:.40}")
        return tuple(one_of(self.noun, name, self.options) for name in value)

    def described(self) -> str:
        """The names."""
        return "any of " + ", ".join(self.options)


@dataclass(frozen=True, kw_only=True)
class Parsed(Field):
    """What a function reads and checks: points, a data set. ``write`` makes what ``repr`` shows,
    ``contents`` the same without the name of a file, as plain lists. ``texts`` are the names that
    a loaded state may give; any other text could be a file, and what is loaded opens none."""

    read: Callable[[object], object]
    write: Callable[[Any], object] = lambda value: value
    texts: tuple[str, ...] = ()
    allowed: str = ""

    def check(self, value: Any) -> object:
        """What the function makes of it."""
        return self.read(value)

    def plain(self, value: Any) -> object:
        """What the function reads to the same."""
        return self.write(value)

    def described(self) -> str:
        """What it reads."""
        return self.allowed


@dataclass(frozen=True, kw_only=True)
class Typed(Field):
    """One line of text that a student types. ``read`` checks it and gives it as the state keeps it:
    plain characters of the keyboard, without "=", so that a call and a code can hold it.
    ``examples`` are such texts."""

    read: Callable[[object], str]
    examples: tuple[str, ...] = ()

    def check(self, value: Any) -> str:
        """The text as the function gives it."""
        return self.read(value)

    def described(self) -> str:
        """What it may be."""
        return f"such as {' or '.join(map(repr, self.examples))}"


@dataclass(frozen=True, kw_only=True)
class Place(Whole):
    """Where the stepper stands: 0 before the first operation. ``count``: operations in a state."""

    count: int | Callable[[Any], int] = 0

    def last(self, state: State) -> int:
        """The number of the last operation."""
        return self.count(state) if callable(self.count) else self.count

    def check(self, value: Any) -> int:
        """A whole number; the state checks its upper end."""
        return whole_number(self.noun, value, 0, 10**9)

    def described(self) -> str:
        """From 0 on."""
        return "0 is before the first"

    def change_in_words(self, value: float) -> str:
        """The stepper itself says it."""
        return ""


# -- declaring ------------------------------------------------------------------------------------


def _declared(of: Field) -> Any:
    return field(default=of.default, metadata={"field": of})


def number(default: float | None, role: Role, **options: Any) -> float:
    """A :class:`Number`."""
    return _declared(Number(default=default, role=role, **options))


def whole(default: int | None, role: Role, low: int, high: int, **options: Any) -> int:
    """A :class:`Whole` number from ``low`` to ``high``, with a slider unless ``slider=None``."""
    options = {"slider": (low, high, 1), **options}
    return _declared(Whole(default=default, role=role, low=low, high=high, **options))


def choice(default: str | None, options: Mapping[str, str], role: Role, **more: Any) -> str:
    """A :class:`Choice`: ``options`` are name -> what the control says."""
    return _declared(Choice(default=default, role=role, options=options, **more))


def switch(default: bool, role: Role, **options: Any) -> bool:
    """A :class:`Switch`."""
    return _declared(Switch(default=default, role=role, **options))


def cover() -> bool:
    """The :class:`Switch` that covers the gradients wherever they stand, until somebody asks."""
    return switch(False, VIEW, label="cover", button=("Cover", "Uncover"),
                  tooltip="Put ? in the place of the gradients: predict them first",
                  says="True: a ? stands in the place of the gradients")


def several(default: tuple[str, ...], options: Mapping[str, str], role: Role,
            **more: Any) -> tuple[str, ...]:
    """:class:`Several` of some names."""
    return _declared(Several(default=default, role=role, options=options, **more))


def parsed(default: object, role: Role, read: Callable[[object], T], **options: Any) -> T:
    """:class:`Parsed` by a function, which also reads the default."""
    return _declared(Parsed(default=default, role=role, read=read, **options))


def typed(default: str, role: Role, read: Callable[[object], str], **options: Any) -> str:
    """A line of text, :class:`Typed`, which a function checks."""
    return _declared(Typed(default=default, role=role, read=read, **options))


def place(count: int | Callable[[Any], int]) -> int:
    """The :class:`Place` of the stepper, with so many operations."""
    return _declared(Place(default=0, role=PLACE, count=count))


# -- states ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class State:
    """Base of the states: a frozen dataclass whose fields are declared with the functions above.

    Raises ValueError, in one sentence, on a value that is not allowed.
    """

    old_values: ClassVar[Mapping[tuple[str, object], object]] = {}
    """(field, value of version 0.1.0) -> what it is called now."""

    def __post_init__(self) -> None:
        own = declared(type(self))
        for name, of in own.items():
            value = getattr(self, name)
            if value is None and of.default_for is not None:
                continue
            object.__setattr__(self, name, of.check(value))
        for name, of in own.items():
            if of.default_for is not None and getattr(self, name) is None:
                object.__setattr__(self, name, of.check(of.default_for(self)))
        self.check()
        for name, of in own.items():
            if isinstance(of, Place):
                whole_number(name, getattr(self, name), 0, of.last(self))

    def check(self) -> None:
        """ValueError if fields that are allowed each on its own do not go together."""

    def following(self, changes: dict[str, object]) -> dict[str, object]:
        """Changes, and what else a lab changes with them."""
        return changes

    def changed(self: S, **changes: Any) -> S:
        """The state with these changes and what follows; the stepper's place stays inside."""
        check_names(type(self), changes)
        changes = self.following(dict(changes))
        places = [name for name, of in declared(type(self)).items()
                  if isinstance(of, Place) and name not in changes]
        new = replace(self, **changes, **dict.fromkeys(places, 0))
        kept = {name: min(getattr(self, name), _last(new, name)) for name in places}
        return replace(new, **kept) if any(kept.values()) else new

    def with_undone(self: S, earlier: S) -> S:
        """The network of an earlier state, with the present view of it."""
        own = declared(type(self))
        names = {name for name, of in own.items() if of.role.of_the_network}
        names |= {name for name, of in own.items()
                  if of.follows and getattr(earlier, of.follows) != getattr(self, of.follows)}
        return self.changed(**{name: getattr(earlier, name) for name in names})

    @property
    def is_covered(self) -> bool:
        """Whether a question covers the gradients."""
        return bool(getattr(self, COVER, False))

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters by name."""
        return {name: getattr(self, name) for name, of in declared(type(self)).items()
                if of.role is PARAMETER}

    @cached_property
    def of_the_network(self) -> tuple[object, ...]:
        """The values of all fields on which the numbers of the network depend."""
        return tuple(getattr(self, name) for name, of in declared(type(self)).items()
                     if of.role.of_the_network)


def _last(state: State, name: str) -> int:
    of = declared(type(state))[name]
    return of.last(state) if isinstance(of, Place) else 0


_FIELDS: dict[type[State], dict[str, Field]] = {}


def declared(state: type[State]) -> dict[str, Field]:
    """The fields of a kind of state by name; found once."""
    found = _FIELDS.get(state)
    if found is None:
        found = _FIELDS[state] = {f.name: replace(f.metadata["field"], name=f.name)
                                  for f in fields(state)}
    return found


def arguments(state: State, everything: bool = False) -> dict[str, object]:
    """The constructor arguments that make a state again: those that are always written and those
    that are not the default; or all of them."""
    own = declared(type(state))
    return {name: of.plain(getattr(state, name)) for name, of in own.items()
            if everything or of.always or not is_default(state, name)}


def is_default(state: State, name: str) -> bool:
    """Whether a field has its default, given the other fields."""
    of = declared(type(state))[name]
    default = of.default_for(state) if of.default_for is not None else of.default
    return bool(getattr(state, name) == of.check(default))


def documentation(state: type[State]) -> str:
    """What each argument of a lab's constructor is, one line each."""
    lines = []
    for name, of in declared(state).items():
        about = "; ".join(filter(None, [of.says, of.described()]))
        default = "" if of.default is None else f" (default {of.default!r})"
        lines.append(f"{name}{default}{': ' if about else ''}{about}")
    return "\n".join(lines)


# -- checks ---------------------------------------------------------------------------------------


def real(name: str, value: Any, most: float = LARGEST) -> float:
    """A float of at most this size; ValueError on all else."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(
            value, (int, float, np.integer, np.floating)):
        raise ValueError(f"{name} must be a number, got {value!r:.40}")
    try:
        found = float(value)
    except OverflowError:  # an int of hundreds of digits
        found = math.inf if value > 0 else -math.inf
    if not abs(found) <= most:
        raise ValueError(f"{name} must be a number from {written(-most)} to {written(most)}, "
                         f"got {written(found)}")
    return found


def whole_number(name: str, value: Any, low: int, high: int) -> int:
    """An int from low to high; ValueError on all else."""
    found = real(name, value, math.inf)
    if not low <= found <= high or found != int(found):
        raise ValueError(f"{name} must be a whole number from {low} to {high}, "
                         f"got {written(found)}")
    return int(found)


def one_of(noun: str, value: Any, allowed: Collection[str]) -> str:
    """One of the names; ValueError on all else."""
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"unknown {noun} {value!r:.40}; known are {', '.join(allowed)}")
    return value


def with_new_names(given: Mapping[str, Any], state: type[State]) -> dict[str, Any]:
    """Arguments with the names and values of version 0.1.0 replaced by those of today."""
    own, found = declared(state), {}
    today = {of.formerly: name for name, of in own.items() if of.formerly}
    for name, value in given.items():
        name = name if name in own else today.get(name, name)
        known = isinstance(value, (str, int, float))
        found[name] = state.old_values.get((name, value), value) if known else value
    return found


def check_names(state: type[State], names: Iterable[str]) -> None:
    """ValueError unless all names are fields of a state."""
    for name in names:
        one_of("field", name, declared(state))


def changes_in_words(before: State | None, after: State) -> str:
    """"w₁₁ = 0.45. " if one or two numbers or switches of a state changed; and the notes on what
    was read anew, such as a file's heading. Of a first state, before which is none, the notes.

    More of them the lab sums up; and of what is chosen by a name, the control says it.
    """
    names = [name for name in declared(type(after))
             if before is None or getattr(before, name) != getattr(after, name)]
    notes = [getattr(getattr(after, name), "note", "") for name in names]
    said = [declared(type(after))[name].change_in_words(getattr(after, name)) for name in names]
    few = said if before is not None and len(names) <= 2 and all(said) else []
    return "".join(f"{words}. " for words in [*filter(None, notes), *few])


def attribute(name: str) -> property:
    """An attribute of a lab that reads and sets one field of its state."""
    return property(
        lambda lab: getattr(lab.state, name),
        lambda lab, value: lab.set(**{name: value}),
        doc=f"The state's {name}; setting it moves its control.",
    )
