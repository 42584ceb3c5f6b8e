"""Why the gradient of a whole matrix W^l or of all biases b^l is 0, as facts about whole layers.

∂J/∂W^l is the sum over the points of ∂J/∂z[l] a[l-1]ᵀ. So at every point all of ∂J/∂z[l] is 0, or
all of a[l-1] is, or their products are too small for a float. The facts name the layer in which
that begins.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from ..core import Activation, BackwardTrace
from .notation import Var
from .zeros import Why, Zero

Points: TypeAlias = np.ndarray
"""Which of the N points are looked at, shape (N,) of True and False."""


def why_weights_zero(back: BackwardTrace, layer: int) -> Why | None:
    """Why all of ∂J/∂W^l is 0 (None if it is not); the variables named stand for whole layers.

    Where some points are cut off on the way to the layer and the others on the way back, both
    reasons are given, in this order, and ``everywhere`` is False.
    """
    if back.dJ_dw[layer].any():
        return None
    a, dz = back.forward.a[layer - 1], back.dJ_dz[layer]
    if not dz.any():
        return Why((_on_the_way_back(back, layer, np.ones(a.shape[-1], bool)),), a.shape[-1])
    here: Points = np.asarray(a.any(axis=0))
    zeros = [_on_the_way(back, layer - 1, ~here)] if not here.all() else []
    if here.any():
        cut = not dz[:, here].any()
        zeros.append(_on_the_way_back(back, layer, here) if cut else Zero("underflow"))
    return Why(tuple(zeros), a.shape[-1], everywhere=len(zeros) == 1)


def why_biases_zero(back: BackwardTrace, layer: int) -> Why | None:
    """Why all of ∂J/∂b^l, the sum of ∂J/∂z[l] over the points, is 0 (None if it is not)."""
    dz = back.dJ_dz[layer]
    if dz.sum(axis=-1).any():
        return None
    if dz.any():
        return Why(points=dz.shape[-1], cancel=True)
    return Why((_on_the_way_back(back, layer, np.ones(dz.shape[-1], bool)),), dz.shape[-1])


def slopes_of(f: Activation, z: np.ndarray) -> np.ndarray:
    """f'(z): what passes of a gradient 1."""
    with np.errstate(invalid="ignore", over="ignore"):
        return f.vjp(z, np.ones_like(z))


def _on_the_way_back(back: BackwardTrace, layer: int, at: Points) -> Zero:
    """Where ∂J/∂z of a layer, which is 0 at these points, became 0 on the way from the loss."""
    net, dz = back.forward.network, back.dJ_dz
    cut = next(k for k in range(net.depth, layer - 1, -1) if not dz[k][:, at].any())
    if cut == net.depth:
        return Zero("minimum", Var("da", cut))
    if not net.w[cut + 1].any():
        return Zero("weight", Var("w", cut + 1))
    arrived = back.dJ_da[cut][:, at]
    slope = slopes_of(net.f[cut], back.forward.z[cut][:, at])
    if arrived.any() and not slope[arrived != 0].any():
        off = net.activations[cut] == "relu"
        return Zero("off" if off else "flat", Var("slope", cut))
    return Zero("underflow")


def _on_the_way(back: BackwardTrace, layer: int, at: Points) -> Zero:
    """Where a of a layer, which is 0 at these points, became 0 on the way from the input."""
    net, trace = back.forward.network, back.forward
    first = next(k for k in range(1, layer + 1) if not trace.a[k][:, at].any())
    if not net.w[first].any():
        return Zero("weight", Var("a", layer), of=Var("w", first))
    if net.activations[first] == "relu" and trace.z[first][:, at].any():
        return Zero("off", Var("a", layer), of=Var("slope", first))
    return Zero("underflow", Var("a", layer))
