"""Gradient descent of a lab: step, run, pause, rewind, the path, and the controls of all this.

A lab whose numbers can ``descend`` and whose state has a ``learning_rate`` gets a descent: see
:attr:`Lab.descends`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from typing import Any

import numpy as np

from ..core import Diverged
from ..fields import DATA, Number, State, declared, whole_number
from ..text import counted_steps, number
from .canvas import Progress
from .controls import NumberControl
from .host import Host, Numbers
from .layout import heading, line, stack
from .runner import LabRunner

MOST_STEPS = 30_000
"""Steps of one descent that are kept; then a run pauses, and the next begins a new path."""
MOST_AT_ONCE = 100_000
"""Steps that code may ask for in one call."""
STILL_STEPS, STILL_SHARE = 2000, 0.01
"""A run ends when in so many of its steps the loss has fallen by less than this share of it."""
RUN, PAUSE = "▶ Run", "❚❚ Pause"

Path = list[tuple[dict[str, float], float]]
"""(parameters, loss) at every step of a descent, its start included."""


class Descent:
    """θ ← θ - α ∂J/∂θ from the parameters of the lab's state.

    title: state -> the heading of its controls. stayed: numbers -> what is said of steps that
    changed nothing; "" if it is nothing special. Steps need no widgets; ``make_controls`` makes
    them, for all else, and ``widget`` holds them.
    """

    steps_per_frame = 20
    """Of a run at first. From 400 steps on a frame lengthens the path by about a tenth, so that
    one sees both how a descent begins and, soon, where it ends."""
    most_per_frame = 1000

    def __init__(self, host: Host, title: Callable[[Any], str],
                 stayed: Callable[[Any], str]) -> None:
        self._host, self._title, self._stayed = host, title, stayed
        self._path: Path = []
        self._path_of: object = None
        self._count = 0
        self._ran, self._by_hand = 0, False
        self.has_controls = False
        self.runner = LabRunner(host, self._frame, "The run", failed=self._end)

    # -- the path -----------------------------------------------------------------------------

    @property
    def path(self) -> Path:
        """(parameters, loss) at every step of the present descent; at least the present one."""
        state, numbers = self._host.state, self._host.numbers
        if (self._path and self._path[-1][0] == state.parameters
                and self._path_of == self._belongs_to(state)):
            return self._path
        return [(state.parameters, numbers.loss)]

    @property
    def progress(self) -> Progress:
        """The path, for the pictures."""
        path = self.path
        return Progress(path, self._count if len(path) > 1 else 0)

    def _belongs_to(self, state: State) -> tuple[object, ...]:
        """What a path belongs to beside the parameters: with other data it begins anew."""
        return tuple(getattr(state, name) for name, of in declared(type(state)).items()
                     if of.role is DATA)

    def step(self, count: int = 1) -> None:
        """``count`` steps, at most 100,000. If the loss grows without bound the last sensible state
        stays, and Diverged says what to try."""
        host, count = self._host, whole_number("count", count, 0, MOST_AT_ONCE)
        with host.locked():
            seen = self.progress.key
            self._path, self._path_of = self.path, self._belongs_to(host.state)
            if len(self._path) > MOST_STEPS:
                self._path = self._path[-1:]
            problem = self._descend(count)
            stays = self._path[-1][0] == host.state.parameters
            host.change(group=self, **self._path[-1][0])
            if stays and self.progress.key != seen and self.has_controls:
                host.refresh()  # no parameter has moved, but the path is another one
            if problem:
                raise Diverged(problem)
            if stays and count and self.has_controls:
                steps = counted_steps(len(self._path) - 1)
                said = self._stayed(host.numbers) or every_parameter(host.numbers)
                host.show_status(f"After {steps} {said}. {host.in_words()}")

    def _descend(self, count: int) -> str:
        """Lengthen the path by so many steps; why it ends before, "" if it does not."""
        numbers, rate = self._host.numbers, self._host.state.learning_rate
        limit, room = 100 * (abs(self._path[0][1]) + numbers.scale_of_loss), self._room()
        try:
            for values, loss in islice(numbers.descend(rate), count):
                fits = all(abs(values[name]) <= most for name, most in room.items())
                if not (loss <= limit and math.isfinite(loss) and fits):
                    return self._divergence(loss)
                self._path.append((values, loss))
                self._count += 1
        except Diverged:
            return self._divergence(math.inf)
        except ValueError as error:  # an expression that has no value there
            return f"Stopped after step {len(self._path) - 1}: with the next one, {error}."
        return ""

    def _room(self) -> dict[str, float]:
        """The largest size that the field of each parameter takes."""
        state = self._host.state
        return {name: of.most for name, of in declared(type(state)).items()
                if name in state.parameters and isinstance(of, Number)}

    def _divergence(self, loss: float) -> str:
        """What happened, why, and what to try."""
        state = self._host.state
        letter, first = self._host.objective_of(state), self._path[0][1]
        stopped = f"Stopped after step {len(self._path) - 1}: "
        if loss < first:
            return (f"{stopped}{letter} has fallen from {number(first)} to "
                    f"{number(self._path[-1][1])}, and the next step would make a parameter too "
                    "large. Perhaps it has no smallest value. Try Rewind.")
        return (f"{stopped}the next step would take {letter} from {number(first)} at the start to "
                f"{number(loss) if math.isfinite(loss) else 'infinity'}. The steps are too large "
                f"for this slope. Try a learning rate of {number(self._lower_rate(), 1)} instead "
                f"of {number(state.learning_rate, 2)}, or Rewind.")

    def _lower_rate(self) -> float:
        """A third, a ninth, ... of the learning rate: the first with which a step lowers J."""
        numbers, rate = self._host.numbers, self._host.state.learning_rate
        for _ in range(60):
            rate = float(f"{rate / 3:.1g}")
            with suppress(ValueError, Diverged):
                if next(numbers.descend(rate))[1] < numbers.loss:
                    break
        return rate

    # -- running ------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """True between run and the end of it."""
        return self.runner.running

    def run(self) -> None:
        """Descend until paused; a second call while running does nothing."""
        with self._host.locked():  # the first frame may end the run, and then the button says so
            if not self.runner.running:
                self._ran, self._by_hand = 0, self._host.by_hand
            self.runner.start()
            self._run.description = PAUSE

    def stop(self) -> None:
        """End a run, if there is one, without a word."""
        if self.runner.running:
            self.runner.stop()
            self._host.send_words()
        if self.has_controls:
            self._run.description = RUN

    def pause(self) -> None:
        """End a run and say where it is."""
        self.stop()
        self._host.show_status(self._host.in_words())

    def rewind(self) -> None:
        """Back to where the present descent began."""
        self.stop()
        path = self.path
        if len(path) == 1:
            self._host.show_status("Nothing to rewind: no descent since the last move.")
        else:
            self._path = []
            self._host.change(**path[0][0])
            self._host.refresh()  # where no parameter had moved, the curves still had

    def begin_here(self) -> None:
        """The next step begins a new path, to which Rewind then goes back."""
        self._path = []

    def _frame(self) -> bool:
        """One frame of a run; False ends it."""
        host, steps = self._host, self._next_frame(len(self._path))
        with host.moving(), host.asked(self._by_hand):
            self.step(steps)
        self._ran += steps
        reason = self._reason_to_end()
        if reason:
            self._end()
            host.show_status(f"{reason} {host.in_words()}")
        return not reason

    def _next_frame(self, length: int) -> int:
        """Steps of the next frame of a run whose path has this length."""
        longer = max(1, length // (10 * self.steps_per_frame))
        return min(self.steps_per_frame * longer, self.most_per_frame)

    def _reason_to_end(self) -> str:
        """Why a run ends here; "" if it goes on."""
        if self._ran >= STILL_STEPS:
            losses = [loss for _, loss in self._path]
            before, since = min(losses[:-STILL_STEPS]), min(losses[-STILL_STEPS:])
            if before - since <= STILL_SHARE * abs(before):
                letter = self._host.objective_of(self._host.state)
                share = f"{100 * STILL_SHARE:.0f} %"
                return (f"{letter} hardly falls any more: by less than {share} in the last "
                        f"{STILL_STEPS} steps.")
        if len(self._path) > MOST_STEPS:
            return f"Paused after {len(self._path) - 1} steps; Run goes on from here."
        return ""

    def _end(self) -> None:
        """A run is over: the words of the pictures, which waited for this."""
        self._host.send_words()
        self._run.description = RUN

    # -- controls -----------------------------------------------------------------------------

    def make_controls(self) -> None:
        """Learning rate, Step, 10 steps, Run/Pause and Rewind."""
        host, button = self._host, self._host.button
        of = declared(host.state_type)["learning_rate"]
        assert isinstance(of, Number)
        self.rate = NumberControl(of, host, digits=3)
        self.rate.box.add_class("mlp-rate")
        if self.rate.slider is not None:
            self.rate.slider.add_class("mlp-rate-slider")
        one = button("Step", "mlp-step", lambda: self._pause_and_step(1),
                     tooltip="One step of gradient descent")
        ten = button("10 steps", "mlp-ten-steps", lambda: self._pause_and_step(10))
        self._run = button(RUN, "mlp-run", self._toggle_run, primary=True,
                           tooltip="Run or pause gradient descent")
        back = button("Rewind", "mlp-rewind", self.rewind,
                      tooltip="Back to where this descent began")
        self._heading = heading("")
        self.widget = stack(self._heading, self.rate.widget, line(one, ten, self._run, back))
        self.has_controls = True

    def _toggle_run(self) -> None:
        self.pause() if self.runner.running else self.run()

    def _pause_and_step(self, count: int) -> None:
        self.pause()
        self.step(count)

    def refresh(self, state: Any, numbers: Any) -> None:
        """The learning rate and the heading."""
        self.rate.refresh(state)
        self._heading.value = f'<div class="mlp-heading">{self._title(state)}</div>'


def every_parameter(numbers: Numbers) -> str:
    """What is said of steps that changed nothing."""
    zero = not any(map(np.any, numbers.gradient.values()))
    return ("every parameter is exactly as before: "
            + ("all gradients are 0" if zero else "the steps are too small for 16 digits"))
