"""Own data that are too large, that may not be meant so, or that come as a table; in every lab that
takes them."""

from __future__ import annotations

import gc
import html
import os
import tracemalloc

import numpy as np
import pytest
from helpers import turned, turning
from lab_tools import all_words, much_of, text_of, upload

from mlp_widgets import ReluSumsLab, SigmoidFeaturesLab, ThreeNeuronLab
from mlp_widgets.data import columns
from mlp_widgets.data.columns import LONGEST_LINE, MOST, MOST_BYTES, as_columns, parse_columns
from mlp_widgets.data.points import XY, load_points
from mlp_widgets.drawing.picture import Picture
from mlp_widgets.text import one_way
from mlp_widgets.widgets.cell import all_widgets
from mlp_widgets.widgets.history import LEVELS

LABS = {ThreeNeuronLab: ("data", 2), ReluSumsLab: ("target", 2), SigmoidFeaturesLab: ("points", 3)}
"""Lab -> the field that takes own data, and how many columns these have."""


def rows(count: int, first: str = "") -> str:
    """A file of 4 points with so many columns."""
    lines = [",".join(["0", "1", "1"][:count]), ",".join(["2", "−1.5", "0"][:count]),
             ",".join(["3", "1", "0"][:count]), ",".join(["4", "6", "1"][:count])]
    return "\n".join([*([first] if first else []), *lines])



class Table:
    """What pandas and polars have in common: names of columns, and a column by its name."""

    def __init__(self, **lists):
        self._lists = lists

    @property
    def columns(self):
        return list(self._lists)

    def __getitem__(self, name):
        return np.array(self._lists[name])

    def __iter__(self):
        return iter(self._lists)


# -- too large ------------------------------------------------------------------------------------


def cost_of_refusing(source) -> tuple[str, float]:
    """The sentence, and the most memory in MB."""
    tracemalloc.start()
    try:
        with pytest.raises(ValueError) as error:
            load_points(source)
        return str(error.value), tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def test_a_file_that_is_too_large_is_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr("pathlib.Path.open", None)
    for size in (10**8, MOST_BYTES + 1):
        with open(tmp_path / "large.csv", "wb") as file:
            file.truncate(size)
        sentence, memory = cost_of_refusing(tmp_path / "large.csv")
        assert sentence == (f"the file has {size / 1e6:.0f} MB; at most 5 MB and 100000 rows are "
                            "read") and memory < 1


def test_a_file_that_grows_while_it_is_read(tmp_path, monkeypatch):
    (tmp_path / "grows.csv").write_bytes(b"1,2\n" * 2_000_000)
    monkeypatch.setattr(columns, "_check_size", checks := Sizes())
    with pytest.raises(ValueError):
        load_points(tmp_path / "grows.csv")
    assert checks.seen == [8_000_000, MOST_BYTES + 1]


class Sizes(list):
    """Stands for the check: lets the first size pass, as if the file had been small then."""

    def __init__(self):
        self.seen = []

    def __call__(self, size):
        self.seen.append(size)
        if len(self.seen) > 1:
            raise ValueError("too large")


@much_of("three_neuron", "relu_sums", "sigmoid_features")
@pytest.mark.parametrize(("content", "sentence"), [
    ("# \N{GRINNING FACE}\n".encode() + b"1,2\n" * 101_000 + b"#" * 4_000_000,
     "at most 100000 points can be shown, and the file has more"),
    (b"1" * 4_900_000, "line 1 has more than 10000 characters"),
    (b"x,y\n" + b"," * 4_900_000, "line 2 has more than 10000 characters"),
    (b"\n" * 100_000, "the file is empty"),
], ids=["rows and a wide character", "one line", "one line of commas", "empty lines"])
def test_what_can_be_read_is_refused_in_little_memory(content, sentence, tmp_path):
    (tmp_path / "large.csv").write_bytes(content)
    found, memory = cost_of_refusing(tmp_path / "large.csv")
    assert sentence in found and memory < 50


@pytest.mark.parametrize("source", [
    (range(10**7),) * 2, np.lib.stride_tricks.as_strided(np.zeros(1), (10**7, 2), (0, 0)),
    Table(x=range(MOST + 1), y=range(MOST + 1)),
], ids=["ranges", "an array", "a table"])
def test_lists_that_are_too_long(source):
    sentence, memory = cost_of_refusing(source)
    assert sentence.startswith("at most 100000 points can be shown, and x has ") and memory < 10


def test_what_is_no_regular_file_is_not_opened(tmp_path):
    """A pipe would wait for ever, and a device never end."""
    sources = [os.devnull] if os.path.exists("/dev/null") else []
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        sources.append(str(tmp_path / "pipe"))
    for source in sources:
        with pytest.raises(ValueError, match="is no regular file; give the name of a text file"):
            load_points(source)


@much_of("three_neuron", "relu_sums", "sigmoid_features")
def test_as_much_as_a_file_may_hold():
    text = "".join(f"{k % 100},{k}\n" for k in range(MOST))
    assert len(parse_columns(text, XY).lists[0]) == MOST
    with pytest.raises(ValueError, match="at most 100000 points"):
        parse_columns(text + "1,2", XY)
    assert parse_columns("1,2" + " " * (LONGEST_LINE - 4) + "\n1,2", XY).lists == [[1, 1], [2, 2]]


# -- what may not be meant so ---------------------------------------------------------------------


@pytest.mark.parametrize(("text", "note"), [
    ("0,1\n1,2", ""), ("# x,y\n0,1\n1,2", ""), ("0;1,5\n1;2", ""), ("0,125;1\n1;2", ""),
    ("x,y\n0,1\n1,2", "Line 'x,y' was taken as a heading"),
    ("O,1\n1,2\n2,3", "Line 'O,1' was taken as a heading"),
    ("1,234;5\n2,345;6", "1,234 was read as 1.234, with a decimal comma"),
    ("1;-21,234\n2;6", "-21,234 was read as -21.234, with a decimal comma"),
    ("1,234;5\n2,3;6", ""), ("1,234;5\n2,3456;6", ""), ("1234,567;5", ""),
    ("x;y\n1,234;5", "Line 'x;y' was taken as a heading. "
                     "1,234 was read as 1.234, with a decimal comma"),
])
def test_what_is_said_of_a_file(text, note):
    assert parse_columns(text, XY).note == note


@pytest.mark.parametrize("kind", LABS, ids=lambda kind: kind.__name__)
def test_a_lab_says_what_it_took_as_a_heading(kind, tmp_path):
    name, count = LABS[kind]
    said = "Line &#x27;O,&lt;b&gt;&#x27; was taken as a heading."
    path = tmp_path / "own.csv"
    path.write_text(rows(count, "O,<b>"), encoding="utf-8")
    lab = kind()
    for show in (lambda: setattr(lab, name, str(path)),
                 lambda: upload(lab, path.read_bytes())):
        lab.reset()
        assert "heading" not in lab.status.value
        show()
        assert said in lab.status.value and lab.error.value.count("⚠") == 0
        assert getattr(lab, name).own if kind is not ReluSumsLab else not lab.target.name
    lab.learning_rate = 0.00123
    assert "heading" not in lab.status.value  # once
    made = kind(**{name: path})
    assert said in made.status.value
    made.close()
    lab.close()


# -- tables ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", LABS, ids=lambda kind: kind.__name__)
def test_a_table_of_two_or_three_columns_simply_works(kind):
    name, count = LABS[kind]
    lists = {"hour": [0, 2, 3], "cars": [1, -1.5, 4], "class": [0, 1, 1]}
    chosen = dict(list(lists.items())[:count])
    lab = kind(**{name: Table(**chosen)})
    assert eval(repr(lab), {kind.__name__: kind}).state.parameters == lab.state.parameters
    found = as_columns(Table(**chosen), list(chosen))
    assert found is not None and found.lists == [list(map(float, v)) for v in chosen.values()]


@pytest.mark.parametrize(("table", "sentence"), [
    (Table(a=[1, 2, 3]), "the table has 1 column; two are needed: x and y"),
    (Table(a=[1], b=[2], c=[3]), "the table has 3 columns; two are needed: x and y"),
    (Table(day=np.array(["2016-05-08"] * 3, "M8[D]"), cars=[1, 2, 3]),
     "x must be a list of numbers, got array(['2016-05-08'"),
    (Table(a=["many", "1", "2"], b=[1, 2, 3]), "x must be a list of numbers"),
    (Table(a=[1, None, 2], b=[1, 2, 3]), "point 2 is (nan, 2.0); every number must be finite"),
], ids=["one", "three", "dates", "words", "a gap"])
def test_a_table_that_cannot_be_shown(table, sentence):
    with pytest.raises(ValueError) as error:
        load_points(table)
    assert sentence in str(error.value) and "\n" not in str(error.value)


def test_kinks_to_the_right_of_all_points_are_named(kept, monkeypatch):
    """Whatever the place of the right edge is rounded to."""
    lab = kept("three_neuron")
    assert lab.widget
    blank = np.zeros((1, 1, 4), np.uint8)  # pixels are not looked at, and take most of the time
    monkeypatch.setattr(Picture, "render", lambda picture: blank)
    for seed in range(30):
        lab.set(data=np.random.default_rng(seed).normal(size=(2, 5)))
        names = [label.text for label in lab.canvases["fit"].picture.kink_names]
        assert names == ["kink 1: x = 14.75 ▸", "kink 2: x = 8.667 ▸"]


def test_points_of_one_x_are_shown():
    lab = ThreeNeuronLab(data=([5, 5, 5], [1, 2, 3]))
    assert lab.snapshot() and lab.baselines.optimum.mse == pytest.approx(2 / 3)
    lab.step(2)
    assert np.isfinite(lab.loss)
    with pytest.raises(ValueError, match="one y for each x, and x = 5 stands twice"):
        ReluSumsLab(target=([5, 5, 5], [1, 2, 3]))


@pytest.mark.parametrize("name", [
    pytest.param("three_neuron", marks=pytest.mark.thorough),
    pytest.param("relu_sums", marks=pytest.mark.nightly),
    pytest.param("sigmoid_features", marks=pytest.mark.nightly)])
def test_many_own_data_sets_keep_little(name, unseen):
    """As many as Undo goes back to are kept, and of each no more than its numbers."""
    lab = unseen(name)
    field, count = LABS[type(lab)]
    x = np.arange(60.0)

    def one_more(number: int) -> None:
        lab.set(**{field: [x, x * 0.5 + number, x % 2][:count]})

    one_more(-1)
    tracemalloc.start()
    try:
        for number in range(LEVELS + 80):
            one_more(number)
        gc.collect()
        memory = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert memory < (LEVELS + 80) * 20_000
    if name != "relu_sums":
        assert len(lab._attempts) <= LEVELS + 66  # and those of the caches


@pytest.mark.parametrize("name", ["<script>x</script>.csv", "$5 and $6.csv", "\u2066a\u2067.csv",
                                  "&lt;b&gt;.csv", "\N{GRINNING FACE}.csv", "a'b.csv"])
def test_the_name_of_a_file_is_shown_as_text(name, make, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with open("plain.csv", "w", encoding="utf-8") as file:
        file.write(rows(2, "<i>x</i>,$y$"))
    try:
        os.rename("plain.csv", name.replace("/", "\N{FRACTION SLASH}"))
    except OSError:
        pytest.skip("this system has no file of this name")
    lab = make("three_neuron", data=name.replace("/", "\N{FRACTION SLASH}"))
    for widget in all_widgets(lab.widget):
        for text in (getattr(widget, "value", ""), getattr(widget, "description", "")):
            if isinstance(text, str) and not text.startswith("<style"):
                assert "<script" not in text and "<i>x" not in text and "<b>.csv" not in text
    assert lab.snapshot() and html.escape(name[:3].strip(turning())) in lab.status.value


def test_a_mark_of_the_direction_in_a_file_name_turns_no_sentence(make, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with open("a\u202etxt.csv", "w", encoding="utf-8") as file:
        file.write(rows(2))
    lab = make("three_neuron", data="a\u202etxt.csv")
    assert "on atxt.csv. " in text_of(lab.status)
    assert lab.state.data.source == "a\u202etxt.csv"  # by which it is read again
    said = [all_words(lab), lab.words, *lab.table_notes()]
    assert "atxt.csv" in " ".join(said)
    assert not [text for text in said if set(text) & set(turning())]


@pytest.mark.parametrize(("kind", "mark"), [
    *((kind, "\u202e") for kind in LABS),
    *(pytest.param(kind, mark, marks=pytest.mark.thorough)
      for kind, mark in zip(LABS, ("\u200f", "\u2066", "\u2069"), strict=True))],
    ids=lambda value: ascii(value) if isinstance(value, str) else value.__name__)
def test_no_name_of_a_column_turns_the_text_after_it(kind, mark):
    name, count = LABS[kind]
    lab = kind()
    upload(lab, rows(count, f"{mark}hour;co{mark}unt").encode())
    assert f"Line &#x27;{ascii(mark)[1:-1]}hour;co" in lab.status.value and turned(lab) == []
    upload(lab, f"{rows(count)}\n{mark}a,b".encode())
    assert ascii(mark)[1:-1] in lab.error.value and turned(lab) == []
    columns = [[0, 2, 3], [1, -1, 1], [1, 0, 0]][:count]
    lab.set(**{name: Table(**{f"{mark}{k}": column for k, column in enumerate(columns)})})
    assert turned(lab) == []
    lab.close()


def test_all_marks_of_the_direction_are_left_out_and_no_letter():
    assert one_way(f"a{turning()}\N{HEBREW LETTER ALEF}é") == "a\N{HEBREW LETTER ALEF}é"
