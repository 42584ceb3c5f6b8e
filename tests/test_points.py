"""Own data: every kind of file and list is read as it is meant, or refused in one sentence."""

from __future__ import annotations

import codecs

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlp_widgets.data.columns import MOST, decode, parse_columns
from mlp_widgets.data.points import LEAST, MOST_DIFFERENT, XY, Points, load_points
from mlp_widgets.data.traffic import HOURS, TRAFFIC

X, Y = [0.0, 1.5, 3.0], [1.0, -2.25, 4.0]

READABLE = {
    "comma": b"0,1\n1.5,-2.25\n3,4\n",
    "comma, space": b"0, 1\n1.5, -2.25\n3, 4\n",
    "heading": b"x,y\n0,1\n1.5,-2.25\n3,4\n",
    "heading with one number": b"hour,2016\n0,1\n1.5,-2.25\n3,4\n",
    "quoted heading": b'"hour";"count"\n0;1\n1,5;-2,25\n3;4\n',
    "heading of another length": b"my counts\n0,1\n1.5,-2.25\n3,4\n",
    "semicolon, decimal comma": b"x;y\n0;1\n1,5;-2,25\n3;4\n",
    "semicolon, decimal point": b"0;1\n1.5;-2.25\n3;4\n",
    "semicolon at the end": b"0;1;\n1,5;-2,25;\n3;4;\n",
    "comma at the end": b"0,1,\n1.5,-2.25,\n3,4,\n",
    "tab": b"x\ty\n0\t1\n1,5\t-2,25\n3\t4\n",
    "spaces": b"0 1\n  1.5   -2.25\n3 4",
    "byte order mark": codecs.BOM_UTF8 + b"0,1\n1.5,-2.25\n3,4\n",
    "byte order mark and heading": codecs.BOM_UTF8 + "Stunde;Zähler\n0;1\n1,5;-2,25\n3;4".encode(),
    "Windows line ends": b"x,y\r\n0,1\r\n1.5,-2.25\r\n3,4\r\n",
    "old Mac line ends": b"0,1\r1.5,-2.25\r3,4",
    "empty lines": b"\n\n0,1\n\n1.5,-2.25\n   \n3,4\n\n\n",
    "exponents and signs": b"0e0,+1\n15e-1,-.225e1\n3.,4",
    "real minus signs": "0,1\n1.5,−2.25\n3,4\n".encode(),
    "a real minus sign first": "1.5,−2.25\n0,1\n3,4\n".encode(),
    "quotation marks": b'"0","1"\n"1.5","-2.25"\n"3","4"\n',
    "comments": b"# counted by hand\n0,1\n1.5,-2.25 # at night\n#2,2\n3,4\n",
    "comment and heading": b"# counted by hand\nx,y\n0,1\n1.5,-2.25\n3,4\n",
    "not sorted": b"3,4\n0,1\n1.5,-2.25\n",
}
REFUSED = {
    "one column": (b"y\n1\n2\n3\n", "line 2 has 1 column ('1'); two are needed: x and y"),
    "three columns": (b"0,1,2\n3,4,5\n6,7,8\n", "line 1 has 3 columns ('0,1,2')"),
    "a longer line": (b"0,1\n1,2\n2,3,4\n3,4\n", "line 3 has 3 columns"),
    "words": (b"The quick brown fox\njumped over\n", "line 2 is not two numbers: 'jumped over'"),
    "prose": (b"Dear diary,\ntoday I counted cars.\n", "line 2 has 4 columns"),
    "a word below": (b"0,1\n1,2\n2,many\n", "line 3 is not two numbers: '2,many'"),
    "an empty cell": (b"0,1\n1,2\n2,\n", "line 3 has 1 column"),
    "NaN": (b"0,1\n1,nan\n2,3\n", "point 2 is (1.0, nan); every number must be finite"),
    "infinity": (b"0,1\n1,2\n-inf,3\n", "point 3 is (-inf, 3.0); every number must be finite"),
    "too large for a float": (b"0,1\n1,2\n2,1e999\n", "point 3 is (2.0, inf)"),
    "two points": (b"x,y\n0,1\n1,2\n", "at least 3 points are needed, got 2"),
    "a heading alone": (b"x,y\n", "the file has no numbers below its heading 'x,y'"),
    "nothing": (b"", "the file is empty: it has no line of numbers"),
    "comments alone": (b"# x,y\n\n", "the file is empty: it has no line of numbers"),
    "dates": (b"day,y\n2016-05-08,1\n", "line 2 is not two numbers: '2016-05-08,1'; dates and "
              "times must be written as numbers, such as hours"),
    "times": (b"time;y\n12:30;1\n", "line 2 is not two numbers: '12:30;1'; dates and times"),
    "thousands": (b"x;y\n1.234,5;6\n", "write numbers without a sign between the thousands"),
    "100 columns": (b",".join([b"1"] * 100), "line 1 has 100 columns ('1,1,1,1,1,1,1,1,1,1,1,1,"
                    "1,1,1,…'); two are needed: x and y"),
    "huge": (b"0,1\n1,2\n2,1e10\n", "point 3 is (2, 1e+10); at most 1e9 either way"),
    "binary": (bytes(range(256)), "the file is not plain text"),
    "zeros": (b"0,1\n\0\0\0\0", "the file is not plain text"),
    "UTF-16": ("0,1\n1,2\n2,3\n".encode("utf-16"), "the file is not plain text"),
    "Latin-1": ("Zähler,y\n0,1\n1,2\n2,3".encode("latin-1"), "the file is not plain text"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "the file is not plain text"),
}


def one_sentence(error) -> str:
    text = str(error.value)
    assert text and "\n" not in text and len(text) < 250
    return text


@pytest.mark.parametrize("kind", READABLE)
def test_a_file_is_read(kind, tmp_path):
    path = tmp_path / "counts.csv"
    path.write_bytes(READABLE[kind])
    for source in (path, str(path)):
        points = load_points(source)
        assert (points.x.tolist(), points.y.tolist()) == (X, Y)
        assert points.source == points.name == str(path) and points.own


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_is_refused(kind, tmp_path):
    content, sentence = REFUSED[kind]
    path = tmp_path / "counts.csv"
    path.write_bytes(content)
    with pytest.raises(ValueError) as error:
        load_points(path)
    assert sentence in one_sentence(error)


def test_a_missing_file_is_named():
    with pytest.raises(ValueError) as error:
        load_points("no such.csv")
    assert one_sentence(error) == "there is no file 'no such.csv' beside the notebook"


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(ValueError) as error:
        load_points(tmp_path)
    assert one_sentence(error) == f"{str(tmp_path)!r} is a folder; give the name of a text file"


@pytest.mark.parametrize(
    "values",
    [
        (X, Y),
        (tuple(X), tuple(Y)),
        [X, Y],
        (np.array(X), np.array(Y)),
        np.array([X, Y]),
        np.column_stack([X, Y]),
        (range(3), [1, 2, 3]),
        (np.array([0, 1, 2], np.int8), np.array([1, 2, 3], np.float32)),
    ],
    ids=["lists", "tuples", "list of lists", "arrays", "one array", "a row a point", "range",
         "other dtypes"],
)
def test_sequences_are_read(values):
    points = load_points(values)
    assert points.x.dtype == points.y.dtype == np.float64
    x, y = values if len(values) == 2 else zip(*values, strict=True)
    assert points.x.tolist() == list(x) and points.y.tolist() == list(y)
    assert points.own and points.name == "own data"
    assert load_points(points.source).y.tolist() == points.y.tolist()


@pytest.mark.parametrize(("values", "sentence"), [
    ((X, Y[:2]), "x and y must have as many numbers each, got 3 and 2"),
    (([0, 1, 2], np.array(["2016-05-08"] * 3, "M8[D]")), "y must be a list of numbers"),
    (([0, 1], [1, 2]), "at least 3 points"),
    (([], []), "at least 3 points"),
    (([0, 1, 2], [1, 2, float("nan")]), "point 3 is (2.0, nan)"),
    (([0, 1, float("-inf")], [1, 2, 3]), "point 3 is (-inf, 3.0)"),
    (([0, 1, 2], ["a", "b", "c"]), "y must be a list of numbers"),
    (([0, 1, [2, 3]], [1, 2, 3]), "x must be a list of numbers"),
    (([0, 1, None], [1, 2, 3]), "point 3 is (nan, 3.0)"),
    (([0, 1, 2j], [1, 2, 3]), "x must be a list of numbers"),
    ((np.array([0, 1, 2j]), [1, 2, 3]), "x must be a list of numbers"),
    (([0, 1, 10**400], [1, 2, 3]), "x must be a list of numbers"),
    (([[0, 1, 2]], [[1, 2, 3]]), "x must be a flat list of numbers, got shape (1, 3)"),
    ((1, 2), "x must be a flat list of numbers, got shape ()"),
    (([0, 1, 2], [1, 2, 2e9]), "point 3 is (2, 2e+09); at most 1e9"),
    (5, "data must be one of 'all days', 'weekday', 'weekend'"),
    (None, "data must be one of"), (True, "data must be one of"), (X, "data must be one of"),
    ({}, "data must be one of"), (np.ones((3, 3)), "data must be one of"),
    ("", "data must be one of"), ("holiday", "there is no file 'holiday'"),
    ("a\0b", "a file name can't hold the character of code 0"),
    ("holiday" * 10_000, "File name too long"),
    ((list(range(MOST_DIFFERENT + 1)),) * 2, "at most 300 different x, got 301"),
    (([0.0] * (MOST + 1),) * 2, "at most 100000 points can be shown, and x has 100001"),
])
def test_other_values_are_refused(values, sentence):
    with pytest.raises(ValueError) as error:
        load_points(values)
    assert sentence in one_sentence(error)


def test_as_much_as_is_allowed():
    assert len(load_points((np.arange(MOST_DIFFERENT),) * 2).x) == MOST_DIFFERENT
    assert len(load_points((np.arange(MOST) % 7,) * 2).x) == MOST
    assert len(load_points((range(LEAST),) * 2).x) == LEAST


@pytest.mark.parametrize("name", TRAFFIC)
def test_the_measured_means(name):
    points = load_points(name)
    assert (points.x == HOURS).all() and points.y.tolist() == list(TRAFFIC[name])
    assert not points.own and points.name == points.source == name
    assert len(points.x) == 24


def test_points_stay_as_they_are():
    points = load_points("weekday")
    assert load_points(points) is points


def test_every_all_days_mean_lies_between_the_kinds_of_day():
    # a typing error in the table would stand out: all days are 5 weekdays and 2 of the weekend
    weighted = (5 * np.array(TRAFFIC["weekday"]) + 2 * np.array(TRAFFIC["weekend"])) / 7
    np.testing.assert_allclose(TRAFFIC["all days"], weighted, atol=0.03)


NUMBERS = st.floats(-1e9, 1e9)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=3, max_size=30), st.sampled_from(",;\t "))
def test_what_is_written_is_read(rows, separator):
    text = "\n".join(f"{a!r}{separator}{b!r}" for a, b in rows)
    columns = parse_columns(text, XY)
    assert list(zip(*columns.lists, strict=True)) == rows
    points = load_points(columns)
    assert (np.diff(points.x) >= 0).all()
    assert sorted(zip(points.x, points.y, strict=True)) == sorted(rows)


@given(st.binary(max_size=200))
def test_no_bytes_bring_another_error(content):
    try:
        points = load_points(parse_columns(decode(content, XY), XY))
    except ValueError as error:
        assert "\n" not in str(error)
    else:
        assert isinstance(points, Points) and np.isfinite([points.x, points.y]).all()


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "counts.csv").write_text("0,1\n1,2\n2,3\n")
    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(ValueError) as error:
        load_points(tmp_path / "counts.csv")
    assert "can't be read: Permission denied" in one_sentence(error)
