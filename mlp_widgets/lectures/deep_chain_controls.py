"""The controls of the deep-chain lab: widgets, where they stand, and what they call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as widgets

from ..drawing.numbers import symbol
from ..widgets.lab_controls import LabControls, by_text
from ..widgets.layout import column, heading, line, sized
from ..widgets.present import folded, presets
from ..widgets.rows import NumberRow
from ..widgets.stepper import Stepper
from . import deep_chain_views as views
from .deep_chain_model import (
    BELOW,
    MODES,
    MOST_DRAWN,
    MOST_LAYERS,
    OWN,
    PRESETS,
    WORDS,
)

if TYPE_CHECKING:
    from .deep_chain import DeepChainLab

CLASSES = ("lecture", "vanishes", "explodes", "edge", "dead", "skip", "clipping")
TRAIN, STOP = "▶ Train", "❚❚ Stop"


class Controls(LabControls):
    """All controls of one lab. ``show`` brings them in line with the lab's state."""

    def __init__(self, lab: DeepChainLab) -> None:
        super().__init__(lab, zip(PRESETS, PRESETS, CLASSES, strict=True))
        self.stepper = Stepper(
            lab, empty=f"The stepper walks through chains of up to {MOST_DRAWN} layers. "
                       "Deeper ones are shown as profiles.")
        self.board, self.blocked, self.words = (widgets.HTML() for _ in range(3))
        self.board.add_class("mlp-board")
        self._make_rows()
        self._make_choices()
        self._make_training()

    def _make_rows(self) -> None:
        """A row for each number."""
        def row(name: str, label: str, *ends: float, **options: object) -> NumberRow:
            made = NumberRow(name, label, *ends, **options)
            made.connect(self.lab)
            return made

        named = {"label_width": 52, "box_width": 158, "slider_width": 162}
        self.rows = {
            "depth": row("depth", "depth", 1, MOST_LAYERS, 1, whole=True, **named),
            "w": row("w", "w", -3.0, 3.0, 0.05, **named),
            "seed": row("seed", "seed", 0, 999, 1, whole=True, **named),
            "spread": row("spread", "spread", 0.0, 3.0, 0.05, **named),
            "x": row("x", "x", -3.0, 3.0, 0.05, **named),
            "y": row("y", "y", -3.0, 3.0, 0.05, **named),
            **{name: row(name, symbol(name), -3.0, 3.0, 0.05, **named) for name in OWN},
        }
        wide = {"label_width": 122, "box_width": 228, "slider_width": 220}
        self.rows |= {
            "tau": row("tau", "threshold τ", -3, 3, 0.05, log=True, **wide),
            "learning_rate": row("learning_rate", "learning rate α", -5, 1, 0.05, log=True, **wide),
            "steps": row("steps", "training steps", 1, 1000, 1, whole=True, **wide),
        }
        self.modes = {
            "shared": [self.rows["w"].widget],
            "each": [self.rows[name].widget for name in OWN],
            "random": [self.rows["seed"].widget, self.rows["spread"].widget],
        }
        self.weights = _box([])

    def _make_choices(self) -> None:
        """Activation, weights, skip, and which pictures are in view."""
        self.choices = {
            "activation": self.drop("activation", "activation", by_text(WORDS), "184px"),
            "mode": self.drop("mode", "weights", by_text(MODES), "326px"),
            "skip": self.choice("skip", widgets.Checkbox, description="skip connections",
                                indent=False, layout=sized("138px")),
            "view": self.toggle("view", [("Chain", "chain"), ("Profiles", "profiles")], "100px"),
            "below": self.toggle("below", by_text(BELOW), "auto"),
        }

    def _make_training(self) -> None:
        """Train or stop, and how far it is."""
        self.train = self.lab.button(TRAIN, "mlp-run", self.lab.toggle_training, width="84px",
                                     tooltip="Three descents from the present weights")
        self.train.add_class("mlp-train")
        self.progress = widgets.IntProgress(min=0, max=1000, layout=sized("392px"))
        self.progress.add_class("mlp-progress")
        self.below = _box([])
        rows = {name: self.rows[name].widget for name in ("tau", "learning_rate", "steps")}
        self.belows = {
            "map": [self.words],
            "why": [self.words],
            "clipping": [rows["tau"], self.words],
            "training": [*rows.values(), line(self.train, self.progress), self.words],
        }

    def columns(self) -> list[widgets.Widget]:
        """The chain over the whole width, controls on the left, explanations on the right."""
        lab, rows = self.lab, self.rows
        area = widgets.VBox([self.below], layout=widgets.Layout(
            height="168px", margin="0", overflow="hidden", flex="0 0 auto"))
        return [
            column("whole", *presets(self.presets[:4], [*self.presets[4:], self.choices["view"]]),
                   lab.canvas.widget),
            column("left", rows["depth"].widget,
                   *folded(line(self.choices["activation"], self.choices["skip"]),
                           self.choices["mode"]),
                   self.weights,
                   *folded(rows["x"].widget, rows["y"].widget, line(self.undo, self.reset)),
                   self.board, self.blocked),
            column("right", heading("Step by step"), *self.stepper.rows, self.choices["below"],
                   area, lab.lower.widget),
        ]

    def show(self) -> None:
        """Every control in line with the lab's state; nothing is sent for what did not change."""
        state, solution = self.lab.state, self.lab.solution
        self.rows["depth"].set_ends(1, MOST_DRAWN if state.mode == "each" else MOST_LAYERS, 1)
        for name, row in self.rows.items():
            row.show(getattr(state, name))
        for layer, name in enumerate(OWN, start=1):
            self.rows[name].enable(layer <= state.depth)
        for name, control in self.choices.items():
            control.value = getattr(state, name)
        _fill(self.weights, self.modes[state.mode])
        _fill(self.below, self.belows[state.below])
        self.stepper.show(solution.steps, state.operation)
        self.board.value = views.board(solution)
        self.blocked.value = views.blocked(solution)
        self.show_training()

    def show_training(self) -> None:
        """The text above the lower picture, the button and the progress bar."""
        lab = self.lab
        training = lab.training
        self.words.value = views.lower_words(lab.solution, training)
        self.progress.value = round(1000 * training.share) if training else 0
        self.train.description = STOP if lab.runner.running else TRAIN

    def gather(self) -> None:
        """Put the parts that are not in view into the widget, so that closing finds them."""
        _fill(self.weights, [row for rows in self.modes.values() for row in rows])
        _fill(self.below, dict.fromkeys(part for parts in self.belows.values() for part in parts))


def _box(parts: list[widgets.Widget]) -> widgets.VBox:
    box = widgets.VBox(parts, layout=widgets.Layout(margin="0", overflow="visible"))
    box.add_class("mlp-column")
    return box


def _fill(box: widgets.VBox, parts) -> None:
    """Other children, unless they are the same."""
    if box.children != tuple(parts):
        box.children = tuple(parts)
