"""The deep-chain lab: both passes, why backwards, vanishing and exploding, skip, clipping.

    from mlp_widgets import DeepChainLab
    lab = DeepChainLab(depth=20)              # 20 sigmoid layers, every weight 1
    lab.gradients["w1"]                       # about 1e-13: it has vanished
    lab.skip = True

Source: CMU 10-315, "Neural Networks" (the width-1 deep chain); MIT 6.390, "Neural Networks II".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module

from ..drawing.chain import ChainPicture
from ..drawing.clipping import ClippingPicture
from ..drawing.gradient_map import MapPicture
from ..drawing.multiplication_counts import CountsPicture
from ..drawing.numbers import number, symbol
from ..drawing.profiles import ProfilesPicture
from ..drawing.training import TrainingPicture
from ..widgets.canvas import Canvas, Drawing, composite_png
from ..widgets.panel import Panel
from ..widgets.stepper import lit_in
from . import deep_chain_views as views
from .checks import (
    add_fields,
    check_choice,
    check_fields,
    check_number,
    check_operation,
    check_rate,
    check_scale,
    check_whole,
)
from .deep_chain_controls import Controls
from .deep_chain_model import (
    ACTIVATIONS,
    BELOW,
    MODES,
    MOST_DRAWN,
    MOST_LAYERS,
    OWN,
    PRESETS,
    VIEWS,
    DeepChainState,
    Solution,
    map_key,
    map_point,
    most_operations,
)
from .deep_chain_training import Training, TrainingRun

LARGEST = 1e9
"""Of a weight and of x and y, either way; a chain of such numbers may overflow, and says so."""
WHOLE = {"depth": (1, MOST_LAYERS), "seed": (0, 999), "steps": (1, 1000)}
REALS = (*OWN, "w", "spread", "x", "y", "tau", "learning_rate")
CHOICES = {"activation": ACTIVATIONS, "mode": MODES, "view": VIEWS, "below": BELOW}
DEFAULT = DeepChainState()


class DeepChainLab(Panel):
    """The lab as a widget and as an object: weights are attributes, ``repr`` rebuilds it.

    Every argument is a keyword: ``depth`` (1 to 100); ``activation``, "sigmoid", "tanh", "relu",
    "leaky_relu" or "identity"; ``mode``, where the weights come from: "shared" (all are ``w``),
    "each" (``w1`` to ``w10``, up to 10 layers) or "random" (normal numbers of this ``seed`` times
    ``spread``); ``x`` and ``y``; ``skip``, whether a_ℓ = a_{ℓ-1} + g(z_ℓ); ``tau``, the largest
    length of a clipped gradient; ``learning_rate`` and ``steps`` of the training; ``view``, "chain"
    or "profiles"; ``below``, "map", "why", "clipping" or "training"; ``operation``, the one of the
    stepper in view; ``scale``. Raises ValueError, in one sentence, on anything else.
    """

    undoable = ("depth", "activation", "mode", "w", *OWN, "seed", "spread", "x", "y", "skip", "tau")

    def __init__(
        self,
        *,
        depth: int = DEFAULT.depth,
        activation: str = DEFAULT.activation,
        mode: str = DEFAULT.mode,
        w: float = DEFAULT.w,
        w1: float = 1.0, w2: float = 1.0, w3: float = 1.0, w4: float = 1.0, w5: float = 1.0,
        w6: float = 1.0, w7: float = 1.0, w8: float = 1.0, w9: float = 1.0, w10: float = 1.0,
        seed: int = DEFAULT.seed,
        spread: float = DEFAULT.spread,
        x: float = DEFAULT.x,
        y: float = DEFAULT.y,
        skip: bool = False,
        tau: float = DEFAULT.tau,
        learning_rate: float = DEFAULT.learning_rate,
        steps: int = DEFAULT.steps,
        view: str = "chain",
        below: str = "map",
        operation: int = 0,
        scale: float = 2.0,
    ) -> None:  # fmt: skip
        self.scale = check_scale(scale)
        state = DeepChainState(
            depth, activation, mode, w, w1, w2, w3, w4, w5, w6, w7, w8, w9, w10, seed, spread, x, y,
            skip, tau, learning_rate, steps, view, below, operation,
        )  # fmt: skip
        super().__init__(DeepChainState(**_checked(vars(state))))
        self._build()

    def _build(self) -> None:
        """Pictures, controls and their connections; made once."""
        self.chain = ChainPicture(scale=self.scale)
        self.profiles = ProfilesPicture(scale=self.scale)
        self.pictures = {
            "map": MapPicture(scale=self.scale),
            "why": CountsPicture(scale=self.scale),
            "clipping": ClippingPicture(scale=self.scale),
            "training": TrainingPicture(scale=self.scale),
        }
        self.canvas = Canvas([self.chain], "mlp-picture-lab", "The chain, layer by layer")
        self.lower = Canvas([self.pictures["map"]], "mlp-picture-below",
                            "The picture that is chosen below the chain")
        self._run = TrainingRun(self, self._show_training, self._training_ended,
                                self._training_failed)
        self.runner = self._run.runner
        self.clicks = _clicks_on(self.lower.image, self.guarded(self.on_map_click))
        self.controls = Controls(self)
        self.assemble(*self.controls.columns())

    # -- numbers from code ------------------------------------------------------------------

    @property
    def weights(self) -> tuple[float, ...]:
        """w_1 ... w_L."""
        return self.state.weights

    @property
    def gradients(self) -> dict[str, float]:
        """∂J/∂w_ℓ by name, "w1" to "w100"; NaN or infinity after an overflow."""
        return dict(self.solution.gradients)

    @property
    def loss(self) -> float:
        """J = (ŷ − y)²; NaN or infinity after an overflow."""
        return self.solution.J

    def blocked_by(self, layer: int) -> str:
        """Why ∂J/∂w_ℓ is exactly 0, in words; "" if it is not."""
        check_whole("layer", layer, 1, self.state.depth)
        return self.solution.blocked_by(int(layer))

    @property
    def training(self) -> Training | None:
        """The training from the present setting, as far as it is; None if there is none."""
        return self._run.result_for(self.state)

    # -- actions ----------------------------------------------------------------------------

    def set(self, **changes: object) -> None:
        """Change any fields of the state at once, as from the controls; ValueError keeps all."""
        check_fields(DeepChainState, changes)
        with self._lock:
            fitted = self._fitted(_checked(changes))
            self.change(group=tuple(changes), **fitted)
            if "depth" in fitted and "depth" not in changes:
                self.say(f"Depth set to {MOST_DRAWN}, the most for one weight a layer. "
                         + self.describe())

    def _fitted(self, changes: dict[str, object]) -> dict[str, object]:
        """What else follows from changes: weights taken over, depth and operation within limits.

        To set one weight means that each layer has its own from now on.
        """
        now = self.state
        if set(OWN) & set(changes):
            changes.setdefault("mode", "each")
        depth, mode = changes.get("depth", now.depth), changes.get("mode", now.mode)
        if mode == "each" != now.mode:
            if "depth" not in changes and depth > MOST_DRAWN:
                changes["depth"] = depth = MOST_DRAWN
            # the other numbers stay, and now each has a slider
            present = (*now.weights, *[now.weights[-1]] * MOST_DRAWN)
            changes.update({name: w for name, w in zip(OWN, present, strict=False)
                            if name not in changes})
        if depth != now.depth and "operation" not in changes:
            changes["operation"] = min(now.operation, most_operations(depth))
        return changes

    def recalled(self, earlier: DeepChainState) -> dict[str, object]:
        """What undo brings back; the operation in view stays if there is still such a one."""
        operation = min(self.state.operation, most_operations(earlier.depth))
        return {**super().recalled(earlier), "operation": operation}

    def preset(self, name: str) -> None:
        """Load one of the lecture's situations by the name on its button."""
        check_choice("preset", name, tuple(PRESETS))
        with self._lock:
            self.change(**self._fitted({"operation": 0, **PRESETS[name]}))
        self.say(f"Preset {name}. " + self.describe())

    def on_map_click(self, event: dict[str, object]) -> None:
        """Move the setting to where the map was clicked; ``event`` is one of ipyevents."""
        if self.state.below != "map":
            return
        width, height = self.lower.image.width, self.lower.image.height
        found = self.pictures["map"].share_to_setting(
            float(event["relativeX"]) / float(event.get("boundingRectWidth") or width),
            float(event["relativeY"]) / float(event.get("boundingRectHeight") or height))
        if found is not None:
            self._move_to(*found)

    def _move_to(self, scale: float, depth: int) -> None:
        """Take over a setting of the map; a factor multiplies all weights of the layers."""
        scale, mode = round(float(scale), 2) + 0.0, self.state.mode
        changes = {"shared": {"w": scale}, "random": {"spread": scale}}.get(mode)
        if changes is None:
            changes = {name: w * scale for name, w in zip(OWN, self.weights, strict=False)}
        self.set(depth=int(depth), **changes)

    # -- training ---------------------------------------------------------------------------

    def run(self) -> None:
        """Train from the present weights in all three ways, until the end or ``pause``."""
        with self._lock:
            if self.state.below != "training":
                self.set(below="training")
            if not self.runner.running:
                self._run.start(self.state)
                self._show_training()

    def learn(self) -> Training:
        """Train in all three ways to the end, and return the result; for use from code."""
        self.pause()
        with self._lock:
            if self.state.below != "training":
                self.set(below="training")
            training = self._run.finish(self.state)
            self._show_training()
            self.tell()
            self.say(self._training_words())
        return training

    def pause(self) -> None:
        """Stop the training; what it found stays."""
        was_running = self.runner.running
        self.runner.stop()
        with self._lock:
            if was_running:
                self._show_training()
                self.tell()
                self.say("Training stopped. " + self._training_words())

    def toggle_training(self) -> None:
        """What the Train button does."""
        self.pause() if self.runner.running else self.run()

    def _training_words(self) -> str:
        training = self.training
        return training.describe() if training else self.describe()

    def _show_training(self) -> None:
        """The picture and the text of the training, as far as it is."""
        with self.syncing():
            for canvas, drawings in self.frames(self.state, self.solution):
                canvas.show(*drawings)
            self.controls.show_training()

    def _training_ended(self) -> None:
        self.controls.show_training()
        self.tell()
        self.say(self._training_words())

    def _training_failed(self, error: Exception) -> None:
        self.controls.show_training()
        self.complain(f"The training did not work ({type(error).__name__}: {error}).")

    def _show(self, state: DeepChainState, solution: Solution) -> None:
        """A training belongs to the setting it began from: with another one it stops."""
        stale = self._run.training is not None and self._run.result_for(state) is None
        was_running = stale and self.runner.running
        if stale:
            self.runner.stop()
        super()._show(state, solution)
        if stale:
            self._run.training = None
        if was_running:
            self.say("Training stopped, because the setting has changed. " + self.describe())

    # -- what Panel asks for ----------------------------------------------------------------

    def solve(self, state: DeepChainState) -> Solution:
        """All numbers of a state; ValueError says which field is not allowed."""
        _checked(vars(state))
        if state.mode == "each" and state.depth > MOST_DRAWN:
            raise ValueError(f"one weight a layer goes up to depth {MOST_DRAWN}, got depth "
                             f"{state.depth}: choose one weight for all, or drawn ones")
        check_operation(state.operation, most_operations(state.depth))
        return Solution(state)

    def frames(self, state: DeepChainState, s: Solution) -> Iterator:
        """The chain or its profiles, and the picture below."""
        yield self.canvas, [self._upper(state, s)]
        yield self.lower, [self._below(state, s)]

    def _upper(self, state: DeepChainState, s: Solution) -> Drawing:
        """The chain up to ten layers; deeper ones as profiles."""
        if state.view == "chain" and state.depth <= MOST_DRAWN:
            operation = min(state.operation, len(s.steps)) if state.operation else 0
            return Drawing(self.chain, (state.numbers, operation),
                           lambda: views.chain_view(s, lit_in(s, operation)))
        return Drawing(self.profiles, (state.numbers, views.profiles_title(state)),
                       lambda: views.profiles_view(s))

    def _below(self, state: DeepChainState, s: Solution) -> Drawing:
        """The picture that ``below`` names."""
        picture = self.pictures[state.below]
        if state.below == "map":
            key = map_key(state), map_point(state)
            return Drawing(picture, key, lambda: views.map_view(state))
        if state.below == "why":
            return Drawing(picture, (state.depth, state.skip),
                           lambda: views.counts_view(state.depth, state.skip))
        if state.below == "clipping":
            return Drawing(picture, (state.numbers, float(state.tau)),
                           lambda: views.clipping_view(s))
        training = self._run.result_for(state)
        key = (training.number, training.rounds) if training else None
        return Drawing(picture, key, lambda: views.training_view(training))

    def describe(self) -> str:
        """The chain, J, and the first and the last gradient, or where it overflows."""
        s, state = self.solution, self.state
        text = f"{views.title(state)}: "
        if s.overflow is not None:
            return text + s.overflow_words + "."
        text += f"ŷ = {views.written(s.output)}, J = {views.written(s.J)}. "
        if s.overflow_words:
            return text + s.overflow_words + "."
        first, last = (number(float(s.layers.dJ_dw[k])) for k in (0, -1))
        text += f"∂J/∂w₁ = {first}"
        if state.depth > 1:
            text += f", ∂J/∂{symbol(f'w{state.depth}')} = {last}"
        return text + (f"; {self._zero_words()}." if s.zeros else ".")

    def _zero_words(self) -> str:
        """How many gradients are exactly 0."""
        count = sum(map(len, self.solution.zeros.values()))
        return f"{count} of {self.state.depth} gradients {'is' if count == 1 else 'are'} 0"

    def snapshot(self) -> bytes:
        """The lab as one picture: the chain, and the numbers beside the picture below."""
        with self._lock:
            numbers = views.numbers_picture(self.solution, self.scale)
            return composite_png(self.canvas.pictures, [numbers, *self.lower.pictures])

    def close(self) -> None:
        """Stop training and play, and remove the lab from the page."""
        for runner in (self.runner, self.controls.stepper.runner):
            runner.stop()
            runner.join(1.0)
        with self._lock:  # a frame under way would hide a part again
            self.controls.gather()
            if self.clicks is not None:
                self.clicks.close()
            super().close()

    def __repr__(self) -> str:
        state = self.state
        given = {name: _plain(getattr(state, name)) for name in ("depth", "activation", "x", "y")}
        names = [f.name for f in fields(state) if f.name not in given]
        options = {name: (_plain(getattr(state, name)), getattr(DEFAULT, name)) for name in names}
        return self._call(given, {**options, "scale": (self.scale, 2.0)})


add_fields(DeepChainLab, DeepChainState)


def _plain(value: object) -> object:
    """A number of numpy as Python's own, so that it is written shortly."""
    return value if isinstance(value, (str, bool, int)) else float(value)


def _checked(changes: dict[str, object]) -> dict[str, object]:
    """The fields, each of them checked, whole numbers as int; ValueError says what is wrong."""
    found = dict(changes)
    for name, value in changes.items():
        if name in WHOLE:
            check_whole(name, value, *WHOLE[name])
            found[name] = int(value)
        elif name in REALS:
            check_number(name, value, LARGEST)
        elif name in CHOICES:
            check_choice({"mode": "way to choose weights", "below": "picture"}.get(name, name),
                         value, tuple(CHOICES[name]))
        elif name == "skip" and not isinstance(value, bool):
            raise ValueError(f"skip must be True or False, got {value!r:.40}")
    _check_signs(found)
    return found


def _check_signs(fields: dict[str, object]) -> None:
    """ValueError unless the spread is not negative, and τ and the learning rate are positive."""
    if fields.get("spread", 0) < 0:
        raise ValueError(f"the spread must not be negative, got {number(fields['spread'])}")
    if fields.get("tau", 1) <= 0:
        raise ValueError(f"the threshold τ must be positive, got {number(fields['tau'])}")
    check_rate(fields.get("learning_rate", 1))


def _clicks_on(widget: object, action: object) -> object | None:
    """Calls ``action(event)`` for each click on a widget, if the package ipyevents is there.

    Without it the sliders do the same.
    """
    try:
        Event = import_module("ipyevents").Event
    except ImportError:
        return None
    clicks = Event(source=widget, watched_events=["click"])
    clicks.on_dom_event(action)
    return clicks
