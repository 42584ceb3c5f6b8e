"""The rooms of the house: who may import whom, how long a file is, what no file may hold."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "mlp_widgets"

# Each layer may import itself, the layers before it, and the packages of all of these.
LAYERS = {
    "core": {"numpy"},
    "drawing": {"matplotlib"},
    "widgets": {"ipywidgets", "traitlets", "IPython"},
    "lectures": {"ipyevents"},  # an extra: a lab works without it
}
MODULES = sorted(PACKAGE.rglob("*.py"))
CODE_LINES_OF_CORE = 900  # a core that anyone can read in one sitting
CODE_LINES_OF_A_MODULE = 450


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def test_there_is_something_to_check():
    for layer in LAYERS:
        assert [m for m in MODULES if layer in m.relative_to(PACKAGE).parts], f"{layer} is empty"


# --- imports run one way ---


def imports_of(source: str, module: str, is_package: bool = False) -> Iterator[str]:
    """Full names of all that a source imports by a statement, at its top or inside functions."""
    package = module.split(".") if is_package else module.split(".")[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            parts = base + (node.module.split(".") if node.module else [])
            yield from (".".join([*parts, alias.name]) for alias in node.names)


def imports_by_call(source: str) -> Iterator[str]:
    """What a source imports by ``import_module(...)``, as it is written there."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in calls:
        if ast.unparse(call.func).endswith(("import_module", "__import__")):
            yield ast.unparse(call.args[0]).strip("'\"")


def allowed_layers(layer: str) -> list[str]:
    names = list(LAYERS)
    return names[: names.index(layer) + 1]


def is_allowed(imported: str, layer: str) -> bool:
    top, *rest = imported.split(".")
    layers = allowed_layers(layer)
    if top == "mlp_widgets":
        # `from mlp_widgets import Name` would be a lazy name, and those live in `lectures`.
        return bool(rest) and (rest[0] in layers or rest == ["__version__"])
    outside = set().union(*(LAYERS[name] for name in layers))
    return top in outside or top in sys.stdlib_module_names


def forbidden_imports(source: str, module: str, is_package: bool = False) -> list[str]:
    layer = module.split(".")[1]
    imported = [*imports_of(source, module, is_package), *imports_by_call(source)]
    return [name for name in imported if not is_allowed(name, layer)]


@pytest.mark.parametrize("path", [m for m in MODULES if m.parent != PACKAGE], ids=name_of)
def test_imports_run_one_way(path):
    source = path.read_text(encoding="utf-8")
    assert not forbidden_imports(source, module_name(path), path.name == "__init__.py")


@pytest.mark.parametrize(
    ("module", "source", "forbidden"),
    [
        ("mlp_widgets.core.a", "import numpy as np, math", []),
        ("mlp_widgets.core.a", "import matplotlib", ["matplotlib"]),
        ("mlp_widgets.core.a", "def f():\n import ipywidgets", ["ipywidgets"]),
        ("mlp_widgets.core.a", "from ..drawing import fit", ["mlp_widgets.drawing.fit"]),
        ("mlp_widgets.core.a", "from .. import widgets", ["mlp_widgets.widgets"]),
        ("mlp_widgets.core.a", "from . import losses", []),
        ("mlp_widgets.core.a", "import_module('matplotlib')", ["matplotlib"]),
        ("mlp_widgets.drawing.a", "from mlp_widgets.core import forward", []),
        ("mlp_widgets.drawing.a", "import IPython.display", ["IPython.display"]),
        ("mlp_widgets.widgets.a", "from mlp_widgets import Lab", ["mlp_widgets.Lab"]),
        ("mlp_widgets.widgets.a", "import scipy", ["scipy"]),
        ("mlp_widgets.lectures.a", "from ..widgets import panel", []),
    ],
)
def test_the_import_check_sees_what_it_should(module, source, forbidden):
    assert forbidden_imports(source, module) == forbidden


def test_the_top_of_the_package_imports_the_standard_library_only():
    # The public names are loaded at first use, by import_module.
    for path in PACKAGE.glob("*.py"):
        names = imports_of(path.read_text(encoding="utf-8"), module_name(path), True)
        assert {name.split(".")[0] for name in names} <= set(sys.stdlib_module_names), path.name


def uses_pyplot(source: str) -> bool:
    """Whether a source imports or names pyplot; its comments and docstrings may speak of it."""
    nodes = list(ast.walk(ast.parse(source)))
    names = [a.name for n in nodes if isinstance(n, ast.Import | ast.ImportFrom) for a in n.names]
    names += [n.module or "" for n in nodes if isinstance(n, ast.ImportFrom)]
    names += [n.attr for n in nodes if isinstance(n, ast.Attribute)]
    return any({"pyplot", "pylab"} & set(name.split(".")) for name in names)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_uses_pyplot(path):
    # pyplot keeps figures in global state, which callbacks on another thread corrupt.
    assert not uses_pyplot(path.read_text(encoding="utf-8"))


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


def loaded_by(statement: str) -> set[str]:
    """Names of all modules that a fresh Python holds after the statement."""
    program = f"{statement}\nimport sys\nprint(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(run.stdout.split())


@pytest.mark.parametrize(
    ("statement", "not_loaded"),
    [
        ("import mlp_widgets", {"numpy", "matplotlib", "ipywidgets", "IPython"}),
        ("import mlp_widgets.core", {"matplotlib", "ipywidgets", "IPython"}),
        ("import mlp_widgets.drawing", {"ipywidgets", "IPython", "matplotlib.pyplot"}),
        ("from mlp_widgets import ThreeNeuronLab", {"matplotlib.pyplot"}),
    ],
)
def test_an_import_loads_no_more_than_it_must(statement, not_loaded):
    assert not loaded_by(statement) & not_loaded


def test_the_lab_does_load_its_packages():
    # Shows that the test above can see a loaded package.
    loaded = loaded_by("from mlp_widgets import ThreeNeuronLab")
    assert {"numpy", "matplotlib", "ipywidgets"} <= loaded


# --- sizes ---


def docstring_lines(tree: ast.Module) -> set[int]:
    kinds = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    owners = [n for n in ast.walk(tree) if isinstance(n, kinds) and ast.get_docstring(n)]
    return {line for n in owners for line in range(n.body[0].lineno, n.body[0].end_lineno + 1)}


def code_lines(source: str) -> int:
    """Number of lines that hold code: not empty, no comment alone, no docstring."""
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT}
    skipped |= {tokenize.DEDENT, tokenize.ENDMARKER}
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    used = [range(t.start[0], t.end[0] + 1) for t in tokens if t.type not in skipped]
    return len({line for lines in used for line in lines} - docstring_lines(ast.parse(source)))


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


def test_the_core_can_be_read_in_one_sitting():
    sizes = {p.name: code_lines(p.read_text(encoding="utf-8")) for p in PACKAGE.glob("core/*.py")}
    assert sizes
    assert sum(sizes.values()) <= CODE_LINES_OF_CORE, sizes


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_is_short(path):
    assert code_lines(path.read_text(encoding="utf-8")) <= CODE_LINES_OF_A_MODULE


# --- what no file may hold ---

REGISTRY = re.compile(
    r"pypi\.org|pythonhosted\.org|anaconda\.(?:org|com)|registry\.npmjs|"
    r"-{2}(?:extra-)?index-url|-{2}find-links",
    re.IGNORECASE,
)


def project_files() -> list[Path]:
    """Files that belong to the project: those git knows or would add, or all if there is no git."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        names = run.stdout.split("\0") if run.returncode == 0 else []
    except FileNotFoundError:
        names = []
    paths = [ROOT / name for name in names if name] or walked_files()
    return [path for path in paths if path.is_file()]


def walked_files() -> list[Path]:
    made = {".git", ".venv", "__pycache__", "build", "dist", ".hypothesis", ".ipynb_checkpoints"}
    made |= {".pytest_cache", ".ruff_cache", "mlp_widgets.egg-info"}
    return [path for path in ROOT.rglob("*") if not made & set(path.relative_to(ROOT).parts)]


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


def test_no_file_names_a_package_registry():
    assert [name_of(p) for p in project_files() if REGISTRY.search(text_of(p))] == []


def test_there_is_no_lock_file():
    locks = {"package-lock.json", "yarn.lock", "requirements.lock"}
    assert [name_of(p) for p in project_files() if p.suffix == ".lock" or p.name in locks] == []


@pytest.mark.parametrize("folder", ["home/ann", "root/x", "tmp/run-1", "Users/ann", "work/main"])
def test_the_search_for_paths_finds_paths(folder, machine_paths):
    assert machine_paths(f'open("/{folder}/data.csv")')
    assert machine_paths(f"file:///{folder}") == []
    assert machine_paths(f"https://example.com/{folder}") == []
    assert machine_paths("C:" + "\\Users\\ann")


def test_the_search_for_registries_finds_them():
    for name in ("https://PyPI", "https://files.pythonhosted", "https://anaconda"):
        assert REGISTRY.search(name + ".org")
    assert not REGISTRY.search("conda-forge, PyPI, pip install mlp-widgets")
