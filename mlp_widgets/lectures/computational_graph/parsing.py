"""A typed expression, read word by word and never evaluated: text -> a list of terms.

    read("(w*x + b - y)**2").terms     # names and numbers first used, then what is made of them

Python's own parser makes a tree of the text, and each node of it must stand in a list of what is
allowed: + − * / **, six functions, numbers and the names. Equal parts of an expression are one
term, so that a value that is used twice is one circle with two edges.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import lru_cache

from ...text import number as written
from .layered import MOST_COLUMNS, Layout, most_rows, placed

NAMES = ("w", "v", "u", "b", "x", "y")
FUNCTIONS = {"relu": "relu", "sigmoid": "sigmoid", "tanh": "tanh", "exp": "exp", "log": "log",
             "square": "square"}
LONGEST, MOST_TERMS, LARGEST, LARGEST_POWER = 120, 32, 1e6, 9
ALLOWED = f"+ − * / **, brackets, {', '.join(FUNCTIONS)}, numbers and the names {', '.join(NAMES)}"
TOO_LONG = f"an expression has at most {LONGEST} characters"
EXAMPLE = "(w*x + b - y)**2"
OPERATORS: dict[type, str] = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div"}
SAME = {"−": "-", "–": "-", "·": "*", "×": "*", "⋅": "*", "∗": "*", "÷": "/", "^": "**",
        "²": "**2", "³": "**3", "σ": "sigmoid"}
"""What people write -> what it means here."""


@dataclass(frozen=True)
class Term:
    """A name, a number, or an operation on earlier terms (``inputs``, their places in the list).

    kind: "name", "number", or the name of an operation; ``power`` has its exponent in ``number``.
    """

    kind: str
    name: str = ""
    number: float = 0.0
    inputs: tuple[int, ...] = ()


@dataclass(frozen=True)
class Expression:
    """The text as it is kept, and its terms; the last one is the result."""

    text: str
    terms: tuple[Term, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names that occur, in the order of ``NAMES``."""
        found = {term.name for term in self.terms}
        return tuple(name for name in NAMES if name in found)


def as_text(value: object) -> str:
    """An expression as a state keeps it; ValueError, in one sentence, on what is none."""
    if not isinstance(value, str):
        raise ValueError(f"the expression must be a text such as {EXAMPLE!r}, got {value!r:.40}")
    return read(value).text


@lru_cache(maxsize=256)
def read(text: str) -> Expression:
    """The terms of a text. ValueError says in one sentence what is wrong and what is allowed."""
    plain = _plain(text)
    reader = _Reader()
    reader.term(_tree(plain))
    terms = tuple(reader.terms)
    if not any(term.name for term in terms):
        raise ValueError(f"there is no name in {plain!r:.40}, so there is no derivative: use some "
                         f"of {', '.join(NAMES)}")
    if terms[-1].kind == "name":
        raise ValueError(f"{plain!r} is a name alone: an expression needs an operation, such as "
                         f"{EXAMPLE}")
    _check_size(terms)
    return Expression(plain, terms)


def _plain(text: str) -> str:
    """The same in characters of the keyboard; ValueError if it is too long or has others."""
    if len(text) > LONGEST:
        raise ValueError(TOO_LONG)
    text = text.lower()
    for sign, meant in SAME.items():
        text = text.replace(sign, meant)
    text = " ".join(text.split())
    if not text:
        raise ValueError(f"the box is empty: type an expression, such as {EXAMPLE}")
    if len(text) > LONGEST:
        raise ValueError(TOO_LONG)
    if "=" in text:
        raise ValueError("an expression has no '=': leave out what stands before it")
    if "," in text:
        raise ValueError("an expression has no comma: write 1.5 with a point, and relu(z) for the "
                         "larger one of 0 and z")
    if strange := re.search(r"[^\w\s.()+*/-]|[^ -~]", text):
        raise ValueError(f"{strange.group()!r} is not allowed; use {ALLOWED}")
    return text


def _tree(text: str) -> ast.expr:
    """The tree of a text."""
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    if text.count("(") != text.count(")"):
        more = "opened" if text.count("(") > text.count(")") else "closed"
        raise ValueError(f"a bracket is {more} too often in {text!r:.60}")
    hint = ""
    if found := re.search(r"[\d)]\s*(?=[A-Za-z(])|[A-Za-z]\s+(?=[A-Za-z\d(])", text):
        hint = f" after {text[: found.end()].strip()[-12:]!r}: write a product with *, such as 2*w"
    raise ValueError(f"{text!r:.60} cannot be read{hint or ': is something missing?'}")


class _Reader:
    """Makes terms of a tree, inputs first; equal ones only once."""

    def __init__(self) -> None:
        self.terms: list[Term] = []
        self._places: dict[Term, int] = {}

    def term(self, tree: ast.expr) -> int:
        """The place of the term that a tree stands for."""
        if isinstance(tree, ast.Name):
            return self._add(_name(tree.id))
        if isinstance(tree, ast.Constant):
            return self._add(Term("number", number=_number(tree)))
        if isinstance(tree, ast.BinOp):
            return self._binary(tree)
        if isinstance(tree, ast.UnaryOp):
            return self._sign(tree)
        if isinstance(tree, ast.Call):
            return self._function(tree)
        raise ValueError(f"{ast.unparse(tree)!r:.40} is not allowed; use {ALLOWED}")

    def _add(self, term: Term) -> int:
        if term not in self._places:
            if len(self.terms) == MOST_TERMS:
                raise ValueError(f"this expression is too large to be drawn: it has more than "
                                 f"{MOST_TERMS} operations, names and numbers")
            self._places[term] = len(self.terms)
            self.terms.append(term)
        return self._places[term]

    def _binary(self, tree: ast.BinOp) -> int:
        if isinstance(tree.op, ast.Pow):
            return self._power(tree.left, _exponent(tree.right))
        kind = OPERATORS.get(type(tree.op))
        if kind is None:
            raise ValueError(f"an operation in {ast.unparse(tree)!r:.40} is not allowed; use "
                             f"{ALLOWED}")
        left = self.term(tree.left)
        return self._add(Term(kind, inputs=(left, self.term(tree.right))))

    def _power(self, base: ast.expr, exponent: float) -> int:
        return self._add(Term("power", number=exponent, inputs=(self.term(base),)))

    def _sign(self, tree: ast.UnaryOp) -> int:
        if isinstance(tree.op, ast.UAdd):
            return self.term(tree.operand)
        if not isinstance(tree.op, ast.USub):
            raise ValueError(f"{ast.unparse(tree)!r:.40} is not allowed; use {ALLOWED}")
        if isinstance(tree.operand, ast.Constant):
            return self._add(Term("number", number=-_number(tree.operand)))
        return self._add(Term("neg", inputs=(self.term(tree.operand),)))

    def _function(self, tree: ast.Call) -> int:
        name = tree.func.id if isinstance(tree.func, ast.Name) else ast.unparse(tree.func)
        if name in NAMES:
            raise ValueError(f"{name} is no function: write a product with *, such as "
                             f"{name}*(x + b)")
        if name not in FUNCTIONS:
            raise ValueError(f"the function {name!r:.40} is not allowed; use {ALLOWED}")
        if len(tree.args) != 1 or tree.keywords or isinstance(tree.args[0], ast.Starred):
            raise ValueError(f"{name} takes one number, such as {name}(w*x)")
        if name == "square":
            return self._power(tree.args[0], 2.0)
        return self._add(Term(FUNCTIONS[name], inputs=(self.term(tree.args[0]),)))


def _name(name: str) -> Term:
    if name in FUNCTIONS:
        raise ValueError(f"{name} needs brackets, such as {name}(w*x)")
    if name not in NAMES:
        close = re.fullmatch(rf"[{''.join(NAMES)}]{{2,4}}", name)
        product = f" (a product needs *, such as {'*'.join(name)})" if close else ""
        raise ValueError(f"{name!r:.40} is not allowed{product}; use {ALLOWED}")
    return Term("name", name=name)


def _number(tree: ast.Constant) -> float:
    """A number of the text; texts, True and None are none."""
    value = tree.value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{ast.unparse(tree)!r:.40} is no number; use {ALLOWED}")
    if not abs(value) <= LARGEST:
        raise ValueError(f"a number of the expression is too large: at most {LARGEST:g} is allowed")
    return float(value)


def _exponent(tree: ast.expr) -> float:
    """The number after **."""
    sign = 1.0
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        tree, sign = tree.operand, -1.0
    if not isinstance(tree, ast.Constant):
        raise ValueError(f"the power {ast.unparse(tree)!r:.40} must be a number, such as 2; for a "
                         "power that changes use exp")
    found = sign * _number(tree)
    if found == 0 or abs(found) > LARGEST_POWER:
        raise ValueError(f"a power must be a number from −{LARGEST_POWER} to {LARGEST_POWER} and "
                         f"not 0, got {written(found)}")
    return found


def used_again(terms: tuple[Term, ...]) -> list[int]:
    """The places of names and results that are used more than once; their paths are summed."""
    uses = [i for term in terms for i in term.inputs]
    return [k for k, term in enumerate(terms) if term.kind != "number" and uses.count(k) > 1]


def layout_of(terms: tuple[Term, ...]) -> Layout:
    """Where the circles and wires of an expression stand."""
    return placed(tuple(term.inputs for term in terms), len(used_again(terms)))


def _check_size(terms: tuple[Term, ...]) -> None:
    """ValueError if the graph has no room in the picture."""
    layout = layout_of(terms)
    if layout.columns > MOST_COLUMNS:
        raise ValueError(f"this expression is too deep to be drawn: {layout.columns - 1} "
                         f"operations follow each other, at most {MOST_COLUMNS - 1} have room")
    if not layout.fits:
        raise ValueError("this expression is too wide to be drawn: at most about "
                         f"{most_rows()} values have room below each other")
