"""The lab of sums of ReLUs in words: the status line, the board of the three ways, the table."""

from __future__ import annotations

import math
from collections.abc import Callable

from ...core import Network
from ...text import counted, counted_steps, number, symbol
from ...widgets.blocks import small_board
from ...widgets.why_zero import why_in_words
from .numbers import Hinges, Numbers
from .training import Training, Way

NOT_TRAINED = "press Train"
SMALL = '<p class="mlp-about">{}</p>'


def error(J: float) -> str:
    """"J = 0.0123", of an exact fit "J = 0"."""
    return f"J = {number(J, 3)}"


def not_known(K: int) -> str:
    """What stands in the place of the best there is."""
    return f"not known for K = {K}"


def way_went(way: Way) -> str:
    """How a descent went, in a few words."""
    return f"diverged at step {way.diverged}" if way.diverged is not None else error(way.J)


def describe(numbers: Numbers) -> str:
    """J, what the neuron on the sliders does, and why its gradients are 0 where they are."""
    state = numbers.state
    where = (f"its kink is at x = {number(numbers.kink)}" if math.isfinite(numbers.kink)
             else "it has no kink, for w₁ⱼ = 0")
    return (f"J = {number(numbers.loss)} with K = {state.K} on the target {numbers.target.says}. "
            f"Neuron {state.neuron}: {where}.{_zeros(numbers)}")


def _zeros(numbers: Numbers) -> str:
    """Which gradients are 0, and why."""
    reasons: dict[str, list[str]] = {}
    for name, value in numbers.gradient.items():
        if value == 0:
            why = why_in_words(numbers.why_zero(name), numbers.notation)
            reasons.setdefault(why, []).append(f"∂J/∂{symbol(name)}")
    return "".join(f" {' = '.join(names)} = 0, because {why}." for why, names in reasons.items())


# -- the training, and why it does not reach the best -------------------------------------------


def training(found: Training | None) -> str:
    """The text at the bar of a training."""
    if found is None:
        return SMALL.format("Press Train: descent on all parameters, from this start, for several "
                            "K at once.")
    return SMALL.format(f"After {found.own.taken} of {found.steps} steps: {way_went(found.own)} "
                        f"with K = {found.K}.")


def results(found: Training) -> str:
    """How the descents went, in one sentence."""
    others = ", ".join(f"{number(way.J, 3)} (K = {K})" for K, way in found.ways.items())
    return f"After {counted_steps(found.own.taken)} of descent J is {others}."


def why_not(numbers: Numbers, found: Training | None) -> str:
    """J of all ways, and what became of the hinges in the descent."""
    rows = [("hinges fixed, best heights", "least", _short(numbers, numbers.with_best_heights))]
    facts = [numbers.hinges]
    if found and found.rounds and found.own.diverged is None:
        network = found.own.network
        after = numbers.hinges_of(network)
        facts.append(after)
        again = numbers.with_heights_of(network)
        rows += [("descent", "descent", number(numbers.rounded(found.own.J), 3)),
                 ("hinges of descent, best heights", "again", _short(numbers, again))]
    rows.append(("best there is", "best", _best(numbers)))
    rows += [(text, key, " → ".join(str(value(one)) for one in facts))
             for key, (text, value) in FACTS.items()]
    if len(facts) == 2:
        rows.append(("a kink has moved by, at most", "moved", number(moved(*facts), 3)))
    return small_board(rows) + SMALL.format(verdict(numbers, found))


FACTS: dict[str, tuple[str, Callable[[Hinges], int]]] = {
    "inside": ("kinks inside of the data", lambda of: of.inside),
    "gaps": ("gaps between points that hold a kink", lambda of: of.gaps),
    "dead": ("neurons off at every point: dead", lambda of: of.dead),
    "lines": ("neurons on at every point: a line", lambda of: of.lines),
    "blocked": ("neurons that get no update at all", lambda of: of.blocked),
}
"""What is counted: at the start, and after the descent."""


def _short(numbers: Numbers, network: Network) -> str:
    return number(numbers.error(network), 3)


def _best(numbers: Numbers) -> str:
    """J of the best there is, or from where to where it can be."""
    if numbers.best is not None:
        return _short(numbers, numbers.best)
    bound = numbers.rounded(numbers.bound)
    return f"not known, at least {number(bound, 3)}" if bound else "not known"


def moved(before: Hinges, after: Hinges) -> float:
    """How far the kink that has moved furthest has come; of those that are somewhere."""
    ways = [abs(b - a) for a, b in zip(before.kinks, after.kinks, strict=True)
            if math.isfinite(a) and math.isfinite(b)]
    return max(ways, default=0.0)


def verdict(numbers: Numbers, found: Training | None) -> str:
    """What keeps the descent from the best: heights that are not there yet, or where hinges lie."""
    if numbers.best is None:
        about = (f"The best with K = {numbers.state.K} is not known: it is searched for with 1 and "
                 f"2 hinges only, and from K = {numbers.exact_from} on it is J = 0. ")
    else:
        through = numbers.error(numbers.best) == 0
        about = "So many hinges can go through all points: the best is J = 0. " * through
    if not (found and found.rounds):
        return about
    if found.own.diverged is not None:
        return about + "Descent diverged: its steps were too large. Try a smaller rate."
    J, again = found.own.J, numbers.error(numbers.with_heights_of(found.own.network))
    share = 100 * (J - again) / J if J else 0.0
    gaps = numbers.hinges_of(found.own.network).gaps
    return about + (f"With the best heights on its own hinges, the J of descent would be "
                    f"{number(share, 3)} % smaller. The rest is where they lie: the kinks of its "
                    f"{found.K} neurons are in {counted(gaps, 'gap')} between points.")


# -- for viewers without a kernel ---------------------------------------------------------------


def table_rows(numbers: Numbers, told: Callable[[float], str]) -> list[tuple[str, str, str]]:
    """The parameters of the neuron on the sliders with their gradients, as ``told``; J."""
    rows = [(f"neuron {numbers.state.neuron} of {numbers.state.K}", "value", "∂J/∂θ")]
    rows += [(symbol(name), number(value), told(numbers.gradient[name]))
             for name, value in numbers.parameters.items()]
    return [*rows, ("", "", ""), ("J", "", number(numbers.loss)),
            ("hinges fixed, best heights", "", _short(numbers, numbers.with_best_heights)),
            ("best there is", "", _best(numbers))]
