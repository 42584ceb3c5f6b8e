"""Build the notebooks as a static site: JupyterLab and its Python run in the student's browser.

    python lite/build_site.py site [--pyodide ADDRESS] [--tools FOLDER]

JupyterLite brings JupyterLab, Pyodide brings Python as WebAssembly. The site holds everything
except Pyodide itself and its packages (numpy, matplotlib, IPython): the page fetches these from
Pyodide's content network, or from ADDRESS, the ``pyodide.mjs`` of a copy.

The kernel installs the wheels of the site while it starts (``loadPyodideOptions``), so that no
notebook needs a cell for it. Their dependencies are not looked for: all stand in ``WHEELS`` and
``FROM_PYODIDE``.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from importlib.metadata import distribution
from pathlib import Path

from jupyter_core.paths import jupyter_path

ROOT = Path(__file__).resolve().parent.parent

TOOLS = ROOT / ".lite"
"""Where JupyterLite is installed: `make site` puts it there."""

SOURCES = ("pyproject.toml", "setup.py", "README.md", "LICENSE", "mlp_widgets", "notebooks",
           "present")
"""What the wheel of mlp_widgets is made of."""

WHEELS = ("comm", "ipywidgets", "ipyevents", "sidecar")
"""What mlp_widgets needs beside what Pyodide has. They are packed from what is installed here, so
that kernel and page have the same version of the widgets."""

EXTENSIONS = ("@jupyterlite/pyodide-kernel-extension", "@jupyter-widgets/jupyterlab-manager",
              "ipyevents", "@jupyter-widgets/jupyterlab-sidecar")
"""The parts of the page beside JupyterLab: the kernel, and the other half of the widgets."""

FROM_PYODIDE = ("numpy", "matplotlib", "ipython", "jedi", "micropip")

PYODIDE_KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"

WORKER_TO_SITE = "../../../.."
"""From extensions/@jupyterlite/pyodide-kernel-extension/static, where the kernel's worker is."""


def build(site: Path, pyodide: str = "", tools: Path = TOOLS) -> None:
    """Make the folder ``site`` anew, with JupyterLite from the folder ``tools``."""
    with tempfile.TemporaryDirectory(prefix="mlp-site-") as temporary:
        work = Path(temporary)
        wheels = [wheel_of_mlp_widgets(work, tools),
                  *(pack(name, work / "wheels") for name in WHEELS)]
        write_settings(work, [wheel.name for wheel in wheels], pyodide, tools)
        made = work / "made"
        run(work, tools, "jupyterlite_core", "build", "--output-dir", made)
        shutil.copy(ROOT / "lite" / "index.html", made)
        if site.exists():
            shutil.rmtree(site)
        shutil.move(made, site)


def run(work: Path, tools: Path, *command: str | Path) -> None:
    """A module of Python in a folder; it finds the tools, and is quiet unless it fails."""
    paths = filter(None, [str(tools.resolve()), os.environ.get("PYTHONPATH")])
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=work, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
    if done.returncode:
        raise SystemExit(f"{done.stdout}\nThis failed: python -m {' '.join(map(str, command))}")


def wheel_of_mlp_widgets(work: Path, tools: Path) -> Path:
    """Made from a copy: setuptools leaves files beside the sources, and packs old ones again."""
    copy = work / "mlp_widgets"
    copy.mkdir()
    for name in SOURCES:
        if (ROOT / name).is_dir():
            hidden = shutil.ignore_patterns("__pycache__", ".*")
            shutil.copytree(ROOT / name, copy / name, ignore=hidden)
        else:
            shutil.copy(ROOT / name, copy)
    run(work, tools, "pip", "wheel", "--no-deps", "--no-build-isolation",
        "--wheel-dir", work / "wheels", copy)
    (wheel,) = (work / "wheels").glob("mlp_widgets-*.whl")
    return wheel


def pack(name: str, folder: Path) -> Path:
    """A wheel of a package as it is installed here. It must be pure Python.

    Source: the wheel format, https://packaging.python.org/specifications/binary-distribution-format
    """
    package = distribution(name)
    kept = [file for file in package.files or [] if not {"..", "__pycache__"} & set(file.parts)]
    if not kept or any(file.suffix in (".so", ".pyd") for file in kept):
        raise SystemExit(f"{name} is not installed as a package of pure Python.")
    wheel = folder / f"{name}-{package.version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in kept:
            archive.write(file.locate(), file.as_posix())
    return wheel


def write_settings(work: Path, wheels: list[str], pyodide: str, tools: Path) -> None:
    """The two files of settings that JupyterLite reads: of its build and of the page."""
    build_settings = {
        "LiteBuildConfig": {
            "apps": ["lab"],
            "contents": [str(ROOT / "notebooks")],
            "ignore_sys_prefix": ["federated_extensions"],
            "federated_extensions": [str(extension(name, tools)) for name in EXTENSIONS],
            "no_sourcemaps": True,
            "no_unused_shared_packages": True,
        },
        "PipliteAddon": {"piplite_urls": [str(work / "wheels")]},
    }
    kernel = {
        "disablePyPIFallback": True,
        "loadPyodideOptions": {
            "packages": [*FROM_PYODIDE, *(f"{WORKER_TO_SITE}/pypi/{name}" for name in wheels)],
        },
        **({"pyodideUrl": pyodide} if pyodide else {}),
    }
    page_settings = {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "mlp_widgets",
            "litePluginSettings": {PYODIDE_KERNEL: kernel},
        },
    }
    (work / "jupyter_lite_config.json").write_text(json.dumps(build_settings))
    (work / "jupyter-lite.json").write_text(json.dumps(page_settings))


def extension(name: str, tools: Path) -> Path:
    """Where an extension of JupyterLab is installed."""
    folders = [tools.resolve() / "share" / "jupyter" / "labextensions",
               *map(Path, jupyter_path("labextensions"))]
    places = [folder / name for folder in folders]
    found = next((place for place in places if place.is_dir()), None)
    if found is None:
        raise SystemExit(f"The extension {name} of JupyterLab is not installed.")
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("site", type=Path, help="the folder that is made anew")
    parser.add_argument("--pyodide", default="", metavar="ADDRESS",
                        help="the address of pyodide.mjs in a copy of Pyodide")
    parser.add_argument("--tools", type=Path, default=TOOLS, metavar="FOLDER",
                        help="where JupyterLite is installed, .lite unless told otherwise")
    given = parser.parse_args()
    build(given.site, given.pyodide, given.tools)
    print(f"{given.site} is ready: copy it to any web server; its index.html opens the notebooks.")
