"""The command mlp-widgets: it copies the notebooks, never over changed ones, and opens them."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from mlp_widgets import __main__ as command

ROOT = Path(__file__).resolve().parent.parent
NAMES = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture
def opened(monkeypatch):
    """What would be started instead of a server, and its environment."""
    calls = []
    monkeypatch.setattr(command.subprocess, "call",
                        lambda line, env: calls.append((line, env)) or 0)
    return calls


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.ipynb"))


def test_it_copies_all_notebooks_and_opens_jupyterlab_there(tmp_path, opened, capsys):
    assert command.main([str(tmp_path / "a" / "course"), "--", "--port=9000"]) == 0
    folder = tmp_path / "a" / "course"
    assert names_in(folder) == NAMES and len(NAMES) > 10
    assert capsys.readouterr().out == f"{len(NAMES)} notebooks are in {folder}.\n"
    ((line, _),) = opened
    assert line == [sys.executable, "-m", "jupyterlab", *command.LAB,
                    "--LabApp.default_url=/lab/tree/00_start.ipynb",
                    f"--ServerApp.root_dir={folder}", "--port=9000"]


def test_presented_voila_shows_the_folder(tmp_path, opened):
    assert command.main(["--present", str(tmp_path)]) == 0
    ((line, environment),) = opened
    assert line[:3] == [sys.executable, "-m", "voila"] and str(tmp_path) in line
    assert "--template=mlp" in line and environment["MLP_WIDGETS_PRESENT"] == "1"


def test_a_folder_is_opened_as_it_is_if_asked(tmp_path, opened, monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", "another")
    assert command.main(["--present", "--no-copy", str(tmp_path), "--", "--no-browser"]) == 0
    ((line, environment),) = opened
    assert line[-2:] == [str(tmp_path), "--no-browser"] and not list(tmp_path.iterdir())
    places = environment["JUPYTER_PATH"].split(os.pathsep)
    assert places == [str(ROOT / "present"), "another"]


def test_the_start_page_is_opened_where_it_is(tmp_path, opened):
    for _ in range(2):
        assert command.main(["--no-copy", str(tmp_path)]) == 0
        (tmp_path / NAMES[0]).touch()
    (without, _), (with_it, _) = opened
    opens = f"--LabApp.default_url=/lab/tree/{NAMES[0]}"
    assert opens in with_it and not any("default_url" in flag for flag in without)


def test_what_is_passed_on_takes_the_place_of_a_flag_of_ours(tmp_path, opened):
    own = "--MappingKernelManager.cull_idle_timeout=900"
    assert command.main(["--present", "--no-copy", str(tmp_path), "--", own]) == 0
    size = "--ServerApp.tornado_settings={}"
    assert command.main(["--no-copy", str(tmp_path), "--", size]) == 0
    (present, _), (lab, _) = opened
    assert [flag for flag in present if "cull_idle" in flag] == [own]  # Voilà refuses two values
    assert [flag for flag in lab if "tornado" in flag] == [size]


def test_without_a_folder_it_is_one_below_the_present_one(tmp_path, monkeypatch, opened):
    monkeypatch.chdir(tmp_path)
    assert command.main(["--no-open"]) == 0
    assert names_in(tmp_path / command.FOLDER) == NAMES and not opened


def test_a_changed_notebook_is_never_written_over(tmp_path, capsys):
    command.copy_into(tmp_path)
    mine, lost = tmp_path / NAMES[1], tmp_path / NAMES[2]
    mine.write_text("my own work", encoding="utf-8")
    lost.unlink()
    for _ in range(2):
        said = command.copy_into(tmp_path)
        assert mine.read_text(encoding="utf-8") == "my own work" and lost.exists()
        assert f"You have changed 1 of them ({NAMES[1]})" in said


def test_one_that_was_there_before_is_kept_too(tmp_path):
    (tmp_path / NAMES[0]).write_text("not ours", encoding="utf-8")
    assert NAMES[0] in command.copy_into(tmp_path)
    assert (tmp_path / NAMES[0]).read_text(encoding="utf-8") == "not ours"


def test_an_unchanged_one_of_an_older_version_is_renewed(tmp_path):
    command.copy_into(tmp_path)
    old = tmp_path / NAMES[0]
    old.write_text("an older version", encoding="utf-8")
    copied = json.loads((tmp_path / command.COPIED).read_text(encoding="utf-8"))
    copied[NAMES[0]] = command._digest(old)
    (tmp_path / command.COPIED).write_text(json.dumps(copied), encoding="utf-8")
    assert "You have changed" not in command.copy_into(tmp_path)
    assert old.read_bytes() == (ROOT / "notebooks" / NAMES[0]).read_bytes()


@pytest.mark.parametrize("damaged", ["", "{", "[]", "\x00"])
def test_a_damaged_list_of_copies_loses_nothing(tmp_path, damaged):
    command.copy_into(tmp_path)
    (tmp_path / NAMES[0]).write_text("my own work", encoding="utf-8")
    (tmp_path / command.COPIED).write_text(damaged, encoding="utf-8")
    assert NAMES[0] in command.copy_into(tmp_path)
    assert (tmp_path / NAMES[0]).read_text(encoding="utf-8") == "my own work"


def test_a_folder_that_cannot_be_is_one_sentence(tmp_path, capsys, opened):
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert command.main([str(tmp_path / "file")]) == 1
    said = capsys.readouterr().err
    assert said.startswith("The notebooks cannot be copied into") and said.count("\n") == 1
    assert not opened


@pytest.mark.parametrize("option, name, extra", [((), "JupyterLab", "lab"),
                                                 (("--present",), "Voilà", "present")])
def test_what_is_not_installed_is_named(tmp_path, monkeypatch, capsys, opened, option, name, extra):
    monkeypatch.setattr(command, "find_spec", lambda module: None)
    assert command.main([*option, str(tmp_path)]) == 1
    assert capsys.readouterr().err == (
        f'{name} is not installed: pip install "mlp-widgets[{extra}]", then run this again.\n')
    assert not opened and names_in(tmp_path) == NAMES


def test_ctrl_c_is_no_traceback(tmp_path, monkeypatch):
    def interrupted(line, env):
        raise KeyboardInterrupt

    monkeypatch.setattr(command.subprocess, "call", interrupted)
    assert command.main([str(tmp_path)]) == 0


def test_an_installation_without_notebooks_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(command, "__file__", str(tmp_path / "x" / "y.py"))
    monkeypatch.setattr(command, "files", lambda name: None)
    assert command.main([str(tmp_path / "folder"), "--no-open"]) == 1
    assert "this installation holds none" in capsys.readouterr().err
