"""The controls of the three-neuron lab: widgets, where they stand, and what they call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as widgets

from ..drawing.numbers import fixed, symbol
from ..widgets.lab_controls import LabControls
from ..widgets.layout import NAMED, column, heading, line, sized
from ..widgets.present import folded, presets
from ..widgets.sliders import SteppedSlider, set_ends
from ..widgets.stepper import Stepper
from . import three_neuron_views as views
from .descent_controls import DescentControls
from .points import Points, decode, parse_columns
from .three_neuron_model import ACTIVATION_NAMES, PARAMETERS, ranges_for
from .traffic_data import TRAFFIC

if TYPE_CHECKING:
    from .three_neuron import ThreeNeuronLab

OWN = "own data"


PRESET_BUTTONS = (
    ("lecture", "Lecture", "lecture", "The lecture's parameters"),
    ("zeros", "Zeros", "zeros", "All seven parameters 0"),
    ("random", "Random", "random", "The next seeded random start"),
    ("stuck", "Stuck", "stuck", "A start from which descent ends on a plateau"),
)


class Controls(LabControls):
    """All controls of one lab. ``show`` brings them in line with the lab's state."""

    def __init__(self, lab: ThreeNeuronLab) -> None:
        super().__init__(lab, PRESET_BUTTONS)
        self.board = widgets.HTML()
        self.stepper = Stepper(lab)
        self.board.add_class("mlp-board")
        self._make_buttons()
        self._make_choices()
        self._connect()

    def _make_buttons(self) -> None:
        lab, button = self.lab, self.lab.button
        self.best = button("My best", "mlp-best", lab.bring_back_best,
                           tooltip="Bring back the parameters of your smallest MSE")
        self.reveal = button("Reveal optimum", "mlp-reveal", lab.reveal, width="128px")
        self.descent = DescentControls(
            lab, "Gradient descent <small>θ ← θ − α ∂J/∂θ</small>", "learning rate α")

    def _make_choices(self) -> None:
        names = [(symbol(name), name) for name in PARAMETERS]
        self.data = widgets.Dropdown(description="data", options=list(TRAFFIC), style=NAMED,
                                     layout=sized("150px"))
        self.upload = widgets.FileUpload(description="Own CSV", accept=".csv,.txt,.tsv",
                                         multiple=False, layout=sized("120px"))
        titles = {"relu": "ReLU", "sigmoid": "sigmoid", "tanh": "tanh"}
        self.activation = widgets.Dropdown(
            description="hidden neurons", style=NAMED, layout=sized("200px"),
            options=[(titles[name], name) for name in ACTIVATION_NAMES])
        self.rivals = {
            name: widgets.Checkbox(description=name, indent=False, layout=sized("92px"))
            for name in ("line", "quadratic")
        }
        self.view = widgets.ToggleButtons(
            options=[("Network", "network"), ("Landscape and path", "landscape")],
            style={"button_width": "170px"}, layout=widgets.Layout(margin="0"))
        self.hour = SteppedSlider(description="hour x", step=1.0, style=NAMED,
                                        layout=sized("250px"))
        self.edges = widgets.Dropdown(description="edges show", style=NAMED,
                                      options=["values", "gradients"], layout=sized("200px"))
        self.across = widgets.Dropdown(description="across", options=names, style=NAMED,
                                       layout=sized("130px"))
        self.up = widgets.Dropdown(description="up", options=names, style=NAMED,
                                   layout=sized("110px"))
        self.view_lines = {
            "network": widgets.VBox([line(self.hour, self.edges), *self.stepper.rows],
                                    layout=widgets.Layout(margin="0")),
            "landscape": line(self.across, self.up,
                               widgets.HTML("the other five stay")),
        }
        for name, control in (("data", self.data), ("upload", self.upload), ("view", self.view),
                              ("activation", self.activation), ("hour", self.hour),
                              ("edges", self.edges), ("across", self.across), ("up", self.up),
                              ("line", self.rivals["line"]),
                              ("quadratic", self.rivals["quadratic"])):
            control.add_class(f"mlp-{name}")

    def _connect(self) -> None:
        lab, on_value = self.lab, self.lab.on_value
        lab.table.connect(lab)
        on_value(self.data, lambda name: lab.set(data=name) if name != OWN else None)
        on_value(self.upload, self._load_file)
        on_value(self.activation, lambda name: lab.set(activation=name))
        for control in self.rivals.values():
            on_value(control, lambda _: lab.change(rivals=self._chosen_rivals()))
        for name in ("view", "hour", "edges", "across", "up"):
            on_value(getattr(self, name), lambda value, name=name: lab.change(**{name: value}))

    def columns(self) -> list[widgets.Widget]:
        """Parameters, pictures, and the rest: two columns, or below each other if narrow."""
        lab = self.lab
        self.view_box = widgets.VBox(layout=widgets.Layout(margin="0"))
        self.view_box.add_class("mlp-column")
        return [
            column("left", *presets(self.presets), lab.table.widget,
                   *folded(line(self.undo, self.reset))),
            column("right", lab.canvas.widget, self.view, self.view_box),
            column("left", self.board, *folded(
                line(self.best, self.reveal),
                line(widgets.HTML("compare with"), *self.rivals.values()),
                *self.descent.rows, heading("Data and network"),
                line(self.data, self.upload), line(self.activation))),
        ]

    # -- callbacks --------------------------------------------------------------------------

    def _chosen_rivals(self) -> tuple[str, ...]:
        return tuple(name for name, box in self.rivals.items() if box.value)

    def _load_file(self, value: object) -> None:
        """A file chosen in the browser; ipywidgets 7 gives a dict, 8 a tuple."""
        files = list(value.values()) if isinstance(value, dict) else list(value)
        if files:
            with self.lab.syncing():  # emptied, so that the same file can be chosen again
                self.upload.set_trait("value", type(value)())
            self.lab.set(data=parse_columns(decode(bytes(files[0]["content"]))))

    # -- showing ----------------------------------------------------------------------------

    def show(self) -> None:
        """Every control in line with the lab's state; nothing is sent for what did not change."""
        lab, state = self.lab, self.lab.state
        lab.table.set_ranges(ranges_for(state.data))
        lab.table.groups = views.groups(state.activation)
        lab.table.show(state.parameters, lab.solution.gradient)
        self.descent.show(state.learning_rate)
        self._show_data(state.data)
        self.activation.value = state.activation
        for name, box in self.rivals.items():
            box.value = name in state.rivals
        self.hour.put(state.hour)
        self.view.value, self.edges.value = state.view, state.edges
        self.across.value, self.up.value = state.across, state.up
        self.stepper.show(lab.solution.steps, state.operation)
        if self.view_box.children != (self.view_lines[state.view],):
            self.view_box.children = (self.view_lines[state.view],)
        self._show_board()

    def _show_data(self, points: Points) -> None:
        """The dropdown, with an entry for own data when there is one; the range of the hour."""
        named = points.source in TRAFFIC if isinstance(points.source, str) else False
        options = list(TRAFFIC) + ([] if named else [OWN])
        if list(self.data.options) != options:
            self.data.options = options
        self.data.value = points.source if named else OWN
        low, high = float(points.x[0]), float(points.x[-1])
        high = max(high, low + 1e-6)
        set_ends(self.hour, low, high, 1.0 if named else (high - low) / 50)

    def gather(self) -> None:
        """Put what is hidden beside what is shown, so that closing the lab reaches all of it."""
        self.view_box.children = tuple(self.view_lines.values())

    def _show_board(self) -> None:
        """MSE now, best so far, the rivals', and the optimum once revealed."""
        lab = self.lab
        best = fixed(lab.best[0]) if lab.best else "–"
        optimum, reveal = "?", "Reveal optimum"
        if lab.state.activation != "relu":
            optimum = "known for ReLU only"
        elif lab.revealed:
            gap = max(lab.mse - lab.rivals.optimum.mse, 0.0)
            optimum = f"{fixed(lab.rivals.optimum.mse)} (you: +{fixed(gap)})"
            reveal = "Load optimum"
        self.reveal.description = reveal
        rows = (
            ("your best so far", "best", best),
            ("lecture's parameters (ReLU)", "lecture", fixed(lab.rivals.lecture_mse)),
            ("line", "line", fixed(lab.rivals.line.mse)),
            ("quadratic", "quadratic", fixed(lab.rivals.quadratic.mse)),
            ("smallest possible", "optimum", optimum),
        )
        body = "".join(f'<tr><td>{text}</td><td class="mlp-mse-{name}">{value}</td></tr>'
                       for text, name, value in rows)
        self.board.value = (
            '<table><tr class="mlp-now"><td>J = MSE now</td>'
            f'<td class="mlp-mse-now">{fixed(lab.mse)}</td></tr>{body}</table>'
        )
