"""The training-loop lab in words: the lines of the loop, and how the trainings went."""

from __future__ import annotations

import html

from ...text import SUPERSCRIPTS, counted, number
from .numbers import MODELS, POINTS, WALKED, Numbers
from .training import Training, Way
from .walk import Line, lines_of

NO_TRAINING = ("Train: GD, SGD and mini-batches of B from the same start, on the same data. In an "
               "epoch each of them sees all 24 points once; the seed shuffles them for each epoch.")


def _up(layer: int) -> str:
    return str(layer).translate(SUPERSCRIPTS)


def code(line: Line, numbers: Numbers) -> str:
    """A line of the loop, as it stands in the list."""
    s, depth = numbers.state, numbers.network.depth
    layer = _up(line.layer)
    before = "x" if line.layer == 1 else f"A{_up(line.layer - 1)}"
    output = "g" if line.layer == depth else f"A{layer} = tanh(Z{layer})"
    texts = {
        "initialize": f"draw all W with seed {s.seed}; all b = 0",
        "repeat": "repeat:",
        "take": f"take the next {s.batch} of {POINTS} points" if s.batch > 1 else
                f"take the next of {POINTS} points",
        "forward": f"forward: Z{layer} = W{layer}{before} + b{layer}, " + (
            f"{output} = Z{layer}" if output == "g" else output),
        "loss": "loss: L = (g − y)², J = their mean",
        "backward": f"backward: ∂J/∂Z{layer}, ∂J/∂W{layer}, ∂J/∂b{layer}",
        "update": "update: all W and b",
    }
    return texts[line.kind]


def formula(numbers: Numbers) -> str:
    """What the lit line computes, in symbols."""
    line, depth = numbers.line, numbers.network.depth
    if line is None:
        return f"{POINTS} points; x is scaled, it goes from −1 to 1"
    k, rate = _up(line.layer), number(numbers.state.learning_rate)
    if line.kind == "initialize":
        return "Wᵢⱼ ~ N(0, 1/inputs of the layer); w and b as the sliders have them"
    if line.kind == "take":
        return "shuffled by the seed, anew for each epoch; B points at a time"
    if line.kind == "loss":
        return "L = (g − y)² for each point, J = mean of L"
    if line.kind == "update":
        return f"W ← W − η ∂J/∂W,  b ← b − η ∂J/∂b,  η = {rate}"
    before = "x" if line.layer == 1 else f"A{_up(line.layer - 1)}"
    if line.kind == "forward":
        return f"Z{k} = W{k}·{before} + b{k}  (b{k} is added to each column)" + (
            f",  g = Z{k}" if line.layer == depth else f",  A{k} = tanh(Z{k})")
    after = _up(line.layer + 1)
    dz = ("(g − y)·2/B" if line.layer == depth else
          f"(W{after})ᵀ·∂J/∂Z{after} ⊙ (1 − (A{k})²)")
    return (f"∂J/∂Z{k} = {dz},  ∂J/∂W{k} = ∂J/∂Z{k}·{before}ᵀ,  ∂J/∂b{k} = sum of each row of "
            f"∂J/∂Z{k}")


def title(numbers: Numbers) -> str:
    """Which line this is, of which update."""
    line = numbers.line
    if line is None:
        return f"Before the first line: the data, {numbers.state.data}"
    name = line.kind + (f", layer {line.layer}" if line.layer and numbers.network.depth > 1 else "")
    update = f", update {line.update}" if line.update else ""
    return f"Line {line.number}: {name}{update}"


def listing(numbers: Numbers) -> str:
    """The loop as a list of lines, the present one lit."""
    lit = numbers.line
    rows = []
    for line in lines_of(numbers.network.depth):
        now = lit is not None and line.number == lit.number
        mark = ' class="mlp-lit" aria-current="step"' if now else ""
        inside = ' style="--in:1"' if line.number > 2 else ""
        rows.append(f"<li{mark}{inside}>{html.escape(code(line, numbers))}</li>")
    # not "1 of 6": an epoch has another number of updates, and a student may be asked for it
    update = (f"update {lit.update}; the first {WALKED} are shown" if lit and lit.update
              else "Press Next, or Play.")
    return (f'<div class="mlp-operation-box"><small>{update}</small>'
            f'<ol class="mlp-code">{"".join(rows)}</ol></div>')


def describe(numbers: Numbers) -> str:
    """The model, J and the batch size."""
    s = numbers.state
    return (f"{MODELS[s.model][:1].upper()}{MODELS[s.model][1:]}: J = {number(numbers.loss)} over "
            f"all {POINTS} points at the start. {batches(s.batch)}")


def batches(size: int) -> str:
    """What a batch size means."""
    updates = -(-POINTS // size)
    name = "SGD" if size == 1 else "GD" if size == POINTS else f"Mini-batches of {size}"
    return f"{name}: {counted(updates, 'update')} in an epoch."


def way_went(way: Way) -> str:
    """Updates and J of a training, or where it diverged."""
    if way.diverged is not None:
        return (f"diverged at update {way.diverged}; J before it {number(way.J[-1], 3)}: "
                "choose a smaller η")
    points = counted(way.batch, "point")
    return f"{way.taken} updates of {points}, J = {number(way.J[-1])}"


def training(found: Training | None) -> str:
    """What stands below the bar."""
    text = NO_TRAINING if found is None else (
        f"Epoch {found.rounds} of {found.steps}. Each has seen {found.rounds * POINTS} points.")
    return f'<div class="mlp-about">{text}</div>'


def results(found: Training) -> str:
    """How all three went, for the status line."""
    went = "; ".join(f"{name}: {way_went(way)}" for name, way in found.ways.items())
    return f"After {counted(found.rounds, 'epoch')}: {went}."


def noise(numbers: Numbers) -> str:
    """How far the gradients of mini-batches lie from the mean."""
    found = numbers.noise
    return (f'<div class="mlp-about">At w and b of the sliders: {len(found.drawn)} mini-batches of '
            f"{found.size}. Their gradients lie around the mean by <b>{number(found.measured, 3)}"
            f"</b> (all possible ones: {number(found.spread, 3)}).</div>")
