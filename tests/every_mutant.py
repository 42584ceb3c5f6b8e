"""Every small change of a file that cosmic-ray knows, and whether a test sees it.

    python tests/every_mutant.py                          # core/ and widgets/lab.py
    python tests/every_mutant.py core/passes.py           # one file
    python tests/every_mutant.py core/passes.py 17 203    # single changes of it, by number

It ends with the changes that no test sees; each of them must stand in tests/mutants_left.py, with
the reason. tests/mutants.py is the other half: what a student would meet, in every file, written
by hand, and with more than one sign changed.

No file is written. A process that has numpy, pytest and matplotlib already forks for each change,
and its child imports the package with the changed module in place of its own: a second each. So
it needs Linux or macOS.
"""

from __future__ import annotations

import ast
import difflib
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names
from mutants_left import LEFT

ROOT = Path(__file__).resolve().parent.parent
CORE = "activations losses network passes descent gradients generic_layer"
TESTS = {
    "core/activations.py": CORE,
    "core/losses.py": "losses " + CORE,
    "core/network.py": "network " + CORE,
    "core/passes.py": "passes " + CORE,
    "core/descent.py": "descent " + CORE,
    "widgets/lab.py": "lab controls history runner folds cover share made_again bad_calls "
                      "old_states labs",
}
"""The tests that must see a change of a file, the sharpest first."""
READY = ("hypothesis", "IPython.display", "ipywidgets", "matplotlib.backends.backend_agg",
         "matplotlib.mathtext", "numpy", "unittest.mock")
"""What the package and its tests import from elsewhere: imported once, before the forks."""
TIMES = 4
"""A change that never ends counts as seen after so many times the seconds of the processor that the
tests take without a change; where it only waits, after ten times as many of the clock, because
tests that see nothing may take long on a busy computer."""
OTHER = {"Add": "Sub", "Sub": "Add", "Mul": "Div", "Div": "Mul", "MatMult": "Mul", "Pow": "Mul",
         "FloorDiv": "Div", "Mod": "Mul", "BitOr": "BitAnd", "BitAnd": "BitOr"}
"""Of the eleven operators that may stand for another one, the one that is tried."""


@dataclass(frozen=True)
class Change:
    """The number of a change in its file, and the whole file with it."""

    number: int
    file: str
    original: str
    source: str

    def lines(self) -> tuple[str, str]:
        """What stood there and what stands there now, the signs of a difference left out."""
        both = difflib.ndiff(self.original.splitlines(), self.source.splitlines())
        found = [line for line in both if line[:2] in ("- ", "+ ")]
        return tuple(" ".join(line[2:].strip() for line in found if line[0] == sign)
                     for sign in "-+")


def tried(name: str) -> bool:
    """Whether an operator of cosmic-ray is one that is tried; the others find the same holes."""
    kind, *ends = name.partition("/")[2].split("_")
    return kind != "ReplaceBinaryOperator" or OTHER.get(ends[0]) == ends[1]


def meaning(source: str) -> str:
    """A program without its comments, texts about it and types, none of which does anything."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign):
            node.annotation = ast.Constant(None)
        if isinstance(node, ast.FunctionDef):
            node.returns = None
    return ast.dump(tree)


def changes_of(file: str) -> Iterator[Change]:
    """All different ones, numbered from 1."""
    original = (ROOT / "mlp_widgets" / file).read_text(encoding="utf-8")
    nodes, seen, number = list(ast_nodes(get_ast(original))), {meaning(original)}, 0
    for name in filter(tried, operator_names()):
        operator = get_operator(name)
        if operator.arguments():  # it asks for names of variables
            continue
        places = sum(len(list(operator().mutation_positions(node))) for node in nodes)
        for place in range(places):
            source = mutate_code(original, operator(), place)
            try:
                found = meaning(source)
            except SyntaxError:
                continue
            if found not in seen:
                seen.add(found)
                number += 1
                yield Change(number, file, original, source)


def put_in(change: Change) -> None:
    """From now on the import of the file gives the changed one."""
    path, as_ever = str(ROOT / "mlp_widgets" / change.file), SourceFileLoader.get_code

    def get_code(loader: SourceFileLoader, name: str):
        if loader.path != path:
            return as_ever(loader, name)
        return compile(change.source, path, "exec", dont_inherit=True)

    SourceFileLoader.get_code = get_code


def begin(change: Change, limit: int) -> int:
    """Run the tests on a change in a process of its own, with a limit in seconds; its number."""
    if process := os.fork():
        return process
    signal.setitimer(signal.ITIMER_PROF, limit)
    signal.alarm(10 * limit)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    put_in(change)
    names = dict.fromkeys(TESTS[change.file].split())
    # the first file by itself: most changes end there, before the others are even read
    sharpest, *others = [str(ROOT / "tests" / f"test_{name}.py") for name in names]
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:nbval", "-p", "no:xdist",
               "-W", "ignore::pytest.PytestAssertRewriteWarning"]  # hypothesis is there already
    os._exit(any(pytest.main([*options, *files]) for files in ([sharpest], others)))


def unseen(changes: list[Change], at_once: int, limit: int = 900) -> list[Change]:
    """Those with which all tests pass within the limit."""
    found, running = [], {}
    for change in [*changes, None]:
        while running and (change is None or len(running) == at_once):
            process, status = os.wait()
            ended = running.pop(process)
            if status != 0:
                continue
            found.append(ended)
            if ended.number:
                print("NOT SEEN {}:{}\n  - {}\n  + {}".format(
                    ended.file, ended.number, *ended.lines()), flush=True)
        if change:
            running[begin(change, limit)] = change
    return found


def try_file(file: str, chosen: set[int], at_once: int) -> list[Change]:
    """What no test sees of a file, and no line of the list explains."""
    original = (ROOT / "mlp_widgets" / file).read_text(encoding="utf-8")
    before = os.times()
    if not unseen([Change(0, file, original, original)], 1):
        raise SystemExit(f"the tests of {file} fail without any change")
    limit = TIMES * round(1 + os.times().children_user - before.children_user)
    changes = [c for c in changes_of(file) if not chosen or c.number in chosen]
    alive = unseen(changes, at_once, limit)
    known = {change for left in LEFT for change in left.changes()}
    new = [change for change in alive if (file, *change.lines()) not in known]
    print(f"{file}: {len(changes)} changes, {len(changes) - len(alive)} seen, "
          f"{len(alive) - len(new)} not seen and explained, {len(new)} not seen", flush=True)
    return new


def main(words: list[str]) -> int:
    """Try what the words name, or all; 1 if there is a change that nothing sees or explains."""
    os.environ["MLP_WIDGETS_REQUIRE_ALL"] = "1"  # the same examples each time
    sys.dont_write_bytecode = False  # or every child compiles the package and its tests anew
    sys.path.insert(0, str(ROOT))
    for name in READY:
        import_module(name)
    files = [word for word in words if not word.isdecimal()] or list(TESTS)
    chosen = {int(word) for word in words if word.isdecimal()}
    at_once = int(os.environ.get("MLP_WIDGETS_JOBS", os.cpu_count() or 1))
    return int(any([try_file(file, chosen, at_once) for file in files]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
