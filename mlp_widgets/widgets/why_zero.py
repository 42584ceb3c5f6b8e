"""Why a gradient is 0, and what the operations of a pass do, in words: once for all labs."""

from __future__ import annotations

from ..explain.notation import Notation, Var
from ..explain.operations import Operation
from ..explain.zeros import Why, Zero
from ..text import layer_name, number

TOO_SMALL = "too small for a float"


def why_in_words(why: Why | None, notation: Notation) -> str:
    """All reasons in one sentence without its end; "" where the gradient is not 0."""
    if why is None:
        return ""
    if why.cancel:
        return f"the gradients of the {why.points} points add up to 0"
    reasons = " and ".join(dict.fromkeys(zero_in_words(zero, notation, why) for zero in why.zeros))
    if why.points == 1 or why.everywhere:
        return reasons
    return f"each of the {why.points} points adds 0: point {why.point} because {reasons}"


def zero_in_words(zero: Zero, notation: Notation, why: Why | None = None) -> str:
    """One reason: "neuron 2 is off (z₂¹ = −1 < 0)", "x = 0", "a₁ = 0, because w₁ = 0"."""
    always = why is not None and why.points > 1 and why.everywhere
    at_every = " at every point" if always else ""
    factor = zero.factor
    if zero.cause == "minimum":
        output = notation.output or "ŷ"
        return f"{output} = {notation.target}{at_every}: the loss is at its minimum"
    if zero.cause == "cancel":
        return "the paths cancel"
    if zero.cause == "skip":
        layer = zero.of.layer if zero.of is not None else 0
        taken = f"layer {layer} takes away what its skip brings"
        return f"{notation.symbol(factor)} = 0, because {taken}" if factor else taken
    if factor is None:
        return f"the product is {TOO_SMALL}"
    if factor.kind == "a":
        return _no_output(zero, factor, notation, at_every)
    if factor.kind == "slope":
        return _no_slope(zero, factor, notation, always)
    return f"{notation.symbol(factor)} = 0{at_every if zero.cause == 'input' else ''}"


def _no_slope(zero: Zero, factor: Var, notation: Notation, always: bool) -> str:
    """A neuron that passes nothing back."""
    _, layer, neuron, _ = factor
    name, z = notation.neuron(layer, neuron), notation.symbol(Var("z", layer, neuron))
    around = "; the skip goes around this layer" if zero.around else ""
    if always:
        dead = "off at every point: it is dead" if zero.cause == "off" else (
            "flat at every point: its slope is 0")
        return f"{name} is {dead}{around}"
    if zero.cause == "off":
        return f"{name} is off ({z} = {number(zero.z)} < 0){around}"
    return f"the slope of {name} is 0 ({z} = {number(zero.z)}){around}"


def _no_output(zero: Zero, factor: Var, notation: Notation, at_every: str) -> str:
    """An a (or x) that is 0, and why."""
    _, layer, neuron, _ = factor
    a = f"{notation.symbol(factor)} = 0{at_every}"
    if zero.cause == "input":
        return a
    name, z = notation.neuron(layer, neuron), notation.symbol(Var("z", layer, neuron))
    if zero.cause == "off":
        below = "" if at_every else f" ({z} = {number(zero.z)} < 0)"
        why = f"{name} is off{below}"
    elif zero.cause == "weight":
        why = f"{notation.symbol(zero.of)} = 0" if zero.of else "its weight is 0"
    elif zero.cause == "zero":
        why = f"{z} = 0"
    else:
        why = f"{name} is on the kink" if zero.cause == "kink" else f"it is {TOO_SMALL}"
    return f"{a}, because {why}{', and so is every a after it' * zero.later}"


# -- whole layers ---------------------------------------------------------------------------------


def why_of_layers(why: Why | None) -> str:
    """The same for a whole matrix W or all biases of a layer: the facts name layers."""
    if why is None:
        return ""
    if why.cancel:
        return f"the gradients of the {why.points} points add up to 0"
    if why.everywhere:
        return _layer_reason(why.zeros[0], " at every input")
    on_the_way, back = why.zeros
    return f"{_layer_reason(on_the_way, ' at some inputs')}; at the others {_layer_reason(back)}"


def _layer_reason(zero: Zero, where: str = "") -> str:
    """"W²¹ = 0", "a² = 0 at every input, because the ReLUs of layer 1 are off"."""
    place = zero.of or zero.factor
    if place is None or zero.factor is None:
        return f"the product is {TOO_SMALL}"
    reason = {
        "minimum": f"ŷ = y{where}: the loss is at its minimum",
        "weight": f"{layer_name('W', place.layer)} = 0",
        "off": f"the ReLUs of layer {place.layer} are off",
        "flat": f"the slopes f′(z) of layer {place.layer} are 0",
        "underflow": f"it is {TOO_SMALL}",
    }[zero.cause]
    if zero.factor.kind == "a":
        return f"{layer_name('a', zero.factor.layer)} = 0{where}, because {reason}"
    return reason + " wherever a gradient comes back" * (zero.factor.kind == "slope")


# -- what an operation does -----------------------------------------------------------------------


def operation_in_words(op: Operation, notation: Notation) -> str:
    """What is reused, or what is special about the value."""
    if "overflow" in op.notes:
        return "Overflow: too large for a float (over 1.8e308)."
    said = [_reused(op, notation)] if op.way == "backward" else [_skip_adds(op, notation)]
    said += [_note(note, op, notation) for note in op.notes]
    return " ".join(filter(None, said))


def _reused(op: Operation, notation: Notation) -> str:
    """The values of a backward operation that were found before."""
    skipping = any(var.kind == "skip" for var in op.used)
    gradients = [notation.symbol(v) for v in op.used if v.kind[0] == "d"]
    if skipping:
        gradients = gradients[:-1] or gradients
    before = [notation.symbol(v) for v in op.used if v.kind == "a"]
    data = all(v.layer == 0 for v in op.used if v.kind == "a")
    found = ", ".join(dict.fromkeys(gradients))
    verb = "are" if len(gradients) + len(before) > 1 else "is"
    if not gradients and not before:
        return ""
    if not gradients:
        said = f"{', '.join(before)} {verb} reused from the forward pass."
    elif before:
        middle = "and" if data else "and, from the forward pass,"
        said = f"{found} {middle} {', '.join(before)} {verb} reused."
    else:
        said = f"{found} {verb} reused."
    return said + " The skip gives the last term, its +1." * skipping


def _skip_adds(op: Operation, notation: Notation) -> str:
    """What a skip brings to an a."""
    if not any(var.kind == "skip" for var in op.used):
        return ""
    half = (len(op.used) - 1) // 2
    return f"The skip adds {' + '.join(notation.symbol(v) for v in op.used[1:1 + half])}."


def _note(note: str, op: Operation, notation: Notation) -> str:
    if note == "start":
        return f"The way back begins here: {notation.loss} grows as much as itself."
    z = notation.symbol(Var("z", op.result.layer, op.result.neuron))
    return {
        "on the kink": f"{z} = 0: exactly on the kink. The slope there counts as 1.",
        "off": "Off: the ReLU gives 0.",
        "on": "On: the ReLU passes it.",
        "leaks": "z < 0: the leaky ReLU passes a hundredth.",
        "flat": f"{_capital(notation.neuron(op.result.layer, op.result.neuron))} has slope 0 here.",
    }[note]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
