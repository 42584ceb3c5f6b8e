"""Every lab of the registry: its state as call and code, loaded into another lab of its kind.

Everything else is refused in one sentence.

Nothing here knows a certain lab but the tests of the data sets.
"""

from __future__ import annotations

import builtins
import inspect
import json
import math
import random
import string
import zlib
from dataclasses import fields
from pathlib import Path

import ipywidgets as widgets
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_labs import (
    CHOICES,
    EACH_LAB,
    SLIDERS,
    anywhere,
    canvases,
    forget_the_path,
    of_kind,
    shown_values,
)
from test_panel import live_widgets, text_of

from mlp_widgets import LABS, OneNeuronLab, ThreeNeuronLab
from mlp_widgets.lectures.traffic_data import TRAFFIC
from mlp_widgets.widgets import share
from mlp_widgets.widgets.share import DATA_SETS, LONGEST, arguments_from, arguments_of, state_code

MOVES = 12
LETTERS = string.ascii_letters + string.digits + "-_."
OWN = ([20.0, 22.5, 24.0, 30.0], [1.0, 4.25, 5.0, 3.0])


def wander(lab, seed: int) -> None:
    """Some moves of sliders, choices and boxes; what a lab refuses changes nothing."""
    draw = random.Random(seed)
    for _ in range(MOVES):
        control = draw.choice(of_kind(lab, *SLIDERS, *CHOICES, widgets.Checkbox))
        if isinstance(control, SLIDERS):
            control.value = anywhere(control, draw)
        elif isinstance(control, CHOICES):
            control.value = draw.choice(control._options_values)
        else:
            control.value = not control.value


def check_same(lab, source) -> None:
    """Both labs have the same state, controls and pictures."""
    assert repr(lab) == repr(source) and lab.code == source.code
    assert shown_values(lab) == shown_values(source)
    for one in (lab, source):
        forget_the_path(one)
    assert len(canvases(lab)) == len(canvases(source)) > 0
    for ours, theirs in zip(canvases(lab), canvases(source), strict=True):
        for picture, other in zip(ours.pictures, theirs.pictures, strict=True):
            assert (picture.render() == other.render()).all(), picture


def first_argument(kind: type) -> str:
    return next(iter(inspect.signature(kind).parameters))


def code_of(content: object, kind: type, version: str = "1") -> str:
    """A code with a right checksum of anything, also of what is no state."""
    if not isinstance(content, bytes):
        content = json.dumps(content).encode()
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = share._letters(packer.compress(content) + packer.flush())
    return share._with_check(f"{kind.__name__}.{version}.{packed}")


def check_refused(lab, text: str) -> str:
    """The text is refused from code and by the button, in one sentence, which is returned."""
    before, seen = lab.state, (repr(lab), lab.code, shown_values(lab))
    with pytest.raises((ValueError, ArithmeticError)) as caught:
        lab.load(text)
    lab.share.toggle.value = True
    lab.share.text.value = text
    load_button(lab).click()
    said = text_of(lab.error)
    assert said == str(caught.value)
    assert 20 < len(said) < 500 and "\n" not in said and "Error" not in said, said
    for part in ("<script", "<img", "<b>"):
        assert part not in lab.error.value and part not in lab.status.value
    assert lab.share.text.value == text  # it can be mended
    assert lab.state is before and (repr(lab), lab.code, shown_values(lab)) == seen
    return said


def load_button(lab) -> widgets.Button:
    return next(b for b in of_kind(lab, widgets.Button) if "mlp-load-button" in b._dom_classes)


# --- what is sent arrives ---


@EACH_LAB
@pytest.mark.parametrize("seed", range(3))
def test_a_state_arrives_by_call_and_by_code(name, make, seed):
    source, lab, other = make(name), make(name), make(name)
    wander(source, seed)
    wander(lab, 100 + seed)
    wander(other, 200 + seed)
    lab.load(repr(source))
    other.load(f"  {state_code(source)}\n")
    for loaded in (lab, other):
        assert text_of(loaded.status) == "State loaded. " + source.describe()
        check_same(loaded, source)


@EACH_LAB
def test_the_arguments_make_a_new_lab_of_the_same_state(name, make):
    source, kind = make(name), LABS[name]
    wander(source, 7)
    for text in (repr(source), source.code):
        check_same(make(name, **{**arguments_from(text, kind), "scale": 0.5}), source)


@EACH_LAB
def test_every_argument_but_scale_is_a_field_of_the_state(name, make):
    lab = make(name)
    names = set(inspect.signature(LABS[name]).parameters) - {"scale"}
    assert names == set(arguments_of(lab)) == {field.name for field in fields(lab.state)}


@EACH_LAB
def test_what_is_not_named_gets_its_default(name, make):
    fresh, lab = make(name), make(name)
    for text in (f"{LABS[name].__name__}()", fresh.code, code_of({}, LABS[name])):
        wander(lab, 3)
        lab.load(text)
        check_same(lab, fresh)


@EACH_LAB
def test_codes_are_short_and_plain(name, make):
    lab = make(name)
    assert len(lab.code) < 50 and lab.code.startswith(f"{LABS[name].__name__}.1.")
    wander(lab, 5)
    assert len(lab.code) < 450 and set(lab.code) <= set(LETTERS)


@EACH_LAB
def test_scale_stays_that_of_the_lab(name, make):
    lab = make(name)
    lab.load(f"{LABS[name].__name__}(scale=8.0)")
    lab.load(code_of({"scale": 4}, LABS[name]))
    assert lab.scale == 0.5


@EACH_LAB
def test_a_loaded_state_is_one_step_for_undo(name, make):
    first, second, lab = make(name), make(name), make(name)
    wander(first, 1)
    wander(second, 2)
    before = lab.state
    for source in (first, second):  # at once one after the other: still two steps
        lab.load(source.code)
    lab.undo()
    assert all(getattr(lab.state, n) == getattr(first.state, n) for n in lab.undoable)
    lab.undo()
    assert all(getattr(lab.state, n) == getattr(before, n) for n in lab.undoable)
    lab.undo()
    assert text_of(lab.status) == "Nothing to undo."


# --- the row at the foot ---


@EACH_LAB
def test_the_row_is_folded_and_then_costs_nothing(name, make, monkeypatch):
    lab = make(name)
    monkeypatch.setattr(share, "state_code", lambda _: pytest.fail("a code nobody sees"))
    monkeypatch.setattr(type(lab), "__repr__", lambda _: pytest.fail("a call nobody sees"))
    assert lab.share.rows.children == () and lab.share.rows.layout.display == "none"
    wander(lab, 0)
    monkeypatch.undo()
    assert lab.widget.children[-2:] == (lab.error, lab.share.widget)
    lab.share.toggle.value = True
    lab.share.toggle.value = False
    assert lab.share.rows.layout.display == "none"
    lab.share.toggle.value = True
    assert lab.share.rows.layout.display is None
    assert len(lab.share.rows.children) == 4


@EACH_LAB
def test_open_fields_follow_every_move(name, make):
    lab = make(name)
    lab.share.toggle.value = True
    for seed in range(3):
        assert (lab.share.call.value, lab.share.code.value) == (repr(lab), lab.code)
        wander(lab, seed)
    lab.share.toggle.value = False
    old = lab.share.call.value
    lab.reset()
    assert lab.share.call.value == old != repr(lab)
    lab.share.toggle.value = True
    assert (lab.share.call.value, lab.share.code.value) == (repr(lab), lab.code)


@EACH_LAB
@pytest.mark.parametrize("by_enter", [False, True])
def test_button_and_enter_load(name, make, by_enter):
    source, lab = make(name), make(name)
    wander(source, 4)
    lab.share.toggle.value = True
    check_refused(lab, "rubbish")
    lab.share.text.value = source.code
    if by_enter:
        lab.share.text._handle_custom_msg({"event": "submit"}, [])
    else:
        load_button(lab).click()
    assert (text_of(lab.error), lab.share.text.value) == ("", "")
    check_same(lab, source)
    assert text_of(lab.status).startswith("State loaded. ")
    load_button(lab).click()
    assert text_of(lab.error) == "put a constructor call or a short code into the field first"


@EACH_LAB
def test_every_field_has_a_name_and_a_class(name, make):
    lab = make(name)
    lab.share.toggle.value = True
    found = {css for w in of_kind(lab, widgets.Text, widgets.ToggleButton, widgets.Button)
             for css in w._dom_classes if w.description}  # fmt: skip
    assert {"mlp-share", "mlp-share-call", "mlp-share-code", "mlp-load",
            "mlp-load-button"} <= found  # fmt: skip


@EACH_LAB
def test_a_closed_lab_leaves_nothing_of_an_open_row(name):
    before = live_widgets()
    lab = LABS[name](scale=0.5)
    lab.share.toggle.value = True
    lab.close()
    assert live_widgets() == before


# --- what is refused ---

CALLS = {
    "nothing": "",
    "blanks": " \t\n ",
    "a word": "hello",
    "a megabyte": "x" * 1_000_000,
    "a megabyte of a call": "{kind}({first}=" + "1" * 1_000_000 + ")",
    "a name alone": "{kind}",
    "an open call": "{kind}(",
    "too many ends": "{kind}())",
    "no value": "{kind}({first}=)",
    "a value without name": "{kind}(1.0)",
    "a value after another": "{kind}({first}=1 2)",
    "two arguments without comma": "{kind}({first}=1 scale=2)",
    "an unknown name": "{kind}(colour=1)",
    "a name twice": "{kind}({first}=1, {first}=2)",
    "NaN": "{kind}({first}=nan)",
    "infinity": "{kind}({first}=inf)",
    "a float beyond the largest": "{kind}({first}=1e999)",
    "minus the same": "{kind}({first}=-1e999)",
    "a huge int": "{kind}({first}=1" + "0" * 400 + ")",
    "a still larger int": "{kind}({first}=" + "9" * 30_000 + ")",
    "a complex number": "{kind}({first}=1j)",
    "a list for a number": "{kind}({first}=[1, 2])",
    "a text for a number": "{kind}({first}='1')",
    "None for a number": "{kind}({first}=None)",
    "True for a number": "{kind}({first}=True)",
    "a dict": "{kind}({first}={{1: 2}})",
    "a set": "{kind}({first}={{1, 2}})",
    "bytes": "{kind}({first}=b'1')",
    "an f-string": "{kind}({first}=f'{{1 + 1}}')",
    "a sum": "{kind}({first}=1 + 1)",
    "a long sum": "{kind}({first}=1" + " + 1" * 10_000 + ")",
    "a chain of signs": "{kind}({first}=" + "-" * 20_000 + "1)",
    "a chain of nots": "{kind}({first}=" + "not " * 10_000 + "1)",
    "a chain of calls": "{kind}" + "()" * 20_000,
    "a chain of indices": "{kind}({first}=a" + "[0]" * 10_000 + ")",
    "a chain of dots": "{kind}({first}=a" + ".a" * 10_000 + ")",
    "a chain of powers": "{kind}({first}=9" + "**9" * 10_000 + ")",
    "deep brackets": "{kind}({first}=" + "(" * 20_000 + ")" * 20_000 + ")",
    "deep open brackets": "{kind}({first}=" + "[" * 40_000,
    "a call inside": "{kind}({first}=print(1))",
    "a lab inside": "{kind}({first}={kind}())",
    "a comprehension": "{kind}({first}=[x for x in (1, 2)])",
    "a lambda": "{kind}({first}=lambda: 1)",
    "a walrus": "{kind}({first}=(a := 1))",
    "a star": "{kind}(*[1])",
    "two stars": "{kind}(**dict(scale=1))",
    "two stars and a name": "{kind}({first}=1, **{{'scale': 1}})",
    "an import": "__import__('os').system('true')",
    "an import as a value": "{kind}({first}=__import__('os').getpid())",
    "another function": "print({first}=1)",
    "a method": "mlp_widgets.{kind}({first}=1)",
    "two statements": "{kind}(); {kind}()",
    "two lines": "{kind}()\n{kind}()",
    "an assignment": "lab = {kind}()",
    "a comment": "{kind}() # more",
    "a null byte": "{kind}({first}=1\0)",
    "a backslash": "{kind}(\\\n{first}=1)",
    "an escape": "{kind}(view='\\x41')",
    "other quotes": "{kind}(activation=“relu”)",
    "another script": "{kind}(activation='ρelu')",
    "a lone surrogate": "{kind}({first}='\ud800')",
    "HTML": "<img src=x onerror=alert(1)>",
    "HTML as an argument": "{kind}(activation='<script>alert(1)</script>')",
    "HTML as a name": "{kind}(<b>=1)",
    "a long word": "{kind}(activation='" + "a" * 1000 + "')",
    "an unknown word": "{kind}(activation='step')",
    "JSON": '{{"{first}": 1}}',
    "points only": "...",
    "a code of nothing": "{kind}.1.",
    "a code of dots": "{kind}" + "." * 1000,
}


@EACH_LAB
def test_other_calls_are_refused_in_a_sentence(name, make):
    lab, kind = make(name), LABS[name]
    wander(lab, 11)
    for what, form in CALLS.items():
        text = form.format(kind=kind.__name__, first=first_argument(kind))
        if text.strip():
            assert check_refused(lab, text), what
        else:
            with pytest.raises(ValueError, match="neither a call"):
                lab.load(text)
    lab.load(repr(make(name)))  # and the lab still works
    assert text_of(lab.error) == ""


CODES = {
    "no object": [1],
    "a number": 1,
    "nothing": None,
    "an unknown name": {"colour": 1},
    "HTML as a name": {"<script>alert(1)</script>": 1},
    "a long name": {"a" * 10_000: 1},
    "an object in it": {"activation": {"a": 1}},
    "HTML": {"activation": "<img src=x onerror=alert(1)>"},
    "another script": {"activation": "ρelu"},
    "a lone surrogate": {"activation": "\ud800"},
    "a null byte": {"activation": "relu\0"},
    "NaN": {"learning_rate": math.nan},
    "infinity": {"learning_rate": math.inf},
    "out of range": {"learning_rate": -1},
    "a huge int": {"learning_rate": 10**400},
    "null": {"learning_rate": None},
    "a deep list": {"learning_rate": [[[[[[1]]]]]]},
    "a text for a number": {"learning_rate": "1"},
    "two values of one name": b'{"learning_rate":1,"learning_rate":2}',
    "no JSON": b"\xff\xfe",
    "half of it": b'{"learning_rate":',
    "something behind it": b'{"learning_rate":1}{}',
    "deep JSON": b"[" * 90_000,
    "a bomb": b" " * 30_000_000 + b"{}",
    "a bomb in a text": b'{"activation":"' + b"a" * 10_000_000 + b'"}',
    "an int of 50,000 digits": b'{"learning_rate":' + b"9" * 50_000 + b"}",
    "1e999": b'{"learning_rate":1e999}',
}


@EACH_LAB
def test_other_codes_are_refused_in_a_sentence(name, make):
    lab = make(name)
    for what, content in CODES.items():
        text = code_of(content, LABS[name])
        assert len(text) < LONGEST, what  # it is refused for what it holds
        assert check_refused(lab, text), what


@EACH_LAB
def test_altered_and_cut_codes_are_refused(name, make):
    lab, draw = make(name), random.Random(0)
    wander(lab, 2)
    code = lab.code
    for end in range(len(code)):
        with pytest.raises(ValueError):
            arguments_from(code[:end], LABS[name])
    for _ in range(300):
        place = draw.randrange(len(code))
        other = draw.choice([c for c in LETTERS if c != code[place]])
        with pytest.raises(ValueError):
            arguments_from(code[:place] + other + code[place + 1 :], LABS[name])
    for altered in (code[:-1], code + "A", code.swapcase(), code.replace(".1.", ".2."),
                    code + "." + code, code.replace(".", "..", 1)):  # fmt: skip
        check_refused(lab, altered)


def test_a_payload_is_strict_base64url_of_one_whole_stream(make):
    lab = make("one_neuron")
    payload = lab.code.split(".")[2]
    packed = share.base64.urlsafe_b64decode(payload + "==")
    assert share._with_check(f"OneNeuronLab.1.{payload}") == lab.code
    for wrong in (packed[:-1], packed + b"x", packed + packed, b"", b"x", zlib.compress(b"{}")):
        check_refused(lab, share._with_check(f"OneNeuronLab.1.{share._letters(wrong)}"))
    for wrong in (payload + "==", payload + " ", "+" + payload, payload + "A" * 3, "A"):
        check_refused(lab, share._with_check(f"OneNeuronLab.1.{wrong}"))


@EACH_LAB
def test_a_code_of_another_version_says_so(name, make):
    said = check_refused(make(name), code_of({}, LABS[name], "2"))
    assert "version 2" in said and "mlp_widgets" in said


@EACH_LAB
def test_a_state_of_another_lab_is_refused_by_its_name(name, make):
    lab = make(name)
    for other, kind in LABS.items():
        if other != name:
            source = make(other)
            for text in (repr(source), source.code):
                said = check_refused(lab, text)
                assert kind.__name__ in said and LABS[name].__name__ in said


def test_only_a_text_is_read():
    for wrong in (None, 3, b"OneNeuronLab()", ["OneNeuronLab()"]):
        with pytest.raises(ValueError, match="from a text, got"):
            arguments_from(wrong, OneNeuronLab)


def test_the_sentences_name_what_is_wrong(make):
    lab = make("one_neuron")
    for text, part in {
        "OneNeuronLab(w=1, w=2)": "'w' is given twice",
        "OneNeuronLab(v=1)": "has no argument 'v'; it has w, x, y",
        "OneNeuronLab(1)": "every value needs its name, such as OneNeuronLab(w=1.5)",
        "OneNeuronLab(w=inf)": "the value of w must be a number",
        "OneNeuronLab(w=1e999)": "w must hold finite numbers only",
        "OneNeuronLab(w=1e31)": "w must be a number from",
        "OneNeuronLab(w='1')": "w must not be a text, got '1'",
        "OneNeuronLab(activation='step')": "unknown activation 'step'; known are",
        "OneNeuronLab(w=eval('1'))": "has no place in it",
        "OneNeuronLab(w=“1”)": "some programs change quotation marks",
        "x" * 60_000: "at most 50,000 characters, got 60,000",
        lab.code[:-3]: "copy it again as a whole",
    }.items():
        assert part in check_refused(lab, text)


# --- nothing is evaluated, no file is opened ---


@EACH_LAB
def test_nothing_is_evaluated(name, make, monkeypatch, tmp_path):
    lab, kind, first = make(name), LABS[name].__name__, first_argument(LABS[name])
    ran = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(builtins, "side_effect", lambda *_: ran.append(1) or 1.0, raising=False)
    for form in ("{k}({f}=side_effect())", "side_effect()", "{k}({f}=[side_effect()])",
                 "{k}(*side_effect())", "{k}(**side_effect())", "side_effect()({f}=1)",
                 "{k}({f}=1, scale=side_effect())", "{k}({f}=f'{{side_effect()}}')",
                 "{k}({f}=open('made', 'w'))",
                 "{k}({f}=__import__('pathlib').Path('made').touch())"):  # fmt: skip
        check_refused(lab, form.format(k=kind, f=first))
    assert ran == [] and list(tmp_path.iterdir()) == []
    assert eval("side_effect()") == 1.0 and ran == [1]  # it would have been seen


@EACH_LAB
def test_only_known_arguments_may_be_texts_of_a_wider_kind(name):
    """An argument that is neither a number nor one of a list of words might name a file."""
    for parameter in inspect.signature(LABS[name]).parameters.values():
        known = {"float", "int", "bool", "str", "float | None"}
        is_list = parameter.annotation.startswith("Sequence[")
        assert parameter.annotation in known or is_list or parameter.name in DATA_SETS


def test_the_data_sets_of_the_traffic_lab_are_known():
    assert {"data": tuple(TRAFFIC)} == DATA_SETS


@pytest.mark.parametrize("file", ["own.csv", "./own.csv", "own data", "/etc/passwd", ""])
def test_a_loaded_state_opens_no_file(make, monkeypatch, tmp_path, file):
    for known in ("own.csv", "own data"):
        (tmp_path / known).write_text("x,y\n1,2\n2,3\n3,5\n")
    monkeypatch.chdir(tmp_path)
    lab = make("three_neuron")
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} was opened"))
    for text in (f"ThreeNeuronLab(data={file!r})", code_of({"data": file}, ThreeNeuronLab)):
        assert "opens no file" in check_refused(lab, text)
    for text in ("ThreeNeuronLab(data=['own.csv', 'own.csv'])", "ThreeNeuronLab(data=None)",
                 "ThreeNeuronLab(data=([1, 2, 3], ['a', 'b', 'c']))"):  # fmt: skip
        check_refused(lab, text)


# --- own data ---


def test_own_points_and_what_is_chosen_for_them_arrive(make):
    labs = [make("three_neuron", **start) for start in ({}, {"data": OWN, "hour": 22.5})]
    for options in ({"data": OWN}, {"data": OWN, "hour": 24.0}, {"data": "weekend", "hour": 3.0},
                    {"data": OWN, "hour": 8.0}, {"hour": 100.0}, {"data": "weekday"}):
        source = make("three_neuron", **options)
        for lab in labs:
            for text in (repr(source), source.code):
                lab.load(text)
                assert repr(lab) == repr(source) and shown_values(lab) == shown_values(source)
            check_same(lab, source)


def test_a_lab_keeps_what_it_knows_of_its_data(make):
    lab = make("three_neuron", data=OWN)
    points, before = lab.state.data, lab.code
    lab.w11 = 0.123
    best = lab.best
    lab.load(before)
    assert lab.state.data is points and lab.best == best is not None
    lab.undo()
    assert lab.w11 == 0.123


def test_the_points_of_a_file_travel_in_the_code(make, monkeypatch, tmp_path):
    file = tmp_path / "zähl \\ung's.csv"
    file.write_text("\n".join(f"{x},{y}" for x, y in zip(*OWN, strict=True)))
    source, lab = make("three_neuron", data=str(file)), make("three_neuron")
    lab.load(source.code)
    assert repr(lab) == repr(make("three_neuron", data=OWN))
    assert lab.code == source.code
    check_refused(lab, repr(source))
    source.load(lab.code)  # its own points: it still knows their file
    assert source.state.data.source == str(file)


def test_too_many_points_for_a_code_are_told_and_do_no_harm(make):
    draw = random.Random(0)
    many = [float(k % 300) for k in range(20_000)], [draw.random() for _ in range(20_000)]
    lab = make("three_neuron", data=many)
    with pytest.raises(ValueError, match="too many points for a code"):
        lab.code  # noqa: B018
    lab.share.toggle.value = True
    assert (lab.share.call.value, lab.share.code.value) == ("", "")
    assert "too many points" in lab.share.code.placeholder
    lab.w11 = 0.25
    assert text_of(lab.error) == ""
    lab.data = "weekend"
    assert (lab.share.call.value, lab.share.code.value) == (repr(lab), lab.code)
    assert lab.share.code.placeholder == ""


# --- anything at all ---


def refused_or_known(text: str, kind: type) -> None:
    try:
        found = arguments_from(text, kind)
    except ValueError as error:
        assert type(error) is ValueError and 20 < len(str(error)) < 500 and "\n" not in str(error)
        assert str(error).encode()
    else:
        assert set(found) <= set(inspect.signature(kind).parameters)


KINDS = st.sampled_from(list(LABS.values()))
PIECES = st.sampled_from(["OneNeuronLab", "(", ")", "w", "=", "1", "'a'", ",", "-", "[", "]", "1e9",
                          "None", "x", " ", ".", "f'", '"', "\\", "*", "{", "\0", "é"])  # fmt: skip


@given(st.text(), KINDS)
def test_any_text(text, kind):
    refused_or_known(text, kind)
    refused_or_known(f"{kind.__name__}({text})", kind)
    refused_or_known(f"{kind.__name__}.1.{text}", kind)


@settings(max_examples=300)
@given(st.lists(PIECES).map("".join))
def test_any_pieces_of_a_call(text):
    refused_or_known(text, OneNeuronLab)
    refused_or_known(f"OneNeuronLab({text})", OneNeuronLab)


@given(st.binary(), KINDS)
def test_any_bytes(content, kind):
    refused_or_known(content.decode("latin-1"), kind)
    refused_or_known(code_of(content, kind), kind)  # packed
    refused_or_known(share._with_check(f"{kind.__name__}.1.{share._letters(content)}"), kind)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from(["relu", "weekday", "none", 0, 1, 2, 0.5, 20]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner,
                                                                max_size=2),
    max_leaves=6,
)  # fmt: skip


@EACH_LAB
def test_any_values_are_loaded_or_refused(name, make):
    lab, kind = make(name), LABS[name]
    names = st.sampled_from(list(inspect.signature(kind).parameters))

    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(st.dictionaries(names, VALUES, min_size=1, max_size=3))
    def check(arguments):
        before = lab.state
        try:
            lab.load(code_of(arguments, kind))
        except (ValueError, ArithmeticError) as error:
            assert lab.state is before and str(error)
        else:
            assert arguments_from(repr(lab), kind)

    check()
    lab.reset()
    check_same(lab, make(name))
