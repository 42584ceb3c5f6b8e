"""The pictures of the labs as an `interact` cell draws them: all anew with pyplot at each move."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.patches import FancyBboxPatch

from mlp_widgets.core import Network, backward, forward
from mlp_widgets.core.descent import minibatches
from mlp_widgets.data.traffic import HOURS, TRAFFIC
from mlp_widgets.drawing.gradient_map import EDGES
from mlp_widgets.drawing.named_network import shown
from mlp_widgets.drawing.style import ABOUT_ONE, EXPLODING, VANISHING, ZERO
from mlp_widgets.fits.hinges import with_best_heights
from mlp_widgets.lectures.computational_graph.layered import HEIGHT as GRAPH_HEIGHT
from mlp_widgets.lectures.computational_graph.layered import WIDTH as GRAPH_WIDTH
from mlp_widgets.lectures.deep_chain.chain import chain, local_factors
from mlp_widgets.lectures.deep_chain.log_chain import log10_gradients
from mlp_widgets.lectures.digits.numbers import DigitsState
from mlp_widgets.lectures.digits.numbers import Numbers as DigitsNumbers
from mlp_widgets.lectures.names_counts.numbers import NamesState, Numbers
from mlp_widgets.lectures.relu_sums.numbers import best, built, least_squares
from mlp_widgets.lectures.relu_sums.starts import laid
from mlp_widgets.lectures.relu_sums.targets import as_target
from mlp_widgets.lectures.sigmoid_features.sets import SETS
from mlp_widgets.lectures.two_hidden.lab import HEIGHT, WIDTH
from mlp_widgets.lectures.wide_network.profile import profile

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


def one_neuron(w: float, dpi: float | None = None) -> None:
    """The identity with its slope at z = 3w in one figure, the loss on (3, 6) in another."""
    trace = forward(Network([[[w]]], [[0.0]], ["identity"]), [3.0], [6.0])
    slope, z = backward(trace).dJ_dw[1].item(), trace.z[1].item()
    figure = _figure(490, 262, dpi)
    for axes, grid, curve, at in zip(
            figure.subplots(2, sharex=True), (np.linspace(-10, 10, 162),) * 2,
            (lambda v: v, np.ones_like), (z, 1.0), strict=True):
        axes.plot(grid, curve(grid), color="black", linewidth=2)
        axes.plot([z], [at], "o", color=BLUE)
        axes.plot([z, z], [0, at], ":", color=GREY)
        axes.text(0.02, 0.9, f"z = {z:.4g}", transform=axes.transAxes, fontsize=9)
        axes.grid(color="#DDDDDD", linewidth=0.5)
    plt.show()
    axes = _figure(490, 228, dpi).subplots()
    grid = np.linspace(-3, 3, 162)
    axes.plot(grid, forward(Network([grid[:, None, None]], [np.zeros((162, 1))], ["identity"]),
                            [3.0], [6.0]).J, color="black", linewidth=2)
    axes.plot([w - 0.5, w + 0.5], [trace.J - slope / 2, trace.J + slope / 2], "--", color=RED)
    axes.plot([w], [trace.J], "o", color=BLUE)
    axes.set(xlim=(-3, 3), ylim=(0, 50))
    axes.set_title(f"L = {trace.J:.4g}, ∂L/∂w = {slope:.4g}", fontsize=10, loc="left")
    axes.grid(color="#DDDDDD", linewidth=0.5)
    plt.show()


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
    figure = _figure(490, 244, dpi)
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


def sigmoid_features(w111: float, dpi: float | None = None) -> None:
    """Both features over the plane; ŷ over the features and over the plane; the network."""
    network = Network([[[w111, -5.0], [-5.0, 5.0]], [[-3.0, -3.0]]], [[1.0, 1.0], [4.0]],
                      ["sigmoid", "sigmoid"])
    points = SETS["diagonal bands"]
    trace = forward(network, points.x, points.label[None], loss="nll")
    backward(trace)
    grid = np.linspace(-1.5, 1.5, 81)
    maps = forward(network, np.array([v.ravel() for v in np.meshgrid(grid, grid)]))
    unit = np.linspace(-0.05, 1.05, 81)
    last = Network([network.w[2]], [network.b[2]], ["sigmoid"])
    space = forward(last, np.array([v.ravel() for v in np.meshgrid(unit, unit)]))
    _two_maps(222, dpi, points.label, (grid, maps.a[1][0], points.x, "Oranges", "σ₁"),
              (grid, maps.a[1][1], points.x, "Greens", "σ₂"))
    _two_maps(240, dpi, points.label,
              (unit, space.output[0], trace.a[1], "RdYlBu", "ŷ over the features"),
              (grid, maps.output[0], points.x, "RdYlBu", "ŷ over the plane"))
    one = Network([[[w111], [-5.0]], [[-3.0, -3.0]]], [[1.0, 1.0], [4.0]], ["sigmoid", "sigmoid"])
    _diagram(one, forward(one, [0.6], [0.0], loss="nll"), dpi)


def _two_maps(height: int, dpi: float | None, label, *maps) -> None:
    figure = _figure(490, height, dpi)
    plots = figure.subplots(1, 2, gridspec_kw={"left": 0.08, "right": 0.96, "bottom": 0.2,
                                               "wspace": 0.4})
    for axes, (grid, values, x, colors, title) in zip(plots, maps, strict=True):
        image = axes.imshow(values.reshape(81, 81), cmap=plt.get_cmap(colors, 10), vmin=0, vmax=1,
                            origin="lower", extent=(grid[0], grid[-1]) * 2, aspect="auto")
        axes.contour(grid, grid, values.reshape(81, 81), [0.5], colors="black", linewidths=1.8)
        for k, marker in enumerate("os"):
            axes.plot(*x[:, label == k], marker, color=("white", "black")[k], markersize=5.5,
                      markeredgecolor=("black", "white")[k])
        axes.set_title(title, fontsize=9.5, loc="left")
        axes.tick_params(labelsize=8)
        figure.colorbar(image, ax=axes, ticks=[0, 0.5, 1])
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


def relu_sums(w2j: float, dpi: float | None = None) -> None:
    """The sum of 30 hinges with every hinge in one figure, the three ways in another."""
    target, K = as_target("sine"), 30
    network = built(((1.0, 1.0, w2j), *laid("even", K)[1:]), 0.0)
    trace = forward(network, target.x[None], target.y[None])
    backward(trace)
    figure = _figure(490, 336, dpi)
    fit, parts = figure.subplots(2, sharex=True)
    fit.plot(target.x, target.y, "o", color="black", markersize=4.5)
    fit.plot(target.x, trace.output[0], color=BLUE, linewidth=2.4)
    parts.plot(target.x, (network.w[2].T * trace.a[1]).T, color=BLUE, linewidth=1.2)
    fitted = with_best_heights(network, target.x, target.y)
    figure = _figure(490, 386, dpi)
    (first, second), (third, errors) = figure.subplots(2, 2)
    for axes, sums in ((first, fitted), (second, None), (third, best(target, K))):
        axes.plot(target.x, target.y, "o", color="black", markersize=2.5)
        if sums is not None:
            axes.plot(target.x, forward(sums, target.x[None]).output[0], color=BLUE)
    errors.semilogy(range(1, K + 1), least_squares(target, "even"), "o-", color=BLUE)
    errors.semilogy([K], [trace.J], "x", color="black")
    plt.show()


def _wide_diagram(network: Network, trace, back, dpi: float | None) -> None:
    figure = _figure(WIDTH, HEIGHT, dpi)
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


def deep_chain_5(w: float, dpi: float | None = None) -> None:
    """The chain of 5 sigmoids with values and gradients in one figure, the map in another."""
    trace = forward(chain([w] * 5, "sigmoid"), [1.0], [0.0])
    _chain(w, trace, backward(trace), dpi)
    _map(w, 5, dpi)


def deep_chain_100(w: float, dpi: float | None = None) -> None:
    """Profiles of 100 sigmoids without and with skips in one figure, the map in another."""
    _profiles(w, 100, dpi)
    _map(w, 100, dpi)


def _chain(w: float, trace, back, dpi: float | None) -> None:
    figure = _figure(828, 250, dpi)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 828), ylim=(0, 250))
    axes.axis("off")
    boxes = [(18, 34, ("x",)), *((88 + 142.4 * k, 106, (f"z{k + 1}", "σ", f"a{k + 1}"))
                                 for k in range(5)), (788, 34, ("J",))]
    for left, width, names in boxes:
        axes.add_patch(FancyBboxPatch((left, 120), width, 34, facecolor="white", linewidth=1.6,
                                      boxstyle="round,pad=0,rounding_size=8"))
        for k, name in enumerate(names):
            axes.text(left + width * (k + 0.5) / len(names), 137, name, fontsize=9.5, ha="center",
                      va="center")
        if len(names) > 1:
            axes.vlines([left + 30, left + 76], 121, 153, color=GREY, linewidth=0.8)
    edge = {"color": BLUE if w > 0 else RED, "linewidth": 6, "linestyle": "-" if w >= 0 else "--"}
    for (left, width, _), (right, *_) in pairwise(boxes):
        look = edge if right < 788 else {"color": "black", "linewidth": 1.3}
        _arrow(axes, left + width, right, 137, **look)
    _chain_numbers(axes, w, trace, back)
    words = ("forward:  z = w · a,  a = σ(z),  a₀ = x",
             "backward:  ∂J/∂z = ∂J/∂a · σ′(z),  ∂J/∂w = ∂J/∂z · a,  ∂J/∂a = ∂J/∂z · w")
    lanes = ((237, 243, 822, 6), (12, 409, 6, 419))
    for text, (y, start, end, place) in zip(words, lanes, strict=True):
        _arrow(axes, start, end, y, color=GREY, linewidth=1.3)
        axes.text(place, y, text, fontsize=8.5, va="center")
    plt.show()


def _arrow(axes, start: float, end: float, y: float, **look) -> None:
    axes.annotate("", (end, y), (start, y),
                  arrowprops={"arrowstyle": "->", "shrinkA": 0, "shrinkB": 0, **look})


def _chain_numbers(axes, w: float, trace, back) -> None:
    """x, y and J, and six numbers for each layer, each with its name."""
    texts = [(35, 92, "x = 1"), (805, 164, "y = 0"), (790, 92, f"J = {trace.J:.4g}")]
    rows = [("z", trace.z, 103, 214), ("a", trace.a, 179, 196), ("∂J/∂a", back.dJ_da, 179, 72),
            ("∂J/∂z", back.dJ_dz, 103, 54), ("∂J/∂w", back.dJ_dw, 70, 36)]
    for k in range(5):
        texts.append((70 + 142.4 * k, 176, f"w{k + 1} = {w:.4g}"))
        texts += [(x + 142.4 * k, y, f"{name}{k + 1} = {values[k + 1][0, 0]:.4g}")
                  for name, values, x, y in rows]
    for x, y, text in texts:
        axes.text(x, y, text, fontsize=8.5, ha="center", va="center")


def _map(w: float, depth: int, dpi: float | None) -> None:
    """log10 |∂J/∂w_1| over weight and depth, one colour for each band, exact zeros grey."""
    scales = np.linspace(-3, 3, 241)
    log10 = log10_gradients(np.ones(100), scales, x=1.0, y=0.0, activation="sigmoid")
    colors = ListedColormap([*VANISHING, ABOUT_ONE, *EXPLODING]).with_extremes(bad=ZERO)
    figure = _figure(490, 250, dpi)
    axes = figure.add_axes((0.095, 0.155, 0.645, 0.755))
    image = axes.imshow(np.ma.masked_invalid(log10), cmap=colors, aspect="auto", origin="lower",
                        norm=BoundaryNorm(EDGES, colors.N, extend="both"),
                        extent=(-3, 3, 0.5, 100.5), interpolation="nearest")
    axes.plot([w], [depth], "o", markersize=10, color="white", markeredgecolor="black",
              markeredgewidth=2, clip_on=False)
    axes.set_title("|∂J/∂w₁|, sigmoid", fontsize=9.5, loc="left")
    axes.set_xlabel("w of every layer", labelpad=1)
    axes.set_ylabel("depth", labelpad=1)
    axes.tick_params(labelsize=8)
    bar = figure.colorbar(image, cax=figure.add_axes((0.765, 0.155, 0.03, 0.755)), ticks=EDGES)
    bar.ax.set_yticklabels([f"1e{edge}" for edge in EDGES], fontsize=8.5)
    plt.show()


def _profiles(w: float, depth: int, dpi: float | None) -> None:
    """Activation, local factor and both gradients over the layers."""
    figure = _figure(828, 250, dpi)
    plots = figure.subplots(1, 4, gridspec_kw={"left": 0.063, "right": 0.985, "top": 0.824,
                                               "bottom": 0.152, "wspace": 0.36})
    layers = np.arange(1, depth + 1)
    for name, skip, look in (("plain", False, {"color": BLUE, "linewidth": 2.8}),
                             ("with skips", True, {"color": RED, "linewidth": 1.4,
                                                   "linestyle": (0, (4, 2))})):
        trace = forward(chain([w] * depth, "sigmoid", skip), [1.0], [0.0])
        back = backward(trace)
        a, dJ_da, dJ_dw = ([float(v[0, 0]) for v in values[1:]]
                           for values in (trace.a, back.dJ_da, back.dJ_dw))
        for axes, values in zip(plots, (a, local_factors(trace), np.abs(dJ_da), np.abs(dJ_dw)),
                                strict=True):
            axes.plot(layers, values, label=name, **look)
    titles = ("activation a", "local factor", "|∂J/∂a|", "|∂J/∂w|")
    for k, (axes, title) in enumerate(zip(plots, titles, strict=True)):
        axes.set_title(title, fontsize=9.5, loc="left")
        axes.set_xlabel("layer", labelpad=1)
        axes.grid(color="#d0d0d0", linewidth=0.5)
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelsize=8.5)
        if k < 2:
            axes.axhline(0, color=GREY, linewidth=0.9)
            continue
        axes.set_yscale("log")
        axes.minorticks_off()
        low, high = axes.get_ylim()
        if low < 1.4e-45:
            axes.axhline(1.4e-45, color=GREY, linestyle=":", linewidth=1.2)
            axes.text(0.99, 1.4e-45, "float32 ends here", fontsize=8.5, color=GREY, ha="right",
                      va="top", transform=axes.get_yaxis_transform())
        axes.set_ylim(low, high)
    figure.text(0.01, 0.935, f"{depth} sigmoid layers, every w = {w:.4g}", fontsize=10)
    figure.legend(*plots[0].get_legend_handles_labels(), loc="upper right", ncols=2, fontsize=10,
                  frameon=False)
    plt.show()


def wide_network(width: float, dpi: float | None = None) -> None:
    """Variance and gradient by layer of two initializations, and their activations below."""
    # without the memory of a lab that has just measured the same networks
    found = [profile.__wrapped__(20, int(width), "relu", c, 5, 0) for c in (2**0.5, 1.0)]
    figure = _figure(828, 270, dpi)
    for k, axes in enumerate(figure.subplots(1, 2)):
        for one, color in zip(found, (BLUE, RED), strict=True):
            values = (one.variance, one.gradient)[k]
            layers = np.arange(k, 21 + k)
            axes.fill_between(layers, values.min(axis=0), values.max(axis=0), color=color,
                              alpha=0.2)
            axes.plot(layers, (one.typical_variance, one.typical_gradient)[k], "o-", color=color,
                      markersize=3.6)
        axes.set_yscale("log")
        axes.grid(color="#DDDDDD", linewidth=0.5)
    plt.show()
    figure = _figure(828, 196, dpi)
    for layer, axes in zip(found[0].samples, figure.subplots(1, 3), strict=True):
        for one, color in zip(found, (BLUE, RED), strict=True):
            values = one.samples[layer]
            axes.hist(values[values != 0], bins=40, color=color, alpha=0.5)
        axes.set_title(f"layer {layer}", fontsize=10, loc="left")
    plt.show()


def names_counts(picked: float, dpi: float | None = None) -> None:
    """784-300-100-10 with the ends of its layers, and some of W¹ and b¹ with their names."""
    numbers = Numbers(NamesState(n0=784, n1=300, n2=100, n3=10, layer=1, output=200,
                                 input=int(picked)))
    figure = _figure(828, 284, dpi)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 828), ylim=(0, 284))
    axes.axis("off")
    own = {0: numbers.state.input, 1: numbers.state.output}
    columns = [shown(n, own.get(k, 0)) for k, n in enumerate(numbers.network.widths)]
    places = [[(36 + 137 * k, 232 - 45 * row, j) for row, j in enumerate(column)]
              for k, column in enumerate(columns)]
    for before, after in pairwise(places):
        for x0, y0, i in before:
            for x1, y1, j in after:
                if i and j:
                    axes.plot([x0, x1], [y0, y1], color=GREY, linewidth=0.7, zorder=1)
    for layer, column in enumerate(places):
        for x, y, j in column:
            if j:
                axes.plot([x], [y], "o", markersize=28, color="white", markeredgecolor="black")
            text = f"a{layer},{j}\nb{layer},{j}" if j else "⋮"
            axes.text(x, y, text, ha="center", va="center", fontsize=9, zorder=6)
    for row, j in enumerate(columns[1]):
        for k, i in enumerate((*columns[0], 0)):
            if j and i is not None:
                value = numbers.network.w[1][j - 1, i - 1] if i else numbers.network.b[1][j - 1]
                axes.text(546 + 50 * k, 205 - 36 * row, f"w1,{j},{i}\n{value:.2g}", fontsize=9,
                          ha="center", va="center")
    axes.text(672, 276, f"w1,200,{int(picked)}", fontsize=10.5, ha="center")
def training_loop(w: float, dpi: float | None = None) -> None:
    """A line of the loop with its arrays, the map of J with the start, and the noise of batches."""
    x, y = (2 * HOURS / 23 - 1)[None], np.array([TRAFFIC["all days"]])
    network = Network([[[w]]], [[0.0]], ["identity"])
    batch = next(minibatches(24, 4, 1))
    trace = forward(network, x[:, batch], y[:, batch])
    _loop_line(x[0], y[0], batch, trace, backward(trace), dpi)
    figure = _figure(980, 296, dpi)
    *curves, level = figure.subplots(1, 3)
    for axes in curves:
        axes.set_yscale("log")
        axes.set_ylim(1, 10)
    across, up = np.meshgrid(np.linspace(-4, 4, 65), np.linspace(-2, 6, 57))
    stack = Network([across[..., None, None]], [up[..., None]], ["identity"])
    level.imshow(np.log10(forward(stack, x, y).J), origin="lower", extent=(-4, 4, -2, 6),
                 aspect="auto", cmap="Greys_r")
    level.plot([w], [0], "s", color="white", markeredgecolor="black")
    plt.show()
    full = forward(network, x, y)
    _noise(24 * np.stack([backward(full).dJ_dz[1][0] * x[0], backward(full).dJ_dz[1][0]]), dpi)


def _loop_line(x, y, batch, trace, back, dpi: float | None) -> None:
    figure = _figure(980, 264, dpi)
    board, plot = figure.add_axes((0, 0, 0.75, 1)), figure.add_axes((0.78, 0.15, 0.21, 0.74))
    board.set(xlim=(0, 735), ylim=(0, 264))
    board.axis("off")
    arrays = {"g": trace.output, "y": trace.y, "x": trace.a[0], "∂J/∂Z¹": back.dJ_dz[1],
              "∂J/∂W¹": back.dJ_dw[1], "∂J/∂b¹": back.dJ_db[1][:, None]}
    for k, (name, values) in enumerate(arrays.items()):
        left, middle = 90 + 215 * (k % 3), 160 - 100 * (k // 3)
        board.text(left, middle + 20, name, fontsize=9)
        board.text(left, middle - 20, "×".join(map(str, values.shape)), fontsize=9, color=GREY)
        for column, value in enumerate(values[0]):
            board.text(left + 52 * column, middle, f"{value:.3g}", fontsize=9)
    plot.plot(x, y, "o", color=GREY)
    plot.plot(x[batch], y[batch], "o", color=RED)
    plot.vlines(x[batch], trace.output[0], y[batch], color=RED)
    plot.plot(x, trace.network.w[1].item() * x, color="black")
    plot.set_ylim(-1.5, 7)
    plt.show()


def _noise(gradients, dpi: float | None) -> None:
    figure = _figure(980, 270, dpi)
    cloud, by_size = figure.subplots(1, 2)
    batches = minibatches(24, 4, 1)
    drawn = np.array([-gradients[:, next(batches)].mean(axis=1) for _ in range(120)])
    for step in drawn:
        cloud.plot([0, step[0]], [0, step[1]], color="#AE7FD4", linewidth=0.7)
    cloud.plot(*drawn.T, "o", color="#AE7FD4", markersize=4)
    sizes = np.arange(1, 25)
    spread = np.sqrt(gradients.var(axis=1).sum() / sizes)
    by_size.plot(sizes, spread, "--", color=GREY)
    by_size.plot(sizes, spread * np.sqrt((24 - sizes) / 23), "o-", color=BLUE)
GRAPH = {"w": (0.06, 0.72), "x": (0.06, 0.48), "×": (0.25, 0.6), "b": (0.25, 0.36),
         "+": (0.44, 0.48), "y": (0.44, 0.24), "−": (0.63, 0.36), "( )²": (0.82, 0.36)}
"""Node -> its place, shares of the figure."""


def computational_graph(w: float, dpi: float | None = None) -> None:
    """The linear regressor on (3, 6) as circles and wires, values above and derivatives below."""
    trace = forward(Network([[[w]]], [[0.0]], ["identity"]), [3.0], [6.0])
    back = backward(trace)
    g, dg, dw = trace.output[0, 0], back.dJ_da[1][0, 0], back.dJ_dw[1][0, 0]
    wires = [("w", "×", w, dw, 3.0), ("x", "×", 3.0, back.dJ_da[0][0, 0], w),
             ("×", "+", 3 * w, dg, 1.0), ("b", "+", 0.0, dg, 1.0), ("+", "−", g, dg, 1.0),
             ("y", "−", 6.0, -dg, -1.0), ("−", "( )²", g - 6, dg, dg)]
    figure = _figure(GRAPH_WIDTH, GRAPH_HEIGHT, dpi)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.axis("off")
    for start, end, value, slope, local in wires:
        (x0, y0), (x1, y1) = GRAPH[start], GRAPH[end]
        axes.plot([x0, x1 - 0.03, x1], [y0, y0, y1], color="black", linewidth=1.4)
        middle = (x0 + x1) / 2
        axes.text(middle, y0 + 0.03, f"{value:.4g}", ha="center", va="center", fontsize=9)
        axes.text(middle, y0 - 0.03, f"∂L/∂ {slope:.4g}", ha="center", va="center", fontsize=9,
                  color="#6a2f9c")
        axes.text(middle, y0 - 0.07, f"({local:.4g})", ha="center", va="center", fontsize=9,
                  color=GREY)
    for sign, (x, y) in GRAPH.items():
        axes.plot([x], [y], "o", markersize=27, markerfacecolor="white", markeredgecolor="black",
                  zorder=3)
        axes.text(x, y, sign, ha="center", va="center", fontsize=10.5, zorder=6)
    axes.text(0.9, 0.4, f"L = {trace.J:.4g}", ha="center", va="center", fontsize=9)
    plt.show()


def digits(digit: float, dpi: float | None = None) -> None:
    """A digit, ∂J/∂x over it, two layers of activations and the softmax in one figure."""
    numbers = DigitsNumbers(DigitsState(epochs=30, digit=int(digit)))
    figure = _figure(828, 244, dpi)
    panels = [figure.add_axes((left, 0.16, width, 0.66)) for left, width in (
        (0.015, 0.195), (0.245, 0.195), (0.48, 0.1), (0.69, 0.05), (0.85, 0.12))]
    steepest = np.abs(numbers.dJ_dx).max() or 1.0
    panels[0].imshow(numbers.pixels, cmap="Greys", vmin=0, vmax=16)
    panels[1].imshow(numbers.dJ_dx, vmin=-steepest, vmax=steepest,
                     cmap=ListedColormap([*VANISHING, ABOUT_ONE, *EXPLODING]))
    rows, columns = np.nonzero(numbers.pixels)
    panels[1].scatter(columns, rows, s=4 * numbers.pixels[rows, columns], color="black", marker="s",
                      edgecolor="white")
    for layer in (1, 2):
        panels[1 + layer].imshow(numbers.activations(layer).reshape(-1, 8).T, cmap="Blues")
    panels[4].barh(range(10), numbers.probabilities, color=BLUE)
    panels[4].set(xlim=(0, 1), ylim=(9.5, -0.5), yticks=range(10))
    for axes, title in zip(panels, (f"digit {int(digit)}, a {numbers.label}",
                                    "∂J/∂x over the digit", "a¹", "a²", "ŷ"), strict=True):
        axes.set_title(title, fontsize=10, loc="left")
        axes.tick_params(labelsize=8)
    plt.show()
