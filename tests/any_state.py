"""Values for tests, made from the declaration of a state: any state, and what its fields refuse."""

from __future__ import annotations

import math
from collections.abc import Iterator

from hypothesis import strategies as st

from mlp_widgets.fields import (
    LARGEST,
    Choice,
    Field,
    Number,
    Parsed,
    Place,
    Several,
    State,
    Switch,
    Typed,
    Whole,
    declared,
)
from mlp_widgets.text import number as written

OWN = {"data": [([20.0, 22.5, 24.0, 30.0], [1.0, 4.25, 5.0, 3.0])],
       "points": [([0.0, 1.0, 0.5, -1.25], [0.0, 0.25, -0.5, 4.0], [0, 1, 1, 0])],
       "target": [([0.0, 1.0, 3.0, 4.0], [1.0, 2.5, 0.5, 2.0])],
       "neurons": [((1.0, 0.5, 2.0), (-1.0, 0.25, 1.0), (0.5, 0.0, -1.5))],
       "others": [(), ((-1.0, 4.0), (2.0, 5.0)), ((1.0, 2.0),)],
       "pixels": [(), ((1, 1, 16), (4, 5, 0)), ((8, 8, 7),)]}
"""Values of fields that are read by a function of the lab, beside the names they know."""


def examples(name: str, of: Field) -> list[object]:
    """Some values that a field allows, the more usual first."""
    if isinstance(of, Place):
        return [1, 3, 0]
    if isinstance(of, Whole):
        return [of.low, of.high, (of.low + of.high) // 2]
    if isinstance(of, Number):
        return [0.5, 1.0, 0.125, *([] if of.positive or of.not_negative else [-0.75])]
    if isinstance(of, (Choice, Several)):
        names = list(of.options)
        return names if isinstance(of, Choice) else [tuple(names[:1]), tuple(names), ()]
    if isinstance(of, Switch):
        return [True, False]
    if isinstance(of, Typed):
        return list(of.examples)
    return [*of.texts, *OWN.get(name, ())] if isinstance(of, Parsed) else []


def values(name: str, of: Field, small: bool) -> st.SearchStrategy:
    """Any value that a field allows; if ``small``, of real numbers those of a lecture's size."""
    if isinstance(of, Place):
        return st.integers(0, 40)
    if isinstance(of, Whole):
        return st.integers(of.low, of.high)
    if isinstance(of, Number):
        low = -of.most if not (of.positive or of.not_negative) else 0.0
        usual = st.integers(1 if of.positive else 0 if low == 0 else -400, 400).map(
            lambda hundredths: hundredths / 100)
        return usual if small else usual | st.floats(low, of.most, exclude_min=of.positive)
    if isinstance(of, Several):
        return st.lists(st.sampled_from(list(of.options)), unique=True).map(tuple)
    return st.sampled_from(examples(name, of))


@st.composite
def states(draw, kind: type[State], small: bool = False) -> State:
    """Any state: some fields set, the others as they are by default."""
    own = declared(kind)
    names = draw(st.sets(st.sampled_from([n for n, of in own.items()
                                          if not isinstance(of, Place)])))
    state = kind()
    for name in sorted(names, key=list(own).index):
        try:
            state = state.changed(**{name: draw(values(name, own[name], small))})
        except ValueError:  # allowed on its own, but not together with the others
            continue
    for name, of in own.items():
        if isinstance(of, Place):
            state = state.changed(**{name: draw(st.integers(0, of.last(state)))})
    return state


def same(one: State, other: State) -> bool:
    """Whether two states are equal; own data are, if their contents are."""
    def plain(state: State) -> list[object]:
        return [of.contents(getattr(state, name)) if isinstance(of, Parsed)
                else getattr(state, name) for name, of in declared(type(state)).items()]

    return type(one) is type(other) and plain(one) == plain(other)


def bad_values(state: State) -> Iterator[tuple[str, object, str]]:
    """(field, value, how the sentence begins) for all that each field must refuse."""
    for name, of in declared(type(state)).items():
        noun = of.called or name
        for bad, begin in _refused(of, name, noun, state):
            yield name, bad, begin


def _refused(of: Field, name: str, noun: str, state: State) -> Iterator[tuple[object, str]]:
    if isinstance(of, Number):
        yield from ((bad, f"{noun} must be a number, got {bad!r:.40}")
                    for bad in ("1", True, [1.0], 1j))
        if of.default_for is None:
            yield None, f"{noun} must be a number, got None"
        yield from _out_of_range(of, name, noun, state)
    elif isinstance(of, Choice):
        yield from ((bad, f"unknown {noun} {bad!r:.40}; known are {', '.join(of.options)}")
                    for bad in ("no such", "", 3, None, ["a"])
                    if bad is not None or of.default_for is None)
    elif isinstance(of, Switch):
        yield from ((bad, f"{noun} must be True or False, got {bad!r}") for bad in (1, "on", None))
    elif isinstance(of, Several):
        yield from ((bad, f"{name} must be a list of names") for bad in ("a", 3, None))
        yield ["no such"], f"unknown {noun} 'no such'; known are {', '.join(of.options)}"
    else:
        yield from ((bad, "") for bad in (3.5, [[object()]], True))


def _out_of_range(of: Number, name: str, noun: str, state: State) -> Iterator[tuple[object, str]]:
    if isinstance(of, Whole):
        last = of.last(state) if isinstance(of, Place) else of.high
        low = 0 if isinstance(of, Place) else of.low
        begin = f"{noun} must be a whole number from {low} to "
        yield from ((bad, begin) for bad in (low - 1, last + 1, low + 0.5))
        yield math.nan, f"{noun} must be a number from "
        return
    most = of.most
    assert most <= LARGEST
    begin = f"{noun} must be a number from {written(-most)} to {written(most)}, got "
    yield from ((bad, begin) for bad in (math.nan, math.inf, -math.inf, 1.01 * most, 10**400))
    the_noun = f"the {of.called}" if of.called else name
    if of.positive:
        yield from ((bad, f"{the_noun} must be positive, got ") for bad in (0, -1.0))
    if of.not_negative:
        yield -1.0, f"{the_noun} must not be negative, got −1"
