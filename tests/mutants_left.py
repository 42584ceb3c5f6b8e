"""Small changes of the code that no test sees, each with the reason why none has to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Left:
    """The reason; the file, the line that stands there, a part of it, and what each of the changes
    puts in the place of this part."""

    why: str
    file: str
    before: str
    part: str
    instead: tuple[str, ...]

    def changes(self) -> set[tuple[str, str, str]]:
        """The file, the line that stands there and the line with each of the changes."""
        return {(self.file, self.before, self.before.replace(self.part, other, 1))
                for other in self.instead}


FASTER = "Both branches give the same: one is only faster."
SAME = "For these values both comparisons are the same."
CHECKED = "Other values have been refused before."
ROUNDED = "On both sides of this limit both forms are exact, to the last digits."
NOT_TAKEN = "This number stands where it is not taken: no warning comes of it either."
COPIED = "The numbers are copied into an array of their own below: this is a copy more."

COMPLEX = 'z.dtype.kind == "c"'
OTHER_KINDS = tuple(f'z.dtype.kind {sign} "c"' for sign in ("!=", "<", "<=", ">", ">="))
TWO_AXES = "The arrays have two axes: the last one is number 1."
LAST = ("[+1]", "[1]")
SMALL = "array.size < 10_000"
MADE_HERE = ("if type(values) is np.ndarray and type(values.base) is _Checked:  "
             "# no part of one has this base")

LEFT = [
    Left(FASTER, "core/activations.py",
         f"return np.where(z.real >= 0, z, 0.0) if {COMPLEX} else np.maximum(z, ZERO)",
         COMPLEX, (*OTHER_KINDS, f"not {COMPLEX}")),
    Left(SAME, "core/activations.py", f"if {COMPLEX}:", "==", ("<=",)),
    Left(FASTER, "core/activations.py",
         "return (a if z.item(z.argmax()) < 700.0 else np.fmin(a, ONE)), rest  "
         "# 1, not NaN, at e^z = ∞", "< 700.0", ("== 700.0", "<= 700.0", "< 701.0", "< 699.0")),
    Left(SAME, "core/activations.py",
         "return dJ_da if self.df is np.ones_like else dJ_da * self.df(z)", " is ", (" == ",)),
    Left(CHECKED, "core/losses.py",
         "return np.where(y == 1, -1.0 / a, np.where(y == 0, 1.0 / rest, (1 - y) / rest - y / a))",
         "y == 0", ("y <= 0",)),
    Left(CHECKED, "core/losses.py",
         "return np.where(y == 1, -1.0 / a, np.where(y == 0, 1.0 / rest, (1 - y) / rest - y / a))",
         "y == 1", ("y >= 1",)),
    Left(CHECKED, "core/losses.py", "lambda a, y, rest: np.where(y == 0, 0.0, -y / a), "
         '"softmax", _cross_entropy_vjp),', "==", ("<=",)),
    Left("The smaller one of the two is not larger than the other.", "core/losses.py",
         "on = (smaller == rest).astype(float)  # of a bool the difference takes twice as long",
         "==", (">=",)),
    Left(ROUNDED, "core/losses.py",
         "near_1 = a.real > 0.5  # where the first form rounds to 0", ">", (">=",)),
    Left(NOT_TAKEN, "core/losses.py",
         "return -y * np.where(near_1, np.log1p(-np.where(near_1, sum_of_others(a), 0.0)), log_a)",
         "0.0", ("-1.0",)),
    Left(FASTER, "core/network.py", "len(axes) == 1 or np.broadcast_shapes(*axes)", "== 1",
         ("< 1", "<= 1", "== 0")),
    Left(CHECKED, "core/network.py",
         'first, last = (1, skip.into) if skip.of == "z" else (0, skip.into - 1)', "==", (">=",)),
    Left(FASTER, "core/network.py",
         f"if {SMALL} and isfinite(np.vdot(array, array)):  # for more, BLAS starts threads",
         SMALL, (*(SMALL.replace("<", sign) for sign in ("==", "!=", "<=", ">", ">=")),
                 f"not {SMALL}", "array.size < 10001", "array.size < 9999")),
    Left(COPIED, "core/network.py",
         'array = array.astype(complex if array.dtype.kind == "c" else float, copy=False)',
         "False", ("True",)),
    Left(SAME, "core/network.py", MADE_HERE, "values) is", ("values) ==",)),
    Left(SAME, "core/network.py", MADE_HERE, "base) is", ("base) ==",)),
    Left(FASTER, "core/network.py", "return axes != {()}", "!=", ("is not",)),
    Left(FASTER, "core/passes.py", "if (count := array.shape[axis]) == 1:", "== 1",
         ("< 1", "<= 1", "== 0")),
    Left(FASTER, "core/passes.py",
         "return array.dot(_ones(count)) if axis == -1 else np.add.reduce(array, axis)",
         "axis == -1", ("axis > -1", "axis >= -1", "axis == +1", "axis == 1", "axis == - 0")),
    Left(FASTER, "core/passes.py",
         "bias = b[layer].reshape(()) if b[layer].shape == (1,) else b[layer][..., None]",
         "== (1,)", ("< (1,)", "<= (1,)", "is (1,)", "== ( 0,)")),
    Left("How many are kept changes no number.", "core/passes.py",
         "_ones = lru_cache(maxsize=8)(np.ones)  # a product with them is a sum, and faster",
         "maxsize=8", ("maxsize= 9", "maxsize= 7")),
    Left(FASTER, "core/network.py", "return w * a if w.shape[-1] == 1 else w @ a", "== 1",
         ("< 1", "<= 1", "== 0")),
    Left(CHECKED, "core/passes.py", 'if (skip.of, skip.start) == ("a", 0):', "==", ("<=",)),
    Left(CHECKED, "core/passes.py",
         "return source if source.shape[-2] == a[skip.into].shape[-2] "
         "else source.sum(-2, keepdims=True)", "==", ("<=",)),
    Left(TWO_AXES, "core/passes.py",
         "losses, J = frozen([losses, _sum(losses, -1) / y.shape[-1]])", "[-1]", LAST),
    Left(TWO_AXES, "core/passes.py",
         "return slope(trace.a[-1], trace.y, trace.rest[-1]) / np.array(float(trace.y.shape[-1]))",
         "y.shape[-1]", ("y.shape[+1]", "y.shape[1]")),
    *(Left(TWO_AXES, "core/passes.py", line, f"{letter}.shape[-1]",
           (f"{letter}.shape[+1]", f"{letter}.shape[1]"))
      for letter in "xy" for line in (
        "if x.shape[-1] != y.shape[-1]:",
        'raise ValueError(f"x has {x.shape[-1]} points, y {y.shape[-1]}; give as many of each")')),
    Left(TWO_AXES, "core/descent.py",
         "batches = None if batch_size is None else minibatches(x.shape[-1], batch_size, seed)",
         "[-1]", LAST),
    Left(FASTER, "core/descent.py",
         "if all(new.shape == old.shape for new, (old, _) in zip(updated, pairs, strict=True)):",
         "==", ("!=", "<", "<=", ">", "is")),
    Left("Both lists are as long: each new array came of an old one.", "core/descent.py",
         "if all(new.shape == old.shape for new, (old, _) in zip(updated, pairs, strict=True)):",
         "True", ("False",)),
    Left(SAME, "core/descent.py", "if not 0 < alpha < np.inf:", "alpha <", ("alpha !=",)),
    Left("Fewer axes have become two.", "core/passes.py",
         "if columns.ndim > 2 or columns.shape[0] != rows:", ">", ("!=",)),
    Left("Layers begin with 1.", "core/passes.py", "if layer > 1:", ">", ("!=",)),
    Left("dJ/da[0] comes of it too, which nobody reads: dJ_da works it out with all skips.",
         "core/passes.py", "if layer > 1:", "> 1", (">= 1", "> 0")),
    Left("No layer is above L.", "core/passes.py",
         "if layer == L and loss.dL_dz:  # a log loss: dJ/da may be infinite where dJ/dz is not",
         "==", (">=",)),
    Left(CHECKED, "core/passes.py", 'source = (z if skip.of == "z" else a)[skip.start]', "==",
         (">=",)),
    Left("For numpy any number below 0 means: as many as there are.", "core/passes.py",
         "columns = array.reshape(-1, 1) if array.ndim < 2 else array", "-1", ("~1", "- 2")),
    Left("np.repeat takes 2.0 for 2.", "core/passes.py",
         "return np.repeat(dJ_da, trace.a[skip.start].shape[-2] // dJ_da.shape[-2], axis=-2)",
         "//", ("/",)),
    *(Left("Of a field's name Python keeps one text only.", "widgets/lab.py", line, "!= COVER",
           ("is not COVER",))
      for line in ("for f in fields(self.initial) if f.name != COVER})",
                   "if of.role in roles and not isinstance(of, Parsed) and name != COVER]")),
]
