"""J over two parameters with the path of descent on it, and J over the steps beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.ticker import LinearLocator, LogLocator, NullFormatter

from ..text import counted_steps, number
from .picture import Picture, Scene, few_ticks, round_limit, short_ticks
from .quick_artists import QuickImage, QuickText
from .style import BLACK, FAINT, GREY, LANDSCAPE, MARK, VALUE


@dataclass(frozen=True, eq=False)
class LandscapeScene(Scene):
    """What the picture shows.

    names: of the parameters across and up; across, up: grid values, shapes (A,) and (B,); J: on
    the grid, shape (B, A); point: the present values of the two; path: all values of the two since
    the start, shape (K, 2); steps and J_path: step number and J at each of them, shape (K,);
    decades: log10 J at the two ends of the colours.
    """

    names: tuple[str, str]
    across: np.ndarray
    up: np.ndarray
    J: np.ndarray
    point: tuple[float, float]
    path: np.ndarray
    steps: np.ndarray
    J_path: np.ndarray
    decades: tuple[int, int] = (-1, 2)

    def words(self) -> str:
        """Ends of both axes, the lowest place of the grid, the present point and the path."""
        row, column = np.unravel_index(np.argmin(self.J), self.J.shape)
        across, up = self.names

        def place(x: float, y: float) -> str:
            return f"{across} = {number(x)}, {up} = {number(y)}"

        steps = int(self.steps[-1] - self.steps[0])
        path = (f"The path: {counted_steps(steps)}, J from {number(self.J_path[0])} to "
                f"{number(self.J_path[-1])}." if steps else "No step yet.")
        low = f"{place(self.across[column], self.up[row])}, J = {number(self.J[row, column])}"
        return (f"J over {across} ({number(self.across[0])} to {number(self.across[-1])}) and {up} "
                f"({number(self.up[0])} to {number(self.up[-1])}), the others as they are: lowest "
                f"at {low}; now at {place(*self.point)}, J = {number(self.J_path[-1])}. {path}")


class LandscapePicture(Picture[LandscapeScene]):
    """Left: log10 J as bands of colour, dark is low. Right: the curve of J over the steps."""

    size = 490, 244

    def build(self) -> None:
        """One image, the path and the point; one curve."""
        # limits by hand: autoscale would follow the path
        self.map = self.figure.add_axes((0.135, 0.155, 0.43, 0.745))
        self.image = self.moving(QuickImage(self.map, LANDSCAPE))
        self.bar = self.figure.add_axes((0.578, 0.155, 0.018, 0.745))
        self.colors = ScalarMappable(Normalize(0, 1), LANDSCAPE)
        self.figure.colorbar(self.colors, cax=self.bar)
        self.bar.set_title("J", loc="center")
        self.map.xaxis.set_major_locator(few_ticks(4))
        self.map.xaxis.set_major_formatter(short_ticks)
        self.map.yaxis.set_major_formatter(short_ticks)
        self.title = self.map.set_title(" ")
        self.map.xaxis.labelpad, self.map.yaxis.labelpad = 1, 0
        page = self.page()
        QuickText(page, 6, 9, "□ start  ○ now", color=GREY, align="left")
        self.note = self.moving(QuickText(page, 102, 9, color=GREY, align="left"))
        # the path lies over both marks, and the ring has nothing inside: so a short one is seen
        self.start = self.moving(self.map.plot([], [], "s", markersize=5, color=MARK,
                                               markeredgecolor=BLACK)[0])
        self.point = [self.moving(self.map.plot([], [], "o", markersize=13, markerfacecolor="none",
                                                markeredgecolor=color, markeredgewidth=width,
                                                clip_on=False)[0])
                      for color, width in ((MARK, 4.0), (BLACK, 1.8))]
        outline, core = (MARK, 3.2), (BLACK, 1.4)
        self.path = [self.moving(self.map.plot([], [], color=color, linewidth=width)[0])
                     for color, width in (outline, core)]
        self._build_curve()

    def _build_curve(self) -> None:
        """J over the steps, on a log axis."""
        self.curve_axes = self.figure.add_axes((0.78, 0.155, 0.18, 0.745))
        self.curve_axes.set_title("J by step")
        self.curve_axes.set_xlabel("steps", labelpad=1)
        self.curve_axes.set_yscale("log")
        self.curve_axes.yaxis.set_major_locator(LogLocator(10, subs=(1.0,), numticks=6))
        self.curve_axes.yaxis.set_major_formatter(short_ticks)
        self.curve_axes.yaxis.set_minor_formatter(NullFormatter())
        self.curve_axes.xaxis.set_major_locator(LinearLocator(3))
        self.curve_axes.xaxis.set_major_formatter(short_ticks)
        self.curve_axes.grid(color=FAINT, linewidth=0.5)
        self.curve = self.moving(self.curve_axes.plot([], [], color=VALUE, linewidth=2)[0])
        self.now = self.moving(self.curve_axes.plot([], [], "o", color=MARK, markersize=7,
                                                    markeredgecolor=VALUE, markeredgewidth=2,
                                                    clip_on=False)[0])

    def update(self, scene: LandscapeScene) -> None:
        """Show other numbers; the axes change only when other parameters are chosen."""
        self._show_axes(scene)
        self.image.values = np.log10(np.maximum(scene.J, 10.0 ** (scene.decades[0] - 1)))
        for line in self.path:
            line.set_data(scene.path[:, 0], scene.path[:, 1])
        self.note.show(_beyond(scene))
        has_path = len(scene.path) > 1
        self.start.set_data(*scene.path[: int(has_path)].T)
        for ring in self.point:  # a point outside the map is shown at its edge
            ring.set_data([np.clip(scene.point[0], scene.across[0], scene.across[-1])],
                          [np.clip(scene.point[1], scene.up[0], scene.up[-1])])
        self._show_curve(scene.steps, scene.J_path, 10.0 ** (scene.decades[0] - 5))

    def _show_axes(self, scene: LandscapeScene) -> None:
        """Limits and names of the two parameters."""
        (across, up), title = scene.names, "J over {} and {}"
        if self.image.limits != scene.decades:
            self._show_colors(*scene.decades)
        self.set_limits(self.map, (scene.across[0], scene.across[-1]), (scene.up[0], scene.up[-1]))
        if self.map.get_xlabel() != across or self.map.get_ylabel() != up:
            self.map.set_xlabel(across, loc="right")
            self.map.set_ylabel(up)
            self.title.set_text(title.format(across, up))
            self.redraw_still()

    def _show_colors(self, low: int, high: int) -> None:
        """The ends of the colours, and the ticks beside them."""
        self.image.limits = (low, high)
        self.colors.set_clim(low, high)
        decades = range(low, high + 1)
        texts = [number(10.0**decade) for decade in decades]
        self.bar.set_yticks(decades, [f"≤{texts[0]}", *texts[1:-1], f"≥{texts[-1]}"])
        self.redraw_still()

    def _show_curve(self, steps: np.ndarray, J: np.ndarray, least: float) -> None:
        """The curve; its axes widen in steps, so that they seldom change, and end at ``least``."""
        self.curve.set_data(steps, J)
        self.now.set_data(steps[-1:], J[-1:])
        low = 10.0 ** np.floor(np.log10(max(J.min(), least)))
        high = 10.0 ** np.ceil(np.log10(max(J.max(), 10 * least)) + 1e-9)
        self.set_limits(self.curve_axes, x=(0.0, round_limit(max(1.04 * steps[-1], 10))),
                        y=(low, max(high, 10 * low)))


def _beyond(scene: LandscapeScene) -> str:
    """Where the present point is if it stands at the edge because it is beyond the map; or that
    the path goes beyond it."""
    (across, up), (x, y) = scene.path.T, scene.point
    outside = ((across < scene.across[0]) | (across > scene.across[-1])
               | (up < scene.up[0]) | (up > scene.up[-1]))
    if outside[-1]:
        return f"outside: {number(x, 2)}, {number(y, 2)}"
    return "its path goes outside" if outside.any() else ""
