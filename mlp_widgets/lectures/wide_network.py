"""The wider-networks lab: what the size of the first weights does to many layers.

    from mlp_widgets import WideNetworkLab
    lab = WideNetworkLab(activation="relu", init="xavier", compare="he")
    lab.depth = 50                            # the same as moving the slider
    lab.per_layer, lab.variance, lab.gradient_norms
    lab.learn()                               # 20 steps of gradient descent

Source: MIT 6.390, "Neural Networks II", "Reference: weight initialization".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

import numpy as np

from ..drawing.wide_layers import HistogramsPicture, LayersPicture
from ..widgets.canvas import Canvas, Drawing, composite_png
from ..widgets.panel import Panel
from . import wide_network_views as views
from .checks import (
    add_fields,
    check_choice,
    check_fields,
    check_number,
    check_rate,
    check_scale,
    check_whole,
)
from .wide_network_controls import Controls
from .wide_network_model import (
    ACTIVATIONS,
    INITS,
    MOST,
    PRESETS,
    Learning,
    Solution,
    WideState,
    learn,
)

LARGEST = {"small": 1e30, "large": 1e30, "learning_rate": 1e9}
LARGEST_SEED = 1_000_000
MOST_STEPS = 1000
DRAWN = ("depth", "width", "activation", "init", "compare", "small", "large", "seeds", "seed")
"""Fields on which the pictures depend."""


class WideNetworkLab(Panel):
    """The lab as a widget and as an object: what it shows are attributes, ``repr`` rebuilds it.

    Every argument is a keyword: ``depth`` (hidden layers, 1 to 50), ``width`` (neurons of each and
    inputs, 1 to 200), ``activation`` ("relu", "tanh", "sigmoid"); ``init`` ("zeros", "small",
    "xavier", "he", "large") and ``compare`` (one of these, or "none"): weights ~ N(0, c²/n_{l-1})
    with c = 0, ``small``, 1, √2, ``large``; ``seeds``, networks drawn, from ``seed`` on;
    ``learning_rate`` of the trial; ``scale``. The output is one linear neuron, J the mean squared
    error on random targets. Raises ValueError, in one sentence, on anything else.
    """

    undoable = tuple(field.name for field in fields(WideState))

    def __init__(
        self,
        *,
        depth: int = 20,
        width: int = 100,
        activation: str = "relu",
        init: str = "he",
        compare: str = "xavier",
        small: float = 0.1,
        large: float = 3.0,
        seeds: int = 5,
        seed: int = 0,
        learning_rate: float = 0.01,
        scale: float = 2.0,
    ) -> None:
        self.scale = check_scale(scale)
        super().__init__(WideState(depth, width, activation, init, compare, small, large, seeds,
                                   seed, learning_rate))
        self.layers = LayersPicture(scale=self.scale)
        self.histograms = HistogramsPicture(scale=self.scale)
        self.canvas = Canvas([self.layers, self.histograms], "mlp-picture-lab",
                             "Variance, gradient and activations by layer")
        self.controls = Controls(self)
        self.assemble(*self.controls.columns())

    # -- numbers from code ------------------------------------------------------------------

    @property
    def variance(self) -> np.ndarray:
        """Variance of a[l] for l = 0..depth: geometric mean over the draws, shape (depth + 1,)."""
        return self.solution.main.typical_variance

    @property
    def gradient_norms(self) -> np.ndarray:
        """Length of ∂J/∂W^l for l = 1..depth + 1: geometric mean over the draws."""
        return self.solution.main.typical_gradient

    @property
    def per_layer(self) -> float:
        """By what each layer multiplies the variance."""
        return self.solution.main.per_layer

    # -- actions ----------------------------------------------------------------------------

    def set(self, **changes: object) -> None:
        """Change any fields of the state at once, as from the controls; ValueError keeps all."""
        check_fields(WideState, changes)
        self.change(group=tuple(changes), **changes)

    def preset(self, name: str) -> None:
        """Load one of the situations by the name on its button."""
        check_choice("preset", name, tuple(PRESETS))
        self.change(**PRESETS[name])
        self.say(f"Preset {name}. " + self.describe())

    def new_draws(self) -> None:
        """The same setting with other random weights and inputs."""
        self.set(seed=(int(self.state.seed) + int(self.state.seeds)) % (LARGEST_SEED + 1))

    def learn(self, steps: int = 20) -> dict[str, Learning]:
        """Gradient descent on the first draw of each initialization in view.

        The lab stays as it is; what the steps did is shown and returned, by initialization.
        """
        check_whole("steps", steps, 1, MOST_STEPS)
        with self._lock:
            found = {name: learn(self.state, name, int(steps)) for name in self.solution.profiles}
            width = int(self.state.width)
            self.controls.answer(views.learning_table(found, width))
            self.say(" ".join(views.learning_verdict(name, f, width)
                              for name, f in found.items()))
        return found

    # -- what Panel asks for ----------------------------------------------------------------

    def solve(self, state: WideState) -> Solution:
        """All numbers of a state; ValueError says which field is not allowed."""
        for name, most in MOST.items():
            check_whole(name, getattr(state, name), 1, most)
        check_whole("seed", state.seed, 0, LARGEST_SEED)
        for name, largest in LARGEST.items():
            check_number(name, getattr(state, name), largest)
        check_rate(state.learning_rate)
        for name in ("small", "large"):
            if getattr(state, name) <= 0:
                raise ValueError(f"{name}, the factor c of the weights, must be positive, "
                                 f"got {getattr(state, name):g}")
        check_choice("activation", state.activation, tuple(ACTIVATIONS))
        check_choice("initialization", state.init, tuple(INITS))
        check_choice("initialization", state.compare, ("none", *INITS))
        return Solution(state)

    def frames(self, state: WideState, solution: Solution) -> Iterator:
        """Both pictures of the one canvas."""
        key = tuple(getattr(state, name) for name in DRAWN)
        yield self.canvas, [
            Drawing(self.layers, key, lambda: views.layers(solution)),
            Drawing(self.histograms, key, lambda: views.histograms(solution)),
        ]

    def describe(self) -> str:
        """What happens to the variance and the gradient on the way through the layers."""
        return views.verdict(self.solution)

    def snapshot(self) -> bytes:
        """The lab as one picture: its pictures, and the numbers below."""
        with self._lock:
            return composite_png([self.canvas.pictures],
                                 [views.numbers_picture(self.solution, self.scale)])

    def __repr__(self) -> str:
        s = self.state
        given = {"depth": int(s.depth), "width": int(s.width), "activation": s.activation,
                 "init": s.init, "compare": s.compare}
        options = {
            "small": (float(s.small), 0.1),
            "large": (float(s.large), 3.0),
            "seeds": (int(s.seeds), 5),
            "seed": (int(s.seed), 0),
            "learning_rate": (float(s.learning_rate), 0.01),
            "scale": (self.scale, 2.0),
        }
        return self._call(given, options)


add_fields(WideNetworkLab, WideState)
