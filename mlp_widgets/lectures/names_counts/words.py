"""The names-and-counts lab in words: the sums of its parameters, and what the picked one is."""

from __future__ import annotations

from ...drawing.named_network import shown
from ...explain.notation import Var
from ...text import SUPERSCRIPTS, indexed, inner, number
from ...widgets.why_zero import why_in_words
from .numbers import MOST_DRAWN, LayerCount, NamesState, Numbers

DIGITS = 3
"""Of the numbers in a formula."""
NO_STEPPER = (f"The stepper walks through networks with one output and at most {MOST_DRAWN} "
              "neurons a layer, such as 3-3-2-1.")


def plural(count: int, noun: str) -> str:
    """"1 layer", "266,610 parameters"."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


# -- counts -------------------------------------------------------------------------------------


def layer_sum(count: LayerCount) -> str:
    """"300 · 784 + 300": a weight for each line, a bias for each neuron."""
    return f"{count.outputs} · {count.inputs}" + f" + {count.biases}" * bool(count.biases)


def neuron_sum(count: LayerCount) -> str:
    """"784 + 1"."""
    return f"{count.inputs}" + " + 1" * bool(count.biases)


def total_sum(numbers: Numbers) -> str:
    """"235,500 + 30,100 + 1,010"."""
    return " + ".join(f"{count.total:,}" for count in numbers.counts)


def total(numbers: Numbers) -> str:
    """How many parameters there are."""
    return f"{numbers.network.parameter_count:,}"


def counts_board(numbers: Numbers) -> str:
    """The parameters by neuron, by layer and in total, each as a sum."""
    rows = ["<tr><td></td><td>one neuron</td><td>the layer</td></tr>"]
    for count in numbers.counts:
        mark = "<b>{}</b>" if count.layer == numbers.state.layer else "{}"
        cells = (f"layer {count.layer}", f"{neuron_sum(count)} = {count.of_one_neuron:,}",
                 f"{layer_sum(count)} = {count.total:,}")
        rows.append("<tr>" + "".join(f"<td>{mark.format(c)}</td>" for c in cells) + "</tr>")
    weights = sum(count.weights for count in numbers.counts)
    biases = sum(count.biases for count in numbers.counts)
    sums = f"{total_sum(numbers)} = " * (len(numbers.counts) > 1)
    rows += [_wide_row("all", f"{sums}<b>{total(numbers)}</b>"),
             _wide_row("", f"{plural(weights, 'weight')} (lines) + "
                           f"{plural(biases, 'bias').replace('biass', 'biases')} (neurons)")]
    return f"<table>{''.join(rows)}</table>"


def _wide_row(head: str, text: str) -> str:
    return f'<tr><td>{head}</td><td colspan="2">{text}</td></tr>'


# -- the picked parameter -----------------------------------------------------------------------


def where(state: NamesState) -> str:
    """From which neuron to which a weight leads, or whose bias it is."""
    layer, j, i = state.pick
    if state.pick.is_bias:
        return f"the bias of neuron {j} of layer {layer}"
    start = f"input {i}" if layer == 1 else f"neuron {i} of layer {layer - 1}"
    return f"from {start} to neuron {j} of layer {layer}"


def describe(numbers: Numbers) -> str:
    """The sum of all parameters, the picked one, and why its gradient is 0, if it is."""
    state = numbers.state
    found = (f"{'-'.join(map(str, state.widths))}: {total_sum(numbers)}"
             + f" = {total(numbers)}" * (state.layers > 1)
             + f" parameter{'s' * (numbers.network.parameter_count != 1)}. "
             f"{state.pick.name} = {number(state.value)}: {where(state)}.")
    return found + _why(numbers)


def describe_covered(numbers: Numbers) -> str:
    """The same without the reason of a gradient."""
    return describe(numbers).removesuffix(_why(numbers))


def _why(numbers: Numbers) -> str:
    why = why_in_words(numbers.why_zero("value"), numbers.notation)
    return f" ∂J/∂{numbers.state.pick.name} = 0, because {why}." if why else ""


def names_board(numbers: Numbers) -> str:
    """How both lectures and the code write it."""
    layer, j, i = numbers.state.pick
    up = str(layer).translate(SUPERSCRIPTS)
    if numbers.state.pick.is_bias:
        mit, code = "its lecture has no biases", f"b[{layer}][{j - 1}]"
    else:
        mit, code = f"W{up}, {place_in_matrix(j, i)}: {indexed(f'W{up}', j, i)}", (
            f"w[{layer}][{j - 1}, {i - 1}]")
    rows = (("CMU 10-315", f"<b>{numbers.state.pick.name}</b>: layer, output"
             + ", input" * (not numbers.state.pick.is_bias)),
            ("MIT 6.390", mit), ("code", f"{code}: arrays count from 0"))
    body = "".join(f"<tr><td>{who}</td><td>{name}</td></tr>" for who, name in rows)
    return f"<table>{body}</table>"


def place_in_matrix(j: int, i: int) -> str:
    """"row 1, column 3"."""
    return f"row {j}, column {i}"


def formula(numbers: Numbers) -> str:
    """z of the picked neuron as a sum, its picked term bold; in symbols and in numbers."""
    layer, j, _ = numbers.state.pick
    z, a = Var("z", layer, j - 1), Var("a", layer, j - 1)
    symbols, texts = _terms(numbers)
    notation, value = numbers.notation, numbers.at.value
    bias = " + b<sub>ℓ,j</sub>" if numbers.state.biases else ""
    return (
        '<div class="mlp-lines mlp-formula">'
        f"<div>z<sub>ℓ,j</sub> = Σ<sub>i</sub> w<sub>ℓ,j,i</sub> · a<sub>ℓ−1,i</sub>{bias}"
        f"&emsp; with ℓ = {layer}, j = {j}</div>"
        f"<div>{notation.symbol(z)} = {symbols}</div>"
        f"<div>&emsp;= {texts} = {number(value(z), DIGITS)}</div>"
        f"<div>{notation.symbol(a)} = g({notation.symbol(z)}) = σ({number(value(z), DIGITS)}) = "
        f"{number(value(a), DIGITS)}</div></div>")


def _terms(numbers: Numbers) -> tuple[str, str]:
    """The sum of z in symbols and in numbers, with dots for what is left out."""
    layer, j, picked = numbers.state.pick
    symbols, texts = [], []
    for i in shown(numbers.state.inputs, picked):
        if i is None:
            symbols.append("⋯")
            texts.append("⋯")
            continue
        w, a = (numbers.at.factor(var) for var in (Var("w", layer, j - 1, i - 1),
                                                   Var("a", layer - 1, i - 1)))
        mark = "<b>{}</b>" if i == picked else "{}"
        symbols.append(mark.format(f"{w.symbol}·{a.symbol}"))
        product = f"{_short(w.value, bool(texts))}·{number(a.value, DIGITS)}"
        texts.append(mark.format(product))
    if numbers.state.biases:
        b = numbers.at.factor(Var("b", layer, j - 1))
        mark = "{}" if picked else "<b>{}</b>"
        symbols.append(mark.format(b.symbol))
        texts.append(mark.format(_short(b.value, True)))
    return " + ".join(symbols), " + ".join(texts)


def _short(value: float, later: bool) -> str:
    """A number in a sum, in parentheses if it is negative and not the first."""
    text = number(value, DIGITS)
    return inner(text) if later else text


def gradient(numbers: Numbers) -> str:
    """J, the gradient of the picked parameter as a product, and what a step makes of it."""
    state, found = numbers.state, numbers.gradient["value"]
    head, symbols = _gradient_of(numbers)
    layer, j, i = state.pick
    factors = [numbers.value("dz", layer, j - 1)]
    factors += [] if state.pick.is_bias else [numbers.value("a", layer - 1, i - 1)]
    texts = " · ".join(_short(value, k > 0) for k, value in enumerate(factors))
    new = state.value - state.learning_rate * found
    rate, slope = number(state.learning_rate, DIGITS), number(found, DIGITS)
    name = state.pick.name
    product = f" = {texts}" if len(factors) > 1 else ""
    return (f'<div class="mlp-lines">{_loss(numbers)}'
            f"<div>{head} = {symbols}{product} = {slope}</div>"
            f"<div>{name} ← {name} − α · {head}</div><div>&emsp;= {number(state.value)} − "
            f"{rate} · {inner(slope)} = <b>{number(new)}</b></div></div>")


def gradient_covered(numbers: Numbers) -> str:
    """The same without its numbers."""
    head, symbols = _gradient_of(numbers)
    name = numbers.state.pick.name
    return (f'<div class="mlp-lines">{_loss(numbers)}<div>{head} = {symbols} = ?</div>'
            f"<div>{name} ← {name} − α · {head}</div><div>&emsp;= ?</div></div>")


def _loss(numbers: Numbers) -> str:
    """J, which a move of the value makes larger or smaller."""
    return f"<div>J = {number(numbers.loss)}</div>"


def _gradient_of(numbers: Numbers) -> tuple[str, str]:
    """("∂J/∂w₂,₁,₃", "∂J/∂z₂,₁ · a₁,₃")."""
    layer, j, i = numbers.state.pick
    symbol = numbers.notation.symbol
    dz = symbol(Var("dz", layer, j - 1))
    last = "" if numbers.state.pick.is_bias else f" · {symbol(Var('a', layer - 1, i - 1))}"
    return f"∂J/∂{numbers.state.pick.name}", dz + last


# -- what people call a layer -------------------------------------------------------------------


def counted(numbers: Numbers) -> tuple[str, str, str, str]:
    """How many layers there are of each kind that the picture shows."""
    depth = numbers.network.depth
    return (f"{depth + 1} with x, {depth} without", str(depth), str(depth), str(2 * depth))


def kinds_board(numbers: Numbers) -> str:
    """Who counts what, and what each says of the present network."""
    depth, widths = numbers.network.depth, "-".join(map(str, numbers.network.widths))
    rows = (("columns of neurons, with the input x", depth + 1),
            ("columns without x, W and b, or steps", depth),
            ("hidden columns only", depth - 1),
            ("each operation, W a + b and g (PyTorch)", 2 * depth))
    body = "".join(f"<tr><td>{text}</td><td><b>{plural(count, 'layer')}</b></td></tr>"
                   for text, count in rows)
    return f"<table><tr><td>who counts</td><td>says of {widths}</td></tr>{body}</table>"


def three_layers(_: Numbers) -> str:
    """Why the number alone says little."""
    return ("<p>So “a 3-layer network” may be 3-3-2-1 (the lecture: three W), 3-3-1 (three "
            "columns) or 3-3-3-2-1 (three hidden columns). Say which you mean: “three layers of "
            "weights”. Here <b>layer ℓ</b> has the ℓ-th W and the ℓ-th b; the input is layer "
            "0.</p>")
