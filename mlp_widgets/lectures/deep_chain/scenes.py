"""What the pictures of the deep-chain lab show, made from its numbers."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from ...core import gradient_norm
from ...drawing.chain import ChainScene
from ...drawing.clipping import ClippingScene
from ...drawing.gradient_map import MapScene
from ...drawing.multiplication_counts import CountsScene
from ...drawing.profiles import Profile, ProfilesScene
from ...drawing.training import TrainingScene
from ...explain.notation import Var
from ...explain.operations import lit
from ...text import LETTERS
from .depth_map import AXES, make_map, map_key, map_point
from .multiplications import count_curves, counted
from .numbers import ACTIVATIONS, MOST_LAYERS, Layers, Numbers
from .training import Training
from .words import profiles_title, way_went

FEW, MANY = 20, MOST_LAYERS
"""Ends of the plot of the multiplications: two only, so that it seldom changes."""


def chain(numbers: Numbers) -> ChainScene:
    """The chain as the lecture draws it, with a halo on what the operation in view takes."""
    s, layers = numbers.state, numbers.layers
    halos = {_key(var): kind for var, kind in lit(numbers.operations, s.operation).items()
             if var.kind != "skip"}
    return ChainScene(
        s.x, s.y, numbers.loss, numbers.w, layers.z, layers.a, layers.dJ_dz, layers.dJ_da,
        layers.dJ_dw, s.skip, LETTERS[s.activation], numbers.states, halos, numbers.overflow)


def covered_chain(numbers: Numbers) -> ChainScene:
    """The same with a ? for each gradient."""
    return replace(chain(numbers), covered=True)


def _key(var: Var) -> str:
    """How the picture calls a variable: "x", "y", "J", "w3", "da3"."""
    if var.kind == "a" and var.layer == 0:
        return "x"
    return {"y": "y", "loss": "J"}.get(var.kind, f"{var.kind}{var.layer}")


def profiles(numbers: Numbers) -> ProfilesScene:
    """The chain over the layers; one with skips beside the same weights without."""
    skipping = _profile(numbers.layers) if numbers.state.skip else None
    return ProfilesScene(_profile(numbers.plain), skipping, profiles_title(numbers.state))


def covered_profiles(numbers: Numbers) -> ProfilesScene:
    """The same with a ? in place of the derivatives."""
    return replace(profiles(numbers), covered=True)


def _profile(layers: Layers) -> Profile:
    return Profile(layers.a, layers.factor, layers.dJ_da, layers.dJ_dw)


def depth_map(numbers: Numbers) -> MapScene:
    """log10 |∂J/∂w_1| over depth and weight, with the present setting."""
    state = numbers.state
    found, (scale, depth) = make_map(map_key(state)), map_point(state)
    visible = found.scales[0] <= scale <= found.scales[-1]
    return MapScene(found.scales, found.depths, found.log10, (scale, depth),
                    AXES[state.mode].name,
                    f"|∂J/∂w₁|, {ACTIVATIONS[state.activation]}{', with skips' * state.skip}",
                    bool(visible))


def counts(numbers: Numbers) -> CountsScene:
    """Multiplications over the depth."""
    depth, skip = numbers.state.depth, numbers.state.skip
    depths, with_reuse, without = count_curves(MANY, skip)
    shown = depths <= (FEW if depth <= FEW else MANY)
    return CountsScene(depths[shown], with_reuse[shown], without[shown],
                       (depth, *counted(depth, skip)))


def clipping(numbers: Numbers) -> ClippingScene:
    """The gradient before and after clipping; after an overflow both stand there as overflow."""
    before, tau = numbers.layers.dJ_dw, numbers.state.max_norm
    if not numbers.exists:
        nothing = np.full(len(before), math.inf)
        return ClippingScene(nothing, nothing, tau, math.inf, math.inf)
    return ClippingScene(before, numbers.clipped, tau, numbers.norm,
                         gradient_norm([numbers.clipped]))


def training(numbers: Numbers, found: Training | None) -> TrainingScene:
    """The three ways so far; where one diverged, J stands in the lane for overflow."""
    ways = {name: way for name, way in (found.ways if found else {}).items()
            if way.J or way.diverged is not None}
    curves = {}
    for name, way in ways.items():
        J = np.array([*way.J, *[math.inf] * (way.diverged is not None)])
        curves[name] = np.arange(len(J)), J
    return TrainingScene(curves, {name: way.moved for name, way in ways.items()},
                         {name: way_went(way) for name, way in ways.items()})
