"""The cells of a notebook, run without Jupyter."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import nbformat

NOTEBOOKS = sorted((Path(__file__).resolve().parent.parent / "notebooks").glob("*.ipynb"))


def cells_of(notebook: Path) -> dict[str, str]:
    """Id of each cell of code -> its source, in order."""
    found = nbformat.read(notebook, as_version=nbformat.NO_CONVERT)
    return {cell.id: cell.source for cell in found.cells if cell.cell_type == "code"}


def value_of(source: str, names: dict[str, Any]) -> object:
    """Run a cell; the value of the expression that ends it, as Jupyter shows it."""
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "<cell>", "exec"), names)
    if last is None:
        return None
    value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
    return None if source.rstrip().endswith(";") else value
