"""Why backwards: the counted multiplications against counts by hand, the values against the core.

By hand, for L layers and from ∂J/∂ŷ on. With reuse: per layer one for ∂J/∂z[l], one for ∂J/∂w[l]
and one for ∂J/∂a[l-1], but nobody needs ∂J/∂a[0]: 3L - 1. Without: ∂J/∂w[l] is a product of
1 + 2 (L - l + 1) factors, which takes 2 (L - l + 1) multiplications; the sum is L (L + 1).
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from oracle import compare

from mlp_widgets.core import backward, forward
from mlp_widgets.lectures.deep_chain.chain import chain
from mlp_widgets.lectures.deep_chain.multiplications import (
    Counted,
    Counter,
    gradients_with_reuse,
    gradients_without_reuse,
    multiplication_counts,
)

BOTH = pytest.mark.parametrize("gradients", [gradients_with_reuse, gradients_without_reuse])
SKIPS = pytest.mark.parametrize("skip", [False, True], ids=["plain", "skip"])


def weights_of(depth):
    return np.random.default_rng(depth).uniform(0.3, 1.8, depth)


def test_a_counted_number_counts_every_multiplication_and_nothing_else():
    counter = Counter()
    a, b = Counted(2.0, counter), Counted(3.0, counter)
    products = [a * b, a * 3.0, 2.0 * b, np.float64(2.0) * b, b * np.float64(2.0)]
    assert [float(p) for p in products] == [6.0] * 5
    assert all(isinstance(p, Counted) for p in products)
    assert counter.multiplications == 5
    sums = [a + b, a + 3.0, 2.0 + b, np.float64(2.0) + b]
    assert [float(s) for s in sums] == [5.0] * 4 and counter.multiplications == 5
    assert float(a * b * a * b) == 36.0 and counter.multiplications == 8
    assert repr(a) == "Counted(2.0)"


@BOTH
@SKIPS
@pytest.mark.parametrize("depth", [1, 2, 5, 20, 100])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "leaky_relu", "identity"])
def test_both_give_the_gradients_of_the_core(gradients, activation, depth, skip):
    weights = weights_of(depth)
    values, count = gradients(weights, 0.7, 0.2, activation, skip)
    core = backward(forward(chain(weights, activation, skip), [0.7], [0.2]))
    compare("dJ_dw", values, [dJ_dw.item() for dJ_dw in core.dJ_dw[1:]], rtol=1e-12)
    assert all(type(value) is float for value in values) and type(count) is int


def test_without_reuse_each_gradient_is_a_path_of_its_own():
    """x = 1, w = 2, 3, identity: ŷ = 6, ∂J/∂ŷ = 12."""
    assert gradients_with_reuse([2.0, 3.0], 1.0, 0.0, "identity") == ([36.0, 24.0], 5)
    assert gradients_without_reuse([2.0, 3.0], 1.0, 0.0, "identity") == ([36.0, 24.0], 6)
    # with skip: a1 = 3, ŷ = 3 + 9 = 12, ∂J/∂ŷ = 24, ∂J/∂a1 = 24 (1 + 3)
    assert gradients_with_reuse([2.0, 3.0], 1.0, 0.0, "identity", True) == ([96.0, 72.0], 5)
    assert gradients_without_reuse([2.0, 3.0], 1.0, 0.0, "identity", True) == ([96.0, 72.0], 6)


@SKIPS
def test_counts_are_those_by_hand(skip):
    # With skip 1 + g' w takes the one multiplication g' w, and one more brings it into the
    # product, as g' and w did: the same numbers.
    depths = np.arange(1, 41)
    with_reuse, without = multiplication_counts(depths, skip)
    assert with_reuse.tolist() == [3 * L - 1 for L in depths]
    assert without.tolist() == [sum(2 * (L - layer + 1) for layer in range(1, L + 1))
                                for L in depths]
    assert with_reuse.dtype.kind == without.dtype.kind == "i"


def test_counts_at_depths_1_2_5():
    with_reuse, without = multiplication_counts([1, 2, 5])
    assert with_reuse.tolist() == [2, 5, 14] and without.tolist() == [2, 6, 30]


def test_the_first_gradient_of_the_lecture_chain_has_11_factors():
    """CMU 10-315: 1 + 2·5 factors, so 10 multiplications; the rest is the chain of layers 2..5."""
    weights = weights_of(5)
    trace = forward(chain(weights, "sigmoid"), [0.7], [0.2])
    values, count = gradients_without_reuse(weights, 0.7, 0.2, "sigmoid")
    later = gradients_without_reuse(weights[1:], trace.a[1].item(), 0.2, "sigmoid")
    assert count - later[1] == 1 + 2 * 5 - 1
    compare("the later layers", values[1:], later[0], rtol=1e-14)


@BOTH
@SKIPS
def test_the_count_depends_on_the_depth_alone(gradients, skip):
    counts = {
        gradients(weights, x, 0.2, activation, skip)[1]
        for weights in ([1.0, -2.0, 0.0], [1e200, 1e200, 1.0])
        for x in (0.0, 0.7)
        for activation in ("sigmoid", "relu")
    }
    assert len(counts) == 1


@BOTH
def test_a_zero_weight_in_the_middle(gradients):
    values, _ = gradients([1.0, 2.0, 0.0, 3.0], 1.0, 1.0, "identity")
    assert values == [0.0, 0.0, -2.0 * 3.0 * 2.0, 0.0]


@BOTH
def test_overflow_gives_no_warning(gradients):
    values, _ = gradients([1e150] * 2, np.float64(1.0), np.float64(0.0), "identity")
    assert not all(map(math.isfinite, values))


def test_errors_say_what_is_wrong():
    with pytest.raises(ValueError, match="at least 1 layer, got 0"):
        multiplication_counts([3, 0])
    with pytest.raises(ValueError, match="unknown activation"):
        gradients_with_reuse([1.0], 1.0, 0.0, "cosine")


def test_no_depths_no_counts():
    with_reuse, without = multiplication_counts([])
    assert with_reuse.shape == without.shape == (0,)
