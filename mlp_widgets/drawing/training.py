"""Descent of the same chain in three ways: plain, with skips, with clipping."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..text import counted_steps, known, number, symbol
from .log_lanes import LaneCurve, LayerAxis, LogLanes, look_of
from .picture import Picture, Scene, round_limit
from .quick_artists import QuickText, QuickTicks

NAMES = {"plain": "plain", "skip": "with skips", "clipping": "with clipping"}


@dataclass(frozen=True, eq=False)
class TrainingScene(Scene):
    """Any of "plain", "skip" and "clipping", each with its numbers.

    curves: name -> (steps, J), two arrays of shape (K,); moved: name -> |w_l - start| of layers
    1..L, shape (L,); notes: name -> a few words on how it went.
    """

    curves: dict[str, tuple[np.ndarray, np.ndarray]]
    moved: dict[str, np.ndarray]
    notes: dict[str, str] = field(default_factory=dict)

    def words(self) -> str:
        """J at both ends of each training, and how far the first and the last weight moved."""
        if not self.curves:
            return "Training: not begun."
        return "Training. " + " ".join(self._way(name) for name in self.curves)

    def _way(self, name: str) -> str:
        steps, J = self.curves[name]
        moved = self.moved[name]
        end = self.notes.get(name, "") if np.isinf(J[-1]) else f"to {number(J[-1])}"
        return (f"{NAMES[name]}: J from {number(J[0])} in {counted_steps(int(steps[-1]))} {end}; "
                f"w₁ moved by {known(moved[0])}, {symbol(f'w{len(moved)}')} by "
                f"{known(moved[-1])}.")


class TrainingPicture(Picture[TrainingScene]):
    """Left: J over the steps. Right: how far the weight of each layer moved. Both on log axes."""

    size = 490, 250

    def build(self) -> None:
        """Two axes with up to three curves, and below a line for each name with its note."""
        page = self.page()
        left, right = (self.figure.add_axes((x / 490, 88 / 250, 186 / 490, 140 / 250))
                       for x in (52, 294))
        left.set_title("J over the steps")
        right.set_title(r"moved: $|w_\ell - \mathrm{start}|$")
        self.loss, self.moved = LogLanes(self, left), LogLanes(self, right)
        self.steps, self.layers = QuickTicks(left, "x", "step"), LayerAxis(self, right)
        self.last = 0.0
        self.curves = {name: LaneCurve(self.loss, look_of(name, "value")) for name in NAMES}
        self.moves = {name: LaneCurve(self.moved, look_of(name, "value")) for name in NAMES}
        self.samples, self.notes = {}, {}
        for row, name in enumerate(NAMES):
            y, look = 44 - 16 * row, look_of(name, "value")
            self.samples[name] = self.moving(page.plot([10, 27, 44], [y] * 3, **look,
                                                       markevery=[1])[0])
            self.notes[name] = self.moving(QuickText(page, 50, y, align="left"))

    def update(self, scene: TrainingScene) -> None:
        """Show other runs; the names that are missing are not drawn."""
        self._show_steps(max((float(steps[-1]) for steps, _ in scene.curves.values()), default=1.0))
        # a run that diverged leaves the picture at its top: the others would be flat beside it
        kept = [name for name, (_, J) in scene.curves.items() if np.isfinite(J).all()]
        kept = kept or list(scene.curves)
        starts = [J[:1] for _, J in scene.curves.values() if np.isfinite(J[:1]).all()]
        self.loss.fit(*(scene.curves[name][1] for name in kept), *starts, np.ones(1))
        self.moved.fit(*(scene.moved[name] for name in kept if name in scene.moved), np.ones(1))
        layers = max((len(values) for values in scene.moved.values()), default=1)
        self.layers.fit(layers)
        for name in NAMES:
            here = name in scene.curves
            for line in (self.curves[name].line, self.moves[name].line, self.samples[name]):
                line.set_visible(here)
            note = scene.notes.get(name, "")
            self.notes[name].show((NAMES[name] + ": " * bool(note) + note) if here else "")
            if here:
                self.curves[name].show(*scene.curves[name])
                values = scene.moved.get(name, np.empty(0))
                self.moves[name].show(np.arange(1, len(values) + 1), values, dots=layers <= 10)

    def _show_steps(self, last: float) -> None:
        """Another end of the axis of the steps."""
        end = round_limit(max(last, 10.0))
        if end != self.last:
            self.last = end
            ticks = np.linspace(0.0, end, 3)
            self.steps.show_ticks(ticks, [number(tick) for tick in ticks])
            self.loss.axes.set_xlim(-0.03 * end, 1.03 * end)
            self.redraw_still()
