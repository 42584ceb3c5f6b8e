"""The rooms of the house: who may import whom, how long a file is, what no file may hold."""

from __future__ import annotations

import ast
import importlib
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from mutants import MUTANTS
from mutants_left import LEFT
from project import project_entries, project_files, walked_files

from mlp_widgets.lectures import REGISTRY

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "mlp_widgets"

# Each layer may import itself and those of a smaller number, and the packages of all of these.
LAYERS = {
    "text": (0, set()),
    "core": (0, {"numpy"}),
    "fields": (1, {"numpy"}),
    "data": (1, {"numpy"}),
    "fits": (1, {"numpy"}),
    "explain": (2, {"numpy"}),
    "drawing": (3, {"matplotlib"}),
    "saved_state": (3, set()),
    # sidecar and ipyevents are extras: a lab works without them
    "widgets": (4, {"ipywidgets", "traitlets", "IPython", "sidecar", "ipyevents"}),
    "lectures": (5, set()),
    "waiting_kernels": (6, {"jupyter_server", "tornado", "traitlets"}),  # a setting of Voilà
    "closed_answers": (6, {"nbconvert"}),  # a setting of nbconvert
    "__main__": (0, set()),  # the command: it imports nothing of the project
}
TOP = "mlp_widgets"
MODULES = {module: path for path in sorted(PACKAGE.rglob("*.py"))
           if (module := ".".join(path.relative_to(ROOT).with_suffix("").parts
                                  ).removesuffix(".__init__"))}
"""Full name -> file."""
LINES_OF_CORE = 800  # a core that anyone can read in one sitting
CODE_LINES_OF_A_MODULE = 450
LINES_OF_A_FUNCTION = 40
FOLDERS = sorted(path.parent.name for path in PACKAGE.glob("lectures/*/numbers.py"))


tree_of = cache(ast.parse)


@cache
def nodes_of(source: str) -> list[ast.AST]:
    """All nodes of a source: several tests look through them."""
    return list(ast.walk(tree_of(source)))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_there_is_something_to_check():
    for layer in LAYERS:
        assert [m for m in MODULES if m.split(".")[1:2] == [layer]], f"{layer} is empty"
    assert set(FOLDERS) == set(REGISTRY) and len(FOLDERS) >= 5


# --- imports run one way ---


def imports_of(source: str, module: str, is_package: bool = False) -> Iterator[str]:
    """Full names of all that a source imports by a statement, at its top or inside functions."""
    package = module.split(".") if is_package else module.split(".")[:-1]
    for node in nodes_of(source):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            parts = base + (node.module.split(".") if node.module else [])
            yield from (".".join([*parts, alias.name]) for alias in node.names)


def imports_by_call(source: str) -> Iterator[str]:
    """What a source imports by ``import_module(...)``, as it is written there."""
    calls = [node for node in nodes_of(source) if isinstance(node, ast.Call)]
    for call in calls:
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))  # to unparse all takes long
        if name.endswith(("import_module", "__import__")):
            yield ast.unparse(call.args[0]).strip("'\"")


def is_allowed(imported: str, module: str) -> bool:
    rank = LAYERS[module.split(".")[1]][0]
    top, *rest = imported.split(".")
    if top == TOP:
        # `from mlp_widgets import Name` would be a lazy name, and those live in `lectures`
        same = rest[:1] == module.split(".")[1:2]
        lower = bool(rest) and rest[0] in LAYERS and LAYERS[rest[0]][0] < rank
        return rest == ["__version__"] or same or lower
    outside = set().union(*(packages for other, packages in LAYERS.values() if other <= rank))
    return top in outside or top in sys.stdlib_module_names


def other_folder(imported: str, module: str) -> bool:
    """Whether a folder of a lecture imports another one; questions may ask about any lab."""
    own, other = module.split("."), imported.split(".")
    inside = own[1] == "lectures" and len(own) > 2 and own[2] != "polls"
    return inside and other[:2] == [TOP, "lectures"] and other[2:3] != own[2:3]


def forbidden_imports(source: str, module: str, is_package: bool = False) -> list[str]:
    imported = [*imports_of(source, module, is_package), *imports_by_call(source)]
    return [name for name in imported
            if not is_allowed(name, module) or other_folder(name, module)]


def test_imports_run_one_way():
    found = {module: forbidden_imports(read(path), module, path.name == "__init__.py")
             for module, path in MODULES.items() if module != TOP}
    # the registry loads a lab when it is first asked for
    assert found.pop(f"{TOP}.lectures") == ["f'{__name__}.{name}.lab"]
    assert {module: names for module, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("module", "source", "forbidden"),
    [
        ("core.a", "import numpy as np, math", []),
        ("core.a", "import matplotlib", ["matplotlib"]),
        ("core.a", "def f():\n import ipywidgets", ["ipywidgets"]),
        ("core.a", "from ..drawing import fit", ["mlp_widgets.drawing.fit"]),
        ("core.a", "from .. import widgets", ["mlp_widgets.widgets"]),
        ("core.a", "from ..text import number", ["mlp_widgets.text.number"]),
        ("core.a", "from . import losses", []),
        ("core.a", "import_module('matplotlib')", ["matplotlib"]),
        ("text", "from .core import forward", ["mlp_widgets.core.forward"]),
        ("fields", "from .explain import zeros", ["mlp_widgets.explain.zeros"]),
        ("explain.a", "from ..core import forward", []),
        ("explain.a", "from ..drawing import style", ["mlp_widgets.drawing.style"]),
        ("drawing.a", "from mlp_widgets.core import forward", []),
        ("drawing.a", "import IPython.display", ["IPython.display"]),
        ("drawing.a", "from ..saved_state import code_of", ["mlp_widgets.saved_state.code_of"]),
        ("widgets.a", "from mlp_widgets import Lab", ["mlp_widgets.Lab"]),
        ("widgets.a", "import scipy", ["scipy"]),
        ("lectures.one_neuron.lab", "from ...widgets import lab", []),
        ("lectures.one_neuron.lab", "from . import scenes", []),
        ("lectures.one_neuron.lab", "from ..two_hidden.numbers import SKIPS",
         ["mlp_widgets.lectures.two_hidden.numbers.SKIPS"]),
        ("lectures.polls", "from .two_hidden.lab import TwoHiddenLab", []),
    ],
)
def test_the_import_check_sees_what_it_should(module, source, forbidden):
    assert forbidden_imports(source, f"{TOP}.{module}") == forbidden


def test_the_top_of_the_package_imports_the_registry_and_the_standard_library_only():
    # The public names are loaded at first use, by import_module.
    names = set(imports_of(read(MODULES[TOP]), TOP, True)) - {f"{TOP}.lectures.REGISTRY"}
    assert {name.split(".")[0] for name in names} <= set(sys.stdlib_module_names)


def graph_of(sources: dict[str, tuple[str, bool]]) -> dict[str, set[str]]:
    """Module -> the modules that it imports, wherever in it; sources: (text, is a package)."""
    def module_of(imported: str) -> str:
        while imported and imported not in sources:
            imported = imported.rpartition(".")[0]
        return imported

    return {module: {module_of(name) for name in imports_of(source, module, is_package)} - {""}
            for module, (source, is_package) in sources.items()}


def circle(graph: dict[str, set[str]]) -> list[str]:
    """The modules of an import circle; [] if there is none."""
    done: set[str] = set()

    def search(module: str, way: list[str]) -> list[str]:
        if module in way:
            return way[way.index(module):]
        if module in done:
            return []
        for other in sorted(graph[module]):
            if found := search(other, [*way, module]):
                return found
        done.add(module)
        return []

    return next((found for module in graph if (found := search(module, []))), [])


def test_there_is_no_import_circle_not_even_for_type_checking():
    sources = {module: (read(path), path.name == "__init__.py")
               for module, path in MODULES.items()}
    assert circle(graph_of(sources)) == []
    assert [module for module, (source, _) in sources.items() if "TYPE_CHECKING" in source] == []


def test_the_search_for_circles_finds_them():
    late = "def f():\n    from . import a"
    assert circle(graph_of({"p": ("", True), "p.a": ("from .b import x", False),
                            "p.b": (late, False)})) == ["p.a", "p.b"]
    assert circle(graph_of({"p": ("from .a import x", True), "p.a": ("from . import x", False)}))
    assert circle(graph_of({"p": ("", True), "p.a": ("from . import b", False),
                            "p.b": ("import p", False)})) == []


def uses_pyplot(source: str) -> bool:
    """Whether a source imports or names pyplot; its comments and docstrings may speak of it."""
    nodes = nodes_of(source)
    names = [a.name for n in nodes if isinstance(n, ast.Import | ast.ImportFrom) for a in n.names]
    names += [n.module or "" for n in nodes if isinstance(n, ast.ImportFrom)]
    names += [n.attr for n in nodes if isinstance(n, ast.Attribute)]
    return any({"pyplot", "pylab"} & set(name.split(".")) for name in names)


def test_no_module_uses_pyplot():
    # pyplot keeps figures in global state, which callbacks on another thread corrupt.
    assert [module for module, path in MODULES.items() if uses_pyplot(read(path))] == []


@pytest.mark.parametrize(
    "source",
    [
        "import matplotlib.pyplot as plt",
        "from matplotlib import pyplot",
        "from matplotlib.pyplot import figure",
        "import matplotlib\nmatplotlib.pyplot.figure()",
    ],
)
def test_the_pyplot_check_sees_pyplot(source):
    assert uses_pyplot(source)
    assert not uses_pyplot("'''Without pyplot.'''\nfrom matplotlib.figure import Figure")


# --- what an import loads ---


def loaded_by(*statements: str) -> list[set[str]]:
    """Names of all modules that a fresh Python holds after each of the statements."""
    program = "import sys\n" + "\n".join(f"{s}\nprint(*sys.modules)" for s in statements)
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [set(line.split()) for line in run.stdout.splitlines()]


def test_an_import_loads_no_more_than_it_must():
    numbers = [f"import mlp_widgets.lectures.{folder}.numbers" for folder in FOLDERS]
    package, core, *of_labs, labs = loaded_by(
        "import mlp_widgets", "import mlp_widgets.core", *numbers,
        "import mlp_widgets; [mlp_widgets.LABS[name] for name in mlp_widgets.LABS]")
    assert not package & {"numpy", "matplotlib", "ipywidgets", "IPython"}
    assert "numpy" in core
    for folder, loaded in zip(FOLDERS, of_labs, strict=True):
        assert f"mlp_widgets.lectures.{folder}.numbers" in loaded
        assert not loaded & {"matplotlib", "ipywidgets", "traitlets", "IPython"}, folder
    assert {"matplotlib", "ipywidgets"} <= labs and "matplotlib.pyplot" not in labs


# --- sizes ---


def docstring_lines(source: str) -> set[int]:
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    owners = [n for n in nodes_of(source) if isinstance(n, kinds) and ast.get_docstring(n, False)]
    return {line for n in owners for line in range(n.body[0].lineno, n.body[0].end_lineno + 1)}


def code_lines(source: str) -> int:
    """Number of lines that hold code: not empty, no comment alone, no docstring."""
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT}
    skipped |= {tokenize.DEDENT, tokenize.ENDMARKER}
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    used = [range(t.start[0], t.end[0] + 1) for t in tokens if t.type not in skipped]
    return len({line for lines in used for line in lines} - docstring_lines(source))


def test_code_lines_are_counted_without_comments_and_docstrings():
    lines = [
        '"""Doc.',
        "",
        'More."""',
        "# why",
        "def f(x):  # side",
        '    """One."""',
        "    return (",
        "        x",
        "    )",
    ]
    source = "\n".join(lines)
    assert code_lines(source) == 4


def test_all_widgets_share_their_layouts():
    """Elsewhere a widget of ipywidgets would bring a layout and a style of its own."""
    found = [module for module, path in MODULES.items()
             if any(name.partition(".")[0] == "ipywidgets"
                    for name in imports_of(read(path), module, path.name == "__init__.py"))]
    assert found == ["mlp_widgets.widgets.bare"]


def test_the_core_can_be_read_in_one_sitting():
    sizes = {path.name: len(read(path).splitlines()) for path in PACKAGE.glob("core/*.py")}
    assert 400 < sum(sizes.values()) <= LINES_OF_CORE, sizes


def test_modules_and_functions_are_short():
    long = {module: count for module, path in MODULES.items()
            if (count := code_lines(read(path))) > CODE_LINES_OF_A_MODULE}
    for module, path in MODULES.items():
        for node in nodes_of(read(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                count = node.end_lineno - node.lineno + 1
                if count > LINES_OF_A_FUNCTION:
                    long[f"{module}.{node.name}"] = count
    assert long == {}


def test_what_a_lab_must_give_has_types():
    """No Any in ``compute`` and ``describe`` of Lab, and everything in them is annotated."""
    (lab,) = (node for node in tree_of(read(PACKAGE / "widgets" / "lab.py")).body
              if isinstance(node, ast.ClassDef) and node.name == "Lab")
    hooks = {node.name: node for node in lab.body if isinstance(node, ast.FunctionDef)
             and node.name in ("compute", "describe")}
    assert len(hooks) == 2
    for hook in hooks.values():
        types = [hook.returns, *(a.annotation for a in hook.args.args[1:])]
        assert all(types) and not any("Any" in ast.unparse(t) for t in types), hook.name


# --- the mutants ---


def test_every_mutant_has_its_place_and_its_tests():
    """Where the code has moved on, ``python tests/mutants.py`` would stop after minutes."""
    gone = [mutant.behaviour for mutant in MUTANTS
            if read(PACKAGE / mutant.file).count(mutant.before) != 1]
    without = [mutant.behaviour for mutant in MUTANTS for name in mutant.tests.split()
               if not (ROOT / "tests" / f"test_{name}.py").is_file()]
    assert (gone, without) == ([], []) and len(MUTANTS) > 60


def test_every_change_that_is_left_has_its_place():
    """A reason for a line that stands there no more explains nothing."""
    gone = [left for left in LEFT if left.part not in left.before
            or " ".join(left.before.split()) not in " ".join(read(PACKAGE / left.file).split())]
    assert gone == [] and len(LEFT) > 10


# --- what no file may hold ---

PACKAGES = re.compile(
    r"pypi\.org|pythonhosted\.org|anaconda\.(?:org|com)|registry\.npmjs|"
    r"-{2}(?:extra-)?index-url|-{2}find-links",
    re.IGNORECASE,
)


@cache
def text_of(path: Path) -> str:
    """The text of a file, with the line ends inside JSON and Python strings made real ones."""
    try:
        return path.read_text(encoding="utf-8").replace("\\n", "\n")
    except UnicodeDecodeError:
        return ""


def test_git_and_walk_find_the_files():
    for files in (project_files(), walked_files()):
        assert {ROOT / "Makefile", ROOT / "pyproject.toml", Path(__file__).resolve()} <= set(files)


def test_no_file_holds_a_path_of_a_machine(machine_paths):
    found = {name_of(path): machine_paths(text_of(path)) for path in project_files()}
    assert {name: paths for name, paths in found.items() if paths} == {}


def test_there_is_no_link():
    """It would lead out of the checkout, to a place of one machine, and Windows makes none."""
    assert [path for path in project_entries() if path.is_symlink()] == []


def test_no_file_names_a_package_registry():
    assert [name_of(p) for p in project_files() if PACKAGES.search(text_of(p))] == []


def test_there_is_no_lock_file():
    locks = {"package-lock.json", "yarn.lock", "requirements.lock"}
    assert [name_of(p) for p in project_files() if p.suffix == ".lock" or p.name in locks] == []


SMALL_PARTS = (".mlp-", ".jp-Toolbar", ".jp-OutputArea-output", ")")
"""What a rule of the style sheet may search with :has: a part of a lab, a toolbar, the output of a
cell, and one of several boxes, :is(...)."""


def slow_rules(style: str) -> list[str]:
    """Rules that make a browser look through a whole page again whenever a number changes: those
    that search what is around labs, and those for any element, for then each change may matter."""
    around = [rule for rule in re.findall(r"[^\s,>+~]*:has\(", style)
              if not any(part in rule for part in SMALL_PARTS)]
    return around + re.findall(r":has\((?:[^()]*[\s>+~])?[:*][^()]*", style)


def test_no_rule_of_the_style_sheet_makes_each_move_slow():
    """Measured: two such rules took half of the page's time for a key in a page of all labs."""
    assert slow_rules((PACKAGE / "widgets" / "style.css").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("rule", ["body:has(#x) .mlp-lab", ".jp-NotebookPanel:has(> .y) .mlp-lab",
                                  ":has(.mlp-wide) i", ".mlp-table:has(.mlp-rows > :nth-child(8))",
                                  ".mlp-table:has(> *)"])
def test_the_search_for_slow_rules_finds_them(rule):
    assert len(slow_rules(rule)) == 1


@pytest.mark.parametrize("folder", ["home/ann", "root/x", "tmp/run-1", "Users/ann", "work/main"])
def test_the_search_for_paths_finds_paths(folder, machine_paths):
    assert machine_paths(f'open("/{folder}/data.csv")')
    assert machine_paths(f"file:///{folder}") == []
    assert machine_paths(f"https://example.com/{folder}") == []
    assert machine_paths("C:" + "\\Users\\ann")


def test_the_search_for_registries_finds_them():
    for name in ("https://PyPI", "https://files.pythonhosted", "https://anaconda"):
        assert PACKAGES.search(name + ".org")
    assert not PACKAGES.search("conda-forge, PyPI, pip install mlp-widgets")


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_module_is_not_hidden_behind_a_name_of_its_package(name):
    """``import mlp_widgets.core.chain as chain`` must give the module, not a function so named."""
    if name.endswith("__main__"):
        return
    assert importlib.import_module(name) is sys.modules[name]
    package, _, last = name.rpartition(".")
    assert not package or getattr(sys.modules[package], last) is sys.modules[name]
