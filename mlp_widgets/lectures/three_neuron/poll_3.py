"""Poll 3 of the lecture: what is the smallest MSE that you can find?

Source: CMU 10-315, P. Virtue, "Neural Networks".
"""

from __future__ import annotations

from ...text import fixed
from ...widgets.made_again import latest
from ...widgets.poll import Given, Poll
from .attempts import CLOSE, levels_of
from .lab import ThreeNeuronLab
from .words import LEVELS, hint


def poll_3(lab: ThreeNeuronLab | None) -> Poll:
    """The question about the lab that stands in the page; ValueError without a lab."""
    if lab is None:
        raise ValueError("poll 3 needs the lab in which you look: lecture_poll(3, lab)")

    def optimum() -> float:
        now = latest(lab)
        if now.state.activation != "relu":
            raise ValueError("the smallest MSE is known for ReLU only: choose ReLU in the lab")
        return now.baselines.optimum.mse

    def reproof(given: Given) -> str:
        if isinstance(given, float) and given < optimum():
            return "No seven parameters reach that on these data."
        said = f"There is a smaller one. {_best_words(latest(lab))} {_next_level(latest(lab))}"
        return f"{said} {_hint(latest(lab))}".rstrip() if poll.tries else said.rstrip()

    def explain() -> str:
        now = latest(lab)
        gap = f" That is {fixed(now.best[0] - optimum())} above it." if now.best else ""
        return (f"The smallest MSE that any seven parameters reach on these data is "
                f"{fixed(optimum())}. {_best_words(now)}{gap}")

    poll = Poll("How small can you make the MSE? Look in the lab, then give the smallest.", optimum,
                explain=explain, hint=reproof, tolerance=CLOSE, about=lab, title="Poll 3",
                depends=lambda: (latest(lab).state.data, latest(lab).state.activation))
    return poll


def _best_words(lab: ThreeNeuronLab) -> str:
    if lab.best is None:
        return "You have no best in the lab yet: move a slider or take a step."
    return f"Your best in the lab is {fixed(lab.best[0])}."


def _next_level(lab: ThreeNeuronLab) -> str:
    """What to be below next, and its MSE, unless that is the answer."""
    left = levels_of(lab.numbers)[lab.attempts.passed :]
    return f"Next: {LEVELS[left[0].key]}, {fixed(left[0].mse())}." if len(left) > 1 else ""


def _hint(lab: ThreeNeuronLab) -> str:
    return hint(lab.numbers, lab.best) if lab.best else ""
