"""What every lab with gradient descent has: step, run, pause, rewind, and the path of the descent.

A lab derives from :class:`DescentLab` and gives, beside what :class:`Panel` asks for, a ``named``
function. Its state has a field ``learning_rate`` and the parameters; its solution has ``network``,
``trace`` and ``back``; its ``controls`` have ``gather`` and a ``descent``, a
:class:`DescentControls`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..core import Diverged, Network, backward, descend, forward
from ..drawing.numbers import counted_steps, number
from ..widgets.panel import Panel
from ..widgets.runner import Runner
from .checks import check_fields, check_number, check_rate

MOST_STEPS = 20_000
"""Steps of one descent that are kept; then a run pauses, and the next begins a new path."""
LARGEST = 1e30
"""Of a parameter, either way: with x and y up to 1e9, J and gradients stay far from infinity."""


class DescentLab(Panel):
    """A lab whose parameters can descend: θ ← θ - α ∂J/∂θ."""

    steps_per_frame = 20
    numbers: Mapping[str, float] = {}
    """Fields of the state that are numbers, and the largest size of each."""

    def __init__(self, state: Any) -> None:
        self._path: list[tuple[dict[str, float], float]] = []
        self._path_key: object = None
        self._path_count = 0
        self.runner = Runner(self._tick)
        super().__init__(state)

    # -- what a lab must give ---------------------------------------------------------------

    def named(self, network: Network) -> dict[str, float]:
        """The parameters of a network by name."""
        raise TypeError(f"{type(self).__name__} must define named()")

    def path_key(self, state: Any) -> object:
        """What a path belongs to beside the parameters: with other data it begins anew."""
        return None

    # -- the path ---------------------------------------------------------------------------

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters by the lecture's names."""
        return self.state.parameters

    @property
    def loss(self) -> float:
        """The mean loss over the points."""
        return float(self.solution.trace.J)

    @property
    def path(self) -> list[tuple[dict[str, float], float]]:
        """(parameters, loss) at every step of the present descent; at least the present one."""
        return self.path_to(self.state, self.solution)

    def path_to(self, state: Any, solution: Any) -> list[tuple[dict[str, float], float]]:
        """The path that ends in a state: the present descent, or the state alone."""
        path = self._path
        if path and path[-1][0] == state.parameters and self._path_key == self.path_key(state):
            return path
        return [(state.parameters, float(solution.trace.J))]

    def path_name(self, path: list) -> int:
        """Tells a path from every other; 0 for a single state. For the keys of drawings."""
        return self._path_count if len(path) > 1 else 0

    def step(self, count: int = 1) -> None:
        """``count`` steps of gradient descent θ ← θ - α ∂J/∂θ from the present parameters.

        If the loss grows without bound the last sensible state stays and Diverged says what to try.
        """
        with self._lock:
            self._path, self._path_key = self.path, self.path_key(self.state)
            self._path_count += 1
            if len(self._path) > MOST_STEPS:
                self._path = self._path[-1:]
            problem = self._descend(count)
            stays = self._path[-1][0] == self.parameters
            self.change(group="descent", **self._path[-1][0])
            if problem:
                raise Diverged(self._divergence(problem))
            if stays and count:
                self._refresh()  # the path has grown all the same
                steps = counted_steps(len(self._path) - 1)
                self.say(f"After {steps} {self.stayed()}. {self.describe()}")

    def stayed(self) -> str:
        """What is said of steps that changed nothing."""
        zero = not any(np.any(part) for part in self.solution.back.parameters())
        return ("every parameter is exactly as before: "
                + ("all gradients are 0" if zero else "the steps are too small for 16 digits"))

    def _descend(self, count: int) -> str:
        """Lengthen the path by so many steps; if it diverges, the loss as words, else ""."""
        network, back = self.solution.network, self.solution.back
        x, y = self.solution.trace.a[0], self.solution.trace.y
        limit = 100 * (self._path[0][1] + float(y.var()) + float((y**2).mean()) * (y.size == 1))
        for _ in range(count):
            try:
                network = descend(network, back.parameters(), self.state.learning_rate)
                trace = forward(network, x, y)
            except Diverged:
                return "infinity"
            values = self.named(network)
            largest = max(map(abs, values.values()))
            if not np.isfinite(trace.J) or limit < trace.J or largest > LARGEST:
                return number(float(trace.J))
            back = backward(trace)
            self._path.append((values, float(trace.J)))
        return ""

    def _divergence(self, J: str) -> str:
        """What happened, why, and what to try."""
        return (f"Stopped after step {len(self._path) - 1}: the next step would take "
                f"{self.loss_symbol} from {number(self._path[0][1])} at the start to {J}. The "
                f"steps are too large for this slope. Try a learning rate of "
                f"{number(self._lower_rate(), 1)} instead of "
                f"{number(self.state.learning_rate, 2)}, or Rewind.")

    loss_symbol = "J"

    def _lower_rate(self) -> float:
        """A third, a ninth, ... of the learning rate: the first with which a step lowers J."""
        s, rate = self.solution, self.state.learning_rate
        for _ in range(60):
            rate = float(f"{rate / 3:.1g}")
            network = descend(s.network, s.back.parameters(), rate)
            if self.loss > forward(network, s.trace.a[0], s.trace.y).J:
                break
        return rate

    # -- changing ---------------------------------------------------------------------------

    def set(self, **changes: object) -> None:
        """Change any fields of the state at once, as from the controls; ValueError keeps all."""
        self._pause()
        check_fields(type(self.state), changes)
        for name, value in changes.items():
            if name in self.numbers:
                check_number(name, value, self.numbers[name])
        changes = self.converted(changes)
        self.change(group=tuple(changes), **changes)

    def converted(self, changes: dict[str, object]) -> dict[str, object]:
        """Changes as the state keeps them, such as a file's points instead of its name."""
        return changes

    def check_numbers(self, state: Any) -> None:
        """ValueError unless all numbers of a state are numbers of the allowed size."""
        for name, largest in self.numbers.items():
            check_number(name, getattr(state, name), largest)
        check_rate(state.learning_rate)

    # -- running ----------------------------------------------------------------------------

    def run(self) -> None:
        """Descend until paused; a second call while running does nothing."""
        with self._lock:  # the first frame may end the run, and then the button must say so
            self.runner.start()
            self.controls.descent.show_running(True)

    def pause(self) -> None:
        """Stop a run."""
        self._pause()
        self.say(self.describe())

    def toggle_run(self) -> None:
        """What the Run button does."""
        self.pause() if self.runner.running else self.run()

    def pause_and_step(self, count: int) -> None:
        """What the Step buttons do."""
        self.pause()
        self.step(count)

    def undo(self) -> None:
        """Stop a run and bring back the state before the last change."""
        self._pause()
        super().undo()

    def reset(self) -> None:
        """Stop a run and bring back the state in which the lab was made."""
        self._pause()
        super().reset()

    def rewind(self) -> None:
        """Back to where the present descent began."""
        self._pause()
        path = self.path
        if len(path) == 1:
            self.say("Nothing to rewind: no descent since the last move.")
        else:
            self._path = []
            self._load(path[0][0])
            self._refresh()  # where no parameter had moved, the curves still had

    def close(self) -> None:
        """Stop run and play, and remove the lab from the page."""
        stepper = getattr(self.controls, "stepper", None)
        for runner in (self.runner, *([stepper.runner] if stepper else ())):
            runner.stop()
            runner.join(1.0)
        with self._lock:  # a frame under way would hide a part again
            self.controls.gather()
            super().close()

    def _load(self, values: Mapping[str, object]) -> None:
        """Parameters from a preset or a memory."""
        self._pause()
        self.change(**values)

    def _pause(self) -> None:
        if self.runner.running:
            self.runner.stop()
            self._ended()
        self.controls.descent.show_running(False)

    def _ended(self) -> None:
        """A run is over: the words of the pictures, which waited for this."""
        with self._lock:
            self.tell()

    def _tick(self) -> bool:
        """One frame of a run; False ends it."""
        with self._lock:
            if not self.runner.running:
                return False
            try:
                with self.moving():
                    self.step(self.steps_per_frame)
                if len(self._path) <= MOST_STEPS:
                    return True
                self._ended()
                self.controls.descent.show_running(False)
                self.say(f"Paused after {len(self._path) - 1} steps; Run goes on from here. "
                         + self.describe())
                return False
            except Exception as error:
                self._ended()
                self.complain(str(error))
                self.controls.descent.show_running(False)
                return False
