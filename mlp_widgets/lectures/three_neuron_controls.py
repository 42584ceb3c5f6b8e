"""The controls of the three-neuron lab: widgets, where they stand, and what they call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ipywidgets as widgets

from ..drawing.numbers import fixed, symbol
from ..widgets.sliders import SteppedLogSlider, SteppedSlider
from . import three_neuron_views as views
from .points import Points, decode, parse_columns
from .three_neuron_model import ACTIVATION_NAMES, PARAMETERS, ranges_for
from .traffic_data import TRAFFIC

if TYPE_CHECKING:
    from .three_neuron import ThreeNeuronLab

OWN = "own data"


def _line(*parts: widgets.Widget, **layout: str) -> widgets.HBox:
    """Controls side by side."""
    box = widgets.HBox(parts, layout=widgets.Layout(margin="0", **layout))
    box.add_class("mlp-line")
    return box


def _column(side: str, *parts: widgets.Widget) -> widgets.VBox:
    """Parts below each other on one side of the lab; the style sheet has the widths."""
    box = widgets.VBox(parts, layout=widgets.Layout(margin="0"))
    box.add_class("mlp-column")
    box.add_class(f"mlp-{side}")
    return box


def _layout(width: str) -> widgets.Layout:
    return widgets.Layout(width=width, height="30px", margin="0")


class Controls:
    """All controls of one lab. ``show`` brings them in line with the lab's state."""

    def __init__(self, lab: ThreeNeuronLab) -> None:
        self.lab = lab
        self.board = widgets.HTML()
        self.board.add_class("mlp-board")
        self._make_buttons()
        self._make_choices()
        self._connect()

    def _make_buttons(self) -> None:
        lab, button = self.lab, self.lab.button
        self.presets = [
            button("Lecture", "mlp-preset-lecture", lambda: lab.preset("lecture"),
                   tooltip="The lecture's parameters"),
            button("Zeros", "mlp-preset-zeros", lambda: lab.preset("zeros"),
                   tooltip="All seven parameters 0"),
            button("Random", "mlp-preset-random", lambda: lab.preset("random"),
                   tooltip="The next seeded random start"),
            button("Stuck", "mlp-preset-stuck", lambda: lab.preset("stuck"),
                   tooltip="A start from which descent ends on a plateau"),
        ]
        self.undo = button("Undo", "mlp-undo", lab.undo)
        self.reset = button("Reset", "mlp-reset", lab.reset)
        self.best = button("My best", "mlp-best", lab.bring_back_best,
                           tooltip="Bring back the parameters of your smallest MSE")
        self.reveal = button("Reveal optimum", "mlp-reveal", lab.reveal, width="128px")
        self.one = button("Step", "mlp-step", lambda: self._step(1),
                          tooltip="One step of gradient descent")
        self.ten = button("10 steps", "mlp-ten-steps", lambda: self._step(10))
        self.run = button("▶ Run", "mlp-run", self._toggle_run, width="84px",
                          tooltip="Run or pause gradient descent")
        self.rewind = button("Rewind", "mlp-rewind", lab.rewind,
                             tooltip="Back to where this descent began")

    def _make_choices(self) -> None:
        names = [(symbol(name), name) for name in PARAMETERS]
        dropdown = {"description_width": "initial"}
        self.rate = SteppedLogSlider(min=-5, max=1, step=0.05, readout=False,
                                           layout=_layout("150px"))
        self.rate_box = widgets.FloatText(description="learning rate α", step=0.001,
                                          style=dropdown, layout=_layout("170px"))
        self.data = widgets.Dropdown(description="data", options=list(TRAFFIC), style=dropdown,
                                     layout=_layout("150px"))
        self.upload = widgets.FileUpload(description="Own CSV", accept=".csv,.txt,.tsv",
                                         multiple=False, layout=_layout("120px"))
        titles = {"relu": "ReLU", "sigmoid": "sigmoid", "tanh": "tanh"}
        self.activation = widgets.Dropdown(
            description="hidden neurons", style=dropdown, layout=_layout("200px"),
            options=[(titles[name], name) for name in ACTIVATION_NAMES])
        self.rivals = {
            name: widgets.Checkbox(description=name, indent=False, layout=_layout("92px"))
            for name in ("line", "quadratic")
        }
        self.view = widgets.ToggleButtons(
            options=[("Network", "network"), ("Landscape and path", "landscape")],
            style={"button_width": "170px"}, layout=widgets.Layout(margin="0"))
        self.hour = SteppedSlider(description="hour x", step=1.0, style=dropdown,
                                        layout=_layout("250px"))
        self.edges = widgets.Dropdown(description="edges show", style=dropdown,
                                      options=["values", "gradients"], layout=_layout("200px"))
        self.across = widgets.Dropdown(description="across", options=names, style=dropdown,
                                       layout=_layout("130px"))
        self.up = widgets.Dropdown(description="up", options=names, style=dropdown,
                                   layout=_layout("110px"))
        self.view_lines = {
            "network": _line(self.hour, self.edges),
            "landscape": _line(self.across, self.up,
                               widgets.HTML("the other five stay")),
        }
        for name, control in (("rate", self.rate_box), ("rate-slider", self.rate),
                              ("data", self.data), ("upload", self.upload), ("view", self.view),
                              ("activation", self.activation), ("hour", self.hour),
                              ("edges", self.edges), ("across", self.across), ("up", self.up),
                              ("line", self.rivals["line"]),
                              ("quadratic", self.rivals["quadratic"])):
            control.add_class(f"mlp-{name}")

    def _connect(self) -> None:
        lab, on_value = self.lab, self.lab.on_value
        lab.table.on_change(on_value, lambda name, value: lab.set(**{name: value}))
        for control in (self.rate, self.rate_box):
            on_value(control, lambda value: lab.change(learning_rate=value))
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
            _column("left", _line(*self.presets), lab.table.widget, _line(self.undo, self.reset)),
            _column("right", lab.canvas.widget, self.view, self.view_box),
            _column("left", self.board, _line(self.best, self.reveal),
                    _line(widgets.HTML("compare with"), *self.rivals.values()),
                    widgets.HTML('<div class="mlp-heading">Gradient descent '
                                 "<small>θ ← θ − α ∂J/∂θ</small></div>"),
                    _line(self.rate_box, self.rate),
                    _line(self.one, self.ten, self.run, self.rewind),
                    widgets.HTML('<div class="mlp-heading">Data and network</div>'),
                    _line(self.data, self.upload), _line(self.activation)),
        ]

    # -- callbacks --------------------------------------------------------------------------

    def _step(self, count: int) -> None:
        self.lab.pause()
        self.lab.step(count)

    def _toggle_run(self) -> None:
        self.lab.pause() if self.lab.runner.running else self.lab.run()

    def _chosen_rivals(self) -> tuple[str, ...]:
        return tuple(name for name, box in self.rivals.items() if box.value)

    def _load_file(self, value: object) -> None:
        """A file chosen in the browser; ipywidgets 7 gives a dict, 8 a tuple."""
        files = list(value.values()) if isinstance(value, dict) else list(value)
        if files:
            with self.lab.syncing():  # emptied, so that the same file can be chosen again
                self.upload.value = type(value)()
            self.lab.set(data=parse_columns(decode(bytes(files[0]["content"]))))

    # -- showing ----------------------------------------------------------------------------

    def show(self) -> None:
        """Every control in line with the lab's state; nothing is sent for what did not change."""
        lab, state = self.lab, self.lab.state
        lab.table.set_ranges(ranges_for(state.data))
        lab.table.groups = views.groups(state.activation)
        lab.table.show(state.parameters, lab.solution.gradient)
        self.rate.put(state.learning_rate)
        self.rate_box.value = float(f"{state.learning_rate:.3g}")
        self._show_data(state.data)
        self.activation.value = state.activation
        for name, box in self.rivals.items():
            box.value = name in state.rivals
        self.hour.put(state.hour)
        self.view.value, self.edges.value = state.view, state.edges
        self.across.value, self.up.value = state.across, state.up
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
        self.hour.set_ends(low, high, 1.0 if named else (high - low) / 50)

    def gather(self) -> None:
        """Put what is hidden beside what is shown, so that closing the lab reaches all of it."""
        self.view_box.children = tuple(self.view_lines.values())

    def show_running(self, running: bool) -> None:
        """The Run button says what a press would do."""
        self.run.description = "❚❚ Pause" if running else "▶ Run"

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
