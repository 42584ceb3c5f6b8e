"""The controls of the wider-networks lab: widgets, where they stand, and what they call."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import ipywidgets as widgets

from ..widgets.lab_controls import LabControls, by_text
from ..widgets.layout import column, heading, line
from ..widgets.present import folded, presets
from ..widgets.rows import NumberRow
from . import wide_network_views as views
from .wide_network_model import ACTIVATIONS, INITS, MOST, PRESETS

if TYPE_CHECKING:
    from .wide_network import WideNetworkLab

FACTORS = {"small": (1e-3, 1.0), "large": (1.0, 10**1.5)}
"""Ends of the sliders of c; the box takes more."""
LABELS = {"depth": "depth", "width": "width", "seeds": "draws", "small": "too small: c",
          "large": "too large: c"}


class Controls(LabControls):
    """All controls of one lab. ``show`` brings them in line with the lab's state."""

    def __init__(self, lab: WideNetworkLab) -> None:
        super().__init__(lab, [(name, name, name.lower().replace(" ", "-")) for name in PRESETS])
        self.boxes: dict[str, widgets.FloatText] = {}
        self.rows = {name: self._row(name) for name in LABELS}
        self.choices = {
            "activation": self.drop("activation", "activation f of the hidden layers",
                                    by_text(ACTIVATIONS), "326px"),
            "init": self.drop("init", "● initialization", by_text(INITS), "326px"),
            "compare": self.drop("compare", "■ compared with",
                                 by_text({"none": "nothing", **INITS}), "326px"),
        }
        self._make_rest()

    def _row(self, name: str) -> NumberRow:
        """Number box and slider of one number."""
        whole = name in MOST
        ends = (1, MOST[name], 1) if whole else (*map(math.log10, FACTORS[name]), 0.05)
        row = NumberRow(name, LABELS[name], *ends, whole=whole, log=not whole, label_width=92,
                        box_width=190, slider_width=134)
        # one network of 50 x 200 is two million weights: follow the handle when it is let go
        row.slider.continuous_update = name != "width"
        row.connect(self.lab)
        return row

    def _box(self, name: str, label: str, width: str, described: str) -> widgets.FloatText:
        """A number box that sets one field of the state."""
        box = self.boxes[name] = widgets.FloatText(
            description=label, style={"description_width": described},
            layout=widgets.Layout(width=width, margin="0", height="28px"))
        box.add_class(f"mlp-box-{name}")
        self.lab.on_value(box, lambda value: self.lab.set(**{name: value}))
        return box

    def _make_rest(self) -> None:
        """Seed, board, and the trial of learning."""
        lab = self.lab
        seed = self._box("seed", "first seed", "190px", "92px")
        self.draw = lab.button("New draws", "mlp-draw", lab.new_draws,
                               tooltip="Other random weights and inputs")
        self.seed = line(seed, self.draw)
        rate = self._box("learning_rate", "learning rate α", "200px", "110px")
        rate.step = 0.01
        self.learn = lab.button("20 steps", "mlp-learn", lab.learn,
                                tooltip="Gradient descent from the first draw")
        self.trial = line(rate, self.learn)
        self.board = widgets.HTML()
        # room for the answer from the start, so that nothing moves when it comes
        self.answer_box = widgets.HTML(layout=widgets.Layout(
            height="190px", margin="0", overflow="auto", flex="0 0 auto"))
        self.board.add_class("mlp-board")
        self.answered: tuple[str, object] = ("", None)

    def columns(self) -> list[widgets.Widget]:
        """Presets and pictures over the whole width, controls left, numbers right."""
        return [
            column("whole", *presets(self.presets), self.lab.canvas.widget),
            column("left", heading("Network <small>layers × neurons, no biases</small>"),
                   self.rows["depth"].widget, self.rows["width"].widget, self.choices["activation"],
                   *folded(heading("Initialization <small>W ~ N(0, c²/n), n inputs</small>")),
                   self.choices["init"], self.choices["compare"],
                   *folded(self.rows["small"].widget, self.rows["large"].widget,
                           self.rows["seeds"].widget, self.seed, line(self.undo, self.reset))),
            column("right", self.board, *folded(
                heading("Does it learn? <small>gradient descent, first draw</small>"),
                self.trial, self.answer_box)),
        ]

    def show(self) -> None:
        """Every control in line with the lab's state; nothing is sent for what did not change."""
        state = self.lab.state
        for name, row in self.rows.items():
            row.show(getattr(state, name))
        for name, box in self.boxes.items():
            box.value = float(f"{getattr(state, name):.7g}")
        for name, made in self.choices.items():
            made.value = getattr(state, name)
        self.board.value = views.board(self.lab.solution)
        self.answer_box.value = self._answer()

    def answer(self, text: str) -> None:
        """Show what the steps did, until the state changes."""
        self.answered = (text, self.lab.state)
        self.answer_box.value = self._answer()

    def _answer(self) -> str:
        text, state = self.answered
        hint = "Press the button: J and the weights before and after appear here."
        return text if state is self.lab.state else f"<small>{hint}</small>"
