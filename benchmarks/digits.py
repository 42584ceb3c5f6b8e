"""The digits, learned by the core and by PyTorch eager: the same network, the same mini-batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import pairwise

import numpy as np

from mlp_widgets.core import Network, gradient_descent, minibatches
from mlp_widgets.data.digits import halves
from mlp_widgets.lectures.digits.numbers import PRESETS, DigitsState
from mlp_widgets.lectures.digits.training import LOSS, MOST_EPOCHS, Training, first_network

from .table import Row, interleaved

THREADS, ROUNDS = (1, 2), 11
EXPLANATION = f"""\
64-32-16-10, ReLU and softmax with cross-entropy, mini-batches of 8 from 899 digits: one call is an
epoch of 113 steps, forward, backward and update. Ours is in float64; PyTorch eager (nn.Sequential,
cross_entropy, backward, optim.SGD) in float64 and in float32, its default, each with one thread
and with two, of which the faster one counts. Both begin with the same weights and take the same
batches; before the race their weights after an epoch in float64 must agree to nine digits. "In the
lab" is all of it: {MOST_EPOCHS} epochs, with J and accuracy on both halves after each.
"""
STATE = DigitsState(**PRESETS["trained"])


def rows() -> Iterator[Row]:
    """An epoch beside PyTorch in both precisions, then all that the lab does."""
    if not find_spec("sklearn"):
        yield Row("digits", note="needs scikit-learn")
        return
    calls: dict[str, Callable[[], object]] = {"ours": our_epoch}
    if find_spec("torch"):
        calls |= {f"{name} {threads}": with_torch(name, threads)
                  for name in ("float64", "float32") for threads in THREADS}
        for mine, theirs in zip(our_epoch().parameters(), calls["float64 1"](), strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-12)
    times = interleaved(calls, ROUNDS)
    for name in ("float64", "float32"):
        found = [times[call] for call in times if call.startswith(name)]
        if found:
            yield Row("digits, an epoch", times["ours"], f"PyTorch eager, {name}", min(found),
                      "ours / other", at_most=1.5)
        else:
            yield Row("digits, an epoch", times["ours"], f"PyTorch eager, {name}: not installed")
    yield in_the_lab()


def our_epoch() -> Network:
    """The network after an epoch of the core."""
    half, setting = halves()[0], STATE.setting
    steps = -(-len(half.labels) // setting.batch)
    *_, last = gradient_descent(first_network(setting), half.x, half.y, loss=LOSS, steps=steps,
                                alpha=setting.learning_rate, batch_size=setting.batch,
                                seed=setting.seed)
    return last.network


def with_torch(precision: str, threads: int) -> Callable[[], list[np.ndarray]]:
    """An epoch of PyTorch from the same weights, which gives its weights and biases."""
    import torch

    half, setting = halves()[0], STATE.setting
    start, dtype = first_network(setting), getattr(torch, precision)
    x = torch.tensor(half.x.T.copy(), dtype=dtype)
    labels = torch.tensor(half.labels)
    steps = -(-len(half.labels) // setting.batch)
    source = minibatches(len(half.labels), setting.batch, setting.seed)
    batches = [torch.from_numpy(next(source)) for _ in range(steps)]
    layers = [torch.nn.Linear(n, m, dtype=dtype) for n, m in pairwise(start.widths)]
    model = torch.nn.Sequential(layers[0], torch.nn.ReLU(), layers[1], torch.nn.ReLU(), layers[2])
    cross_entropy = torch.nn.functional.cross_entropy

    def epoch() -> list[np.ndarray]:
        torch.set_num_threads(threads)
        with torch.no_grad():
            for k, layer in enumerate(layers, 1):
                layer.weight.copy_(torch.from_numpy(start.w[k].copy()))
                layer.bias.copy_(torch.from_numpy(start.b[k].copy()))
        optimizer = torch.optim.SGD(model.parameters(), lr=setting.learning_rate)
        for batch in batches:
            optimizer.zero_grad()
            cross_entropy(model(x[batch]), labels[batch]).backward()
            optimizer.step()
        found = [layer.weight for layer in layers] + [layer.bias for layer in layers]
        return [parameter.detach().numpy().copy() for parameter in found]

    return epoch


def in_the_lab() -> Row:
    """All epochs with what the lab measures after each; the issue allows 20 s."""
    trainings: list[Training] = []

    def learn() -> None:
        trainings.append(Training(STATE.setting))
        trainings[-1].at(MOST_EPOCHS)

    times = interleaved({"ours": learn}, 3)
    right = trainings[-1].at(MOST_EPOCHS).right[1] / len(halves()[1].labels)
    return Row(f"digits, {MOST_EPOCHS} epochs in the lab", times["ours"], at_most=20.0,
               note=f"({100 * right:.1f} % of the half held out)")
