"""The pictures of the labs as an `interact` cell draws them: all anew with pyplot at each move."""

from __future__ import annotations

import numpy as np
from matplotlib import pyplot as plt

from mlp_widgets.core import Network, backward, forward
from mlp_widgets.lectures.traffic_data import HOURS, TRAFFIC

BLUE, RED, GREY = "#0072B2", "#C04A00", "#767676"
CSS_DPI = 96  # so that a size in inches is the lab's size in CSS pixels


def three_neuron(b11: float, dpi: float | None = None) -> None:
    """Fit, contributions and residuals in one figure, the network's diagram in another."""
    network = Network([[[0.4], [-0.6]], [[-1.0, -1.0]]], [[b11, 5.2], [5.1]], ["relu", "identity"])
    x, y = HOURS[None], np.array([TRAFFIC["all days"]])
    trace = forward(network, x, y)
    backward(trace)
    _fit(network, trace, dpi)
    _diagram(network, forward(network, x[:, 8:9], y[:, 8:9]), dpi)


def _figure(width: int, height: int, dpi: float | None):
    return plt.figure(figsize=(width / CSS_DPI, height / CSS_DPI), dpi=dpi)


def _fit(network: Network, trace, dpi: float | None) -> None:
    figure = _figure(490, 336, dpi)
    heights = {"height_ratios": (5, 2.2, 1.8), "hspace": 0.36,
               "left": 0.105, "right": 0.985, "top": 0.94, "bottom": 0.105}
    fit, parts, residual = figure.subplots(3, sharex=True, gridspec_kw=heights)
    grid = np.linspace(0, 23, 400)
    curves = forward(network, grid[None])
    x, y, y_hat = trace.a[0][0], trace.y[0], trace.output[0]
    fit.plot(x, y, "o", color="black", markersize=4.5)
    fit.plot(grid, curves.output[0], color="black", linewidth=2.4)
    fit.set_ylim(-0.5, 7)
    fit.set_title("data ●, prediction ŷ (line)    [1000 vehicles / h]", fontsize=9.5, loc="left")
    for j, (colour, dash) in enumerate(((BLUE, "-"), (RED, "--"))):
        w, b = network.w[1][j, 0], network.b[1][j]
        kink = -b / w if w else -1.0
        for axes in (fit, parts):
            axes.axvline(kink, color=colour, linewidth=1.2, linestyle=dash)
        fit.text(kink, 6.9 - 0.7 * j, f"kink {j + 1}: {kink:.4g}", color=colour, fontsize=8,
                 va="top", clip_on=True, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1})
        added = network.w[2][0, j] * curves.a[1][j]
        parts.plot(grid, added, color=colour, linewidth=2, linestyle=dash)
    parts.set_title("what each hidden neuron adds: w₂₁·a₁₁ solid, w₂₂·a₁₂ dashed", fontsize=9.5,
                    loc="left")
    parts.set_ylim(-10, 10)
    residual.vlines(x, 0, y_hat - y, color=GREY, linewidth=1.5)
    residual.plot(x, y_hat - y, "o", color="black", markersize=3)
    residual.set_title("residuals ŷ − y", fontsize=9.5, loc="left")
    residual.set_xlabel("hour of the day", labelpad=1)
    residual.set_ylim(-5, 5)
    residual.set_xlim(-0.5, 23.5)
    for axes in (fit, parts, residual):
        axes.grid(color="#d0d0d0", linewidth=0.5)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8)
    for axes in (parts, residual):
        axes.axhline(0, color=GREY, linewidth=0.8)
    plt.show()


def _diagram(network: Network, trace, dpi: float | None) -> None:
    figure = _figure(490, 232, dpi)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 1), ylim=(0, 0.58))
    axes.axis("off")
    places = {"x": (0.1, 0.3), "h1": (0.42, 0.43), "h2": (0.42, 0.17), "y": (0.74, 0.3),
              "J": (0.93, 0.3)}
    edges = [("x", "h1", network.w[1][0, 0]), ("x", "h2", network.w[1][1, 0]),
             ("h1", "y", network.w[2][0, 0]), ("h2", "y", network.w[2][0, 1]), ("y", "J", 1.0)]
    for start, end, value in edges:
        (x0, y0), (x1, y1) = places[start], places[end]
        axes.plot([x0, x1], [y0, y1], color=BLUE if value > 0 else RED,
                  linewidth=1.2 + 5 * abs(value), linestyle="-" if value >= 0 else (0, (3, 1.2)))
        angle = float(np.degrees(np.arctan2(y1 - y0, x1 - x0)))
        axes.text(0.55 * x0 + 0.45 * x1, 0.55 * y0 + 0.45 * y1, f"{value:.3g}", ha="center",
                  va="center", fontsize=9, rotation=angle, zorder=5,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2})
    z, a = trace.z[1][:, 0], trace.a[1][:, 0]
    texts = {"x": f"x\n{trace.a[0][0, 0]:.4g}", "y": f"ŷ\n{trace.output[0, 0]:.4g}",
             "J": f"J\n{trace.J:.4g}", "h1": f"z {z[0]:.4g}\na {a[0]:.4g}",
             "h2": f"z {z[1]:.4g}\na {a[1]:.4g}"}
    for name, (x, y) in places.items():
        on = not name.startswith("h") or z[int(name[1]) - 1] > 0
        axes.plot([x], [y], "o", markersize=54, markeredgewidth=1.8, zorder=3,
                  markerfacecolor="white" if on else "#ececec", markeredgecolor="black")
        axes.text(x, y, texts[name], ha="center", va="center", fontsize=9, zorder=6)
    axes.text(0.5, 0.01, f"at hour {trace.a[0][0, 0]:.0f}", ha="center", color=GREY, fontsize=8.5)
    plt.show()


def two_hidden(w2_1: float, dpi: float | None = None) -> None:
    """The diagram with values and gradients in one figure, loss and weights in another."""
    network = Network([[[2.0], [w2_1]], [[1.0, 2.0]]], None, ["relu", "identity"])
    trace = forward(network, [1.0], [3.0])
    _wide_diagram(network, trace, backward(trace), dpi)
    figure = _figure(490, 260, dpi)
    top, below = figure.subplots(2, sharex=True)
    top.set_title("loss L over the steps", fontsize=9.5, loc="left")
    top.plot([0], [trace.J], "o", color="black")
    below.set_title("weights over the steps", fontsize=9.5, loc="left")
    for name, value in (("w₁¹", 2.0), ("w₂¹", w2_1), ("w₁²", 1.0), ("w₂²", 2.0)):
        below.plot([0], [value], "o", color=BLUE)
        below.text(10.2, value, name, fontsize=9.5, color=BLUE)
    below.set(xlim=(0, 10), ylim=(-3.3, 3.3))
    for axes in (top, below):
        axes.grid(color="#d0d0d0", linewidth=0.5)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8)
    plt.show()


def _wide_diagram(network: Network, trace, back, dpi: float | None) -> None:
    figure = _figure(828, 284, dpi)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 828), ylim=(0, 284))
    axes.axis("off")
    places = {"x": (41, 142, 62), "h1": (236, 217, 116), "h2": (236, 67, 116),
              "z": (472, 142, 106), "g": (650, 142, 100), "L": (785, 142, 80)}
    w, dw = network.w, back.dJ_dw
    edges = [("x", "h1", w[1][0, 0], dw[1][0, 0]), ("x", "h2", w[1][1, 0], dw[1][1, 0]),
             ("h1", "z", w[2][0, 0], dw[2][0, 0]), ("h2", "z", w[2][0, 1], dw[2][0, 1])]
    for start, end, value, slope in edges:
        (x0, y0, _), (x1, y1, _) = places[start], places[end]
        axes.plot([x0, x1], [y0, y1], color=BLUE if value > 0 else RED,
                  linewidth=1.2 + 2 * abs(value), linestyle="-" if value >= 0 else (0, (3, 1.2)))
        angle = float(np.degrees(np.arctan2(y1 - y0, x1 - x0)))
        axes.text((x0 + x1) / 2, (y0 + y1) / 2 + 18, f"w = {value:.3g}\n∂L/∂w = {slope:.3g}",
                  ha="center", va="center", fontsize=9, rotation=angle)
    axes.plot([472, 785], [142, 142], color="black", linewidth=1.5)
    z, a, dz = trace.z[1][:, 0], trace.a[1][:, 0], back.dJ_dz[1][:, 0]
    texts = {"x": "x = 1", "L": f"L = {trace.J:.3g}\ny = 3",
             "z": f"z² = {trace.z[2][0, 0]:.3g}\n∂L/∂z² = {back.dJ_dz[2][0, 0]:.3g}",
             "g": f"g = {trace.output[0, 0]:.3g}\n∂L/∂g = {back.dJ_da[2][0, 0]:.3g}"}
    texts |= {f"h{j + 1}": f"z = {z[j]:.3g}\na = {a[j]:.3g}\n∂L/∂z = {dz[j]:.3g}" for j in (0, 1)}
    for name, (x, y, size) in places.items():
        axes.plot([x], [y], "o", markersize=size * 0.75, markeredgewidth=1.8, zorder=3,
                  markerfacecolor="white", markeredgecolor="black")
        axes.text(x, y, texts[name], ha="center", va="center", fontsize=9, zorder=6)
    plt.show()
