"""A lab's state as call and as code: what is sent arrives, and all else is refused in a sentence.

Nothing is evaluated, nothing nests deeply, nothing is huge, and no file is opened.
"""

from __future__ import annotations

import base64
import builtins
import json
import math
import random
import re
import string
import zlib
from pathlib import Path

import ipywidgets as widgets
import pytest
from any_state import OWN, same
from hypothesis import given, settings
from hypothesis import strategies as st
from lab_tools import (
    CHOICES,
    EACH_LAB,
    KINDS,
    SLIDERS,
    as_new,
    check_same,
    find,
    of_kind,
    text_of,
    with_class,
)

from mlp_widgets import saved_state
from mlp_widgets.fields import (
    Choice,
    Number,
    Parsed,
    Place,
    Several,
    Switch,
    Typed,
    arguments,
    declared,
)
from mlp_widgets.saved_state import LONGEST, arguments_from, state_from
from mlp_widgets.widgets import share as share_module

LETTERS = string.ascii_letters + string.digits + "-_."
POINTS = OWN["data"][0]


def wander(lab, seed: int) -> None:
    """Some moves of sliders and choices; what a lab refuses changes nothing."""
    draw = random.Random(seed)
    for _ in range(6):
        control = draw.choice(of_kind(lab, *SLIDERS, *CHOICES))
        if isinstance(control, SLIDERS):
            control.value = draw.randint(control.min, control.max)
        else:
            control.value = draw.choice(control._options_values)


def title(name: str) -> str:
    return KINDS[name].__name__


def state_of(name: str):
    return KINDS[name].state_type


def with_check(body: str) -> str:
    """A text with the right checksum behind it."""
    crc = zlib.crc32(body.encode("ascii")).to_bytes(4, "big")
    return f"{body}.{letters(crc)}"


def letters(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode("ascii").rstrip("=")


def code_with(content: object, name: str, version: str = "1") -> str:
    """A code with a right checksum of anything, also of what is no state."""
    if not isinstance(content, bytes):
        content = json.dumps(content).encode()
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = letters(packer.compress(content) + packer.flush())
    return with_check(f"{title(name)}.{version}.{packed}")


def refusal(name: str, text: object) -> str:
    """The one sentence with which a text is refused."""
    with pytest.raises(ValueError) as caught:
        state_from(text, title(name), state_of(name)())
    said = str(caught.value)
    assert 20 < len(said) < 500 and "\n" not in said and "Error" not in said, said
    assert said.encode()
    return said


# --- what is sent arrives ---


@EACH_LAB
def test_a_state_arrives_by_call_and_by_code(name, unseen):
    lab = unseen(name)
    wander(lab, 1)
    sent, call, code = lab.state, repr(lab), lab.code
    assert len(code) < 450 and set(code) <= set(LETTERS)
    for text in (call, f"  {code}\n"):
        wander(lab, 2)
        assert not same(lab.state, sent)
        lab.load(text)
        assert same(lab.state, sent) and (repr(lab), lab.code) == (call, code)
        assert text_of(lab.status) == f"State loaded. {lab.describe()}"
    lab.load(f"{title(name)}(scale=8.0)")
    assert lab.scale == 0.5 and same(lab.state, state_of(name)())
    lab.undo()
    assert lab.state.of_the_network == sent.of_the_network


@pytest.mark.parametrize("name", ["example", "three_neuron"])
def test_a_loaded_state_is_shown_as_a_new_lab_shows_it(name, kept, make):
    lab = kept(name)
    wander(lab, 1)
    text = repr(lab)
    as_new(lab)
    lab.load(text)
    check_same(lab, make(text))


@EACH_LAB
def test_a_new_lab_has_a_short_code_and_what_is_not_named_its_default(name):
    fresh, kind = state_of(name)(), title(name)
    code = saved_state.code_of(kind, fresh)
    assert len(code) < 50 and code.startswith(f"{kind}.1.")
    for text in (f"{kind}()", code, code_with({}, name), code_with({"scale": 4}, name)):
        assert state_from(text, kind, fresh) == fresh
    assert arguments_from(code, kind, state_of(name)) == {}


# --- the row at the foot ---


@EACH_LAB
def test_the_row_is_folded_and_then_costs_nothing(name, unseen, monkeypatch):
    lab = unseen(name)
    with monkeypatch.context() as watched:
        watched.setattr(share_module, "code_of", lambda *_: pytest.fail("a code nobody sees"))
        watched.setattr(type(lab), "__repr__", lambda _: pytest.fail("a call nobody sees"))
        wander(lab, 0)
        assert lab.share.rows.layout.display == "none"
    assert find(lab, "mlp-share-rows") is lab.share.rows
    lab.share.toggle.value = True
    assert lab.share.rows.layout.display == "" and len(lab.share.rows.children) == 4
    assert (lab.share.call.value, lab.share.code.value) == (repr(lab), lab.code)
    wander(lab, 3)
    assert (lab.share.call.value, lab.share.code.value) == (repr(lab), lab.code)
    lab.share.toggle.value = False
    old = lab.share.call.value
    lab.set(learning_rate=0.125)
    assert lab.share.call.value == old != repr(lab)
    lab.share.toggle.value = True
    assert (lab.share.call.value, lab.share.code.value) == (repr(lab), lab.code)
    found = with_class(of_kind(lab, widgets.Text, widgets.ToggleButton, widgets.Button), "mlp-")
    assert {"mlp-share", "mlp-share-call", "mlp-share-code", "mlp-load", "mlp-load-button"} <= {
        css for w in found if w.description for css in w._dom_classes}


@pytest.mark.parametrize("by_enter", [False, True])
def test_button_and_enter_load_and_a_refused_text_stays_to_be_mended(kept, by_enter):
    lab = kept("example")
    lab.share.toggle.value = True

    def press(text: str) -> str:
        lab.share.text.value = text
        if by_enter:
            lab.share.text._handle_custom_msg({"event": "submit"}, [])
        else:
            find(lab, "mlp-load-button").click()
        return text_of(lab.error)

    assert press("<b>rubbish</b>").startswith("only a call such as ExampleLab(w1=0.6), or a code ")
    assert lab.share.text.value == "<b>rubbish</b>" and "<b>" not in lab.error.value
    assert press("ExampleLab(w1=0.25)") == "" == lab.share.text.value
    assert lab.w1 == 0.25 and text_of(lab.status).startswith("State loaded. ")
    assert press("  ").startswith("only a call such as ExampleLab(w1=0.6), or a code ")
    lab.undo()
    assert lab.w1 == 0.6


# --- what is refused: one text of each kind ---

FIRST = "{kind}({first}="
CALLS = {
    "nothing": "", "a word": "hello", "a megabyte": "x" * 1_000_000, "a name alone": "{kind}",
    "an open call": "{kind}(", "too many ends": "{kind}())", "no value": FIRST + ")",
    "a value without name": "{kind}(1.0)", "two values": FIRST + "1 2)",
    "an unknown name": "{kind}(colour=1)", "a name twice": FIRST + "1, {first}=2)",
    "NaN": FIRST + "nan)", "a float beyond the largest": FIRST + "-1e999)",
    "a huge int": FIRST + "9" * 30_000 + ")", "a complex number": FIRST + "1j)",
    "a text for a number": FIRST + "'1')", "None for a number": FIRST + "None)",
    "a dict": FIRST + "{{1: 2}})", "an f-string": FIRST + "f'{{1 + 1}}')",
    "a long sum": FIRST + "1" + " + 1" * 10_000 + ")",
    "a chain of calls": "{kind}" + "()" * 20_000, "a call inside": FIRST + "print(1))",
    "deep brackets": FIRST + "(" * 20_000 + ")" * 20_000 + ")",
    "a comprehension": FIRST + "[x for x in (1, 2)])", "two stars": "{kind}(**dict(scale=1))",
    "an import": "__import__('os').system('true')", "two statements": "{kind}(); {kind}()",
    "a comment": "{kind}() # more", "a null": FIRST + "1\0)",
    "an escape": "{kind}({choice}='\\x41')", "a lone surrogate": FIRST + "'\ud800')",
    "HTML": "{kind}({choice}='<script>alert(1)</script>')",
    "a long word": "{kind}({choice}='" + "a" * 1000 + "')", "JSON": '{{"{first}": 1}}',
    "a code of nothing": "{kind}.1.",
}


def some_choice(name: str) -> str:
    """A field that takes a word; of a lab that has none, any."""
    own = declared(state_of(name))
    return next((n for n, of in own.items() if isinstance(of, Choice) or getattr(of, "texts", ())),
                next(iter(own)))


@EACH_LAB
def test_other_calls_are_refused_in_a_sentence(name):
    first = next(iter(declared(state_of(name))))
    for form in CALLS.values():
        refusal(name, form.format(kind=title(name), first=first, choice=some_choice(name)))


CODES = {
    "no object": [1], "an unknown name": {"<script>alert(1)</script>": 1},
    "an object in it": {"learning_rate": {"a": 1}}, "another script": {"learning_rate": "ρelu"},
    "NaN": {"learning_rate": math.nan}, "out of range": {"learning_rate": -1},
    "a huge int": {"learning_rate": 10**400}, "a deep list": {"learning_rate": [[[[[[1]]]]]]},
    "two of one name": b'{"learning_rate":1,"learning_rate":2}', "no JSON": b"\xff\xfe",
    "half of it": b'{"learning_rate":', "deep JSON": b"[" * 90_000,
    "a bomb": b" " * 30_000_000 + b"{}",
}


@EACH_LAB
def test_other_codes_are_refused_in_a_sentence(name):
    for what, content in CODES.items():
        text = code_with(content, name)
        assert len(text) < LONGEST, what  # it is refused for what it holds
        refusal(name, text)
    said = refusal(name, code_with({}, name, "2"))
    assert f"a code of version 1, which begins with {title(name)}.1.," in said
    assert f"got '{title(name)}.2." in said


@EACH_LAB
def test_a_state_of_another_lab_is_refused_by_its_name(name):
    for other, kind in KINDS.items():
        if other != name:
            for text in (f"{kind.__name__}()", code_with({}, other)):
                said = refusal(name, text)
                assert kind.__name__ in said and title(name) in said


def test_altered_and_cut_codes_are_refused():
    code = saved_state.code_of("OneNeuronLab", state_of("one_neuron")(w=0.3))
    draw = random.Random(0)
    for end in range(len(code)):
        refusal("one_neuron", code[:end])
    for _ in range(100):
        place = draw.randrange(len(code))
        letter = draw.choice([c for c in LETTERS if c != code[place]])
        refusal("one_neuron", code[:place] + letter + code[place + 1:])
    for altered in (code + "A", code.swapcase(), code.replace(".1.", ".2."), code + "." + code):
        refusal("one_neuron", altered)


def test_a_payload_is_strict_base64url_of_one_whole_stream():
    code = saved_state.code_of("OneNeuronLab", state_of("one_neuron")(w=0.3))
    payload = code.split(".")[2]
    packed = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    assert with_check(f"OneNeuronLab.1.{letters(packed)}") == code
    for wrong in (packed[:-1], packed + b"x", packed + packed, b"", b"x", zlib.compress(b"{}")):
        refusal("one_neuron", with_check(f"OneNeuronLab.1.{letters(wrong)}"))
    for wrong in (payload + "==", payload + " ", "+" + payload, payload + "A" * 3, "A"):
        refusal("one_neuron", with_check(f"OneNeuronLab.1.{wrong}"))


@pytest.mark.parametrize(("text", "part"), [
    (None, "which begins with OneNeuronLab.1., can be loaded here, got 'None'"),
    (b"OneNeuronLab()", "can be loaded here, got \"b'OneNeuronLab()'\""),
    ("OneNeuronLab(w=1, w=2)", "'w' is given twice"),
    ("OneNeuronLab(v=1)", "OneNeuronLab has no argument 'v'; it has w, x, y, activation, learning"),
    ("OneNeuronLab(1)", "this is no call such as OneNeuronLab(w=1.5)"),
    ("OneNeuronLab(w=eval('1'))", "what begins with \"w=eval('1')\" has no place in it"),
    ("OneNeuronLab(w=[[[[1]]]])", "with lists at most 3 deep: what begins with 'w=[[[[1]]]]' has"),
    ("OneNeuronLab(w=1 2)", "this is no call such as OneNeuronLab(w=1.5)"),
    ("OneNeuronLab(w=1e999)", "w must hold finite numbers only"),
    ("OneNeuronLab(w=1e31)", "w must be a number from −1e30 to 1e30, got 1e31"),
    ("OneNeuronLab(w='1')", "w must be a number, got '1'"),
    ("OneNeuronLab(activation='step')", "unknown activation 'step'; known are identity"),
    ("OneNeuronLab(w=“1”)", "only plain ones: some programs change quotation marks and dashes"),
    ("x" * 60_000, "a call or code has at most 50,000 characters, and only plain ones"),
    ("OneNeuronLab.1.q1Yq.AAAA", "copy it again as a whole"),
])
def test_the_sentence_names_what_is_wrong(text, part):
    assert part in refusal("one_neuron", text)


def test_a_call_may_be_written_as_people_write_it():
    found = arguments_from('TwoHiddenLab (w1_1=+1e1 ,x= - .5,others=[(1,2),(3,4.),] , '
                           'skip="a",\n y=3,)', "TwoHiddenLab", state_of("two_hidden"))
    assert found == {"w1_1": 10.0, "x": -0.5, "others": [[1, 2], [3, 4.0]], "skip": "a", "y": 3}
    assert isinstance(found["y"], int)


# --- nothing is evaluated, no file is opened ---


@EACH_LAB
def test_nothing_is_evaluated(name, monkeypatch, tmp_path):
    kind, first, ran = title(name), next(iter(declared(state_of(name)))), []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(builtins, "side_effect", lambda *_: ran.append(1) or 1.0, raising=False)
    for form in ("{k}({f}=side_effect())", "side_effect()", "{k}({f}=[side_effect()])",
                 "{k}(**side_effect())", "side_effect()({f}=1)", "{k}(scale=side_effect())",
                 "{k}({f}=f'{{side_effect()}}')", "{k}({f}=open('made', 'w'))"):
        refusal(name, form.format(k=kind, f=first))
    assert ran == [] and list(tmp_path.iterdir()) == []
    assert eval("side_effect()") == 1.0 and ran == [1]  # it would have been seen


@EACH_LAB
def test_only_known_names_are_texts(name):
    """A field that is neither a number nor one of a list of words might name a file."""
    for field, of in declared(state_of(name)).items():
        assert isinstance(of, (Number, Choice, Several, Switch, Place, Parsed, Typed)), field
        if isinstance(of, (Parsed, Typed)):
            for text in ("own.csv", "/etc/passwd", ""):
                refusal(name, f"{title(name)}({field}={text!r})")


@pytest.mark.parametrize("file", ["own.csv", "own data", "/etc/passwd", ""])
def test_a_loaded_state_opens_no_file(monkeypatch, tmp_path, file):
    for known in ("own.csv", "own data"):
        (tmp_path / known).write_text("x,y\n1,2\n2,3\n3,5\n")
    monkeypatch.chdir(tmp_path)
    state_of("three_neuron")()
    for opener in ("read_bytes", "read_text", "open"):
        monkeypatch.setattr(Path, opener, lambda path, *_: pytest.fail(f"{path} was opened"))
    for text in (f"ThreeNeuronLab(data={file!r})", code_with({"data": file}, "three_neuron")):
        assert "a loaded state opens no file: data must be 'all days' or " in refusal(
            "three_neuron", text)
    for text in ("ThreeNeuronLab(data=['own.csv', 'own.csv'])", "ThreeNeuronLab(data=None)",
                 "ThreeNeuronLab(data=([1, 2, 3], ['a', 'b', 'c']))"):
        refusal("three_neuron", text)


# --- own data ---


def test_own_points_and_what_is_chosen_for_them_arrive(unseen):
    lab, kind = unseen("three_neuron"), state_of("three_neuron")
    for options in ({"data": POINTS}, {"data": POINTS, "hour": 24.0},
                    {"data": "weekend", "hour": 3.0}, {"hour": 100.0}, {"data": "weekday"}):
        source = kind(**options)
        for text in (saved_state.call_of("ThreeNeuronLab", source, 2.0),
                     saved_state.code_of("ThreeNeuronLab", source)):
            lab.load(text)
            assert arguments(lab.state) == arguments(source)
            assert lab.state.data.contents == source.data.contents


def test_a_lab_keeps_what_it_knows_of_its_data(unseen):
    lab = unseen("three_neuron")
    lab.data = POINTS
    points, before = lab.state.data, lab.code
    lab.w11 = 0.123
    lab.load(before)
    assert lab.state.data is points
    lab.undo()
    assert lab.w11 == 0.123


def test_the_points_of_a_file_travel_in_the_code(unseen, tmp_path):
    file = tmp_path / "zähl \\ung's.csv"
    file.write_text("\n".join(f"{x},{y}" for x, y in zip(*POINTS, strict=True)))
    kind = state_of("three_neuron")
    source = kind(data=str(file))
    code = saved_state.code_of("ThreeNeuronLab", source)
    assert state_from(code, "ThreeNeuronLab", kind()).data.contents == source.data.contents
    refusal("three_neuron", saved_state.call_of("ThreeNeuronLab", source, 2.0))
    again = state_from(code, "ThreeNeuronLab", source)  # its own points: it still knows their file
    assert again.data.source == str(file)


def test_too_many_points_for_a_code_are_told_and_do_no_harm(unseen):
    draw, lab = random.Random(0), unseen("three_neuron")
    lab.set(data=([float(k % 300) for k in range(9_000)], [draw.random() for _ in range(9_000)]))
    with pytest.raises(ValueError, match="too many points for a code"):
        lab.code  # noqa: B018
    lab.share.toggle.value = True
    assert (lab.share.call.value, lab.share.code.value) == ("", "")
    assert "too many points" in lab.share.code.placeholder
    lab.data = "weekend"
    assert (lab.share.call.value, lab.share.code.value) == (repr(lab), lab.code)
    assert lab.share.code.placeholder == "" == text_of(lab.error)


# --- anything at all ---


def refused_or_known(text: str, name: str) -> None:
    try:
        found = arguments_from(text, title(name), state_of(name))
    except ValueError as error:
        assert type(error) is ValueError and 20 < len(str(error)) < 500 and "\n" not in str(error)
        assert str(error).encode()
    else:
        assert set(found) <= {*declared(state_of(name)), "scale"}


NAMES = st.sampled_from(list(KINDS))
PIECES = st.sampled_from(["OneNeuronLab", "(", ")", "w", "=", "1", "'a'", ",", "-", "[", "]", "1e9",
                          "None", "x", " ", ".", "f'", '"', "\\", "*", "{", "\0", "é"])


@settings(max_examples=60)
@given(st.text(), st.binary(), NAMES)
def test_any_text_and_any_bytes(text, content, name):
    for anything in (text, f"{title(name)}({text})", f"{title(name)}.1.{text}",
                     content.decode("latin-1"), code_with(content, name),
                     with_check(f"{title(name)}.1.{letters(content)}")):
        refused_or_known(anything, name)


@settings(max_examples=100)
@given(st.lists(PIECES).map("".join))
def test_any_pieces_of_a_call(text):
    refused_or_known(text, "one_neuron")
    refused_or_known(f"OneNeuronLab({text})", "one_neuron")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from(["relu", "weekday", "none", 0, 1, 2, 0.5, 20]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner,
                                                                max_size=2),
    max_leaves=6,
)


@settings(max_examples=80)
@given(st.data(), NAMES)
def test_any_values_make_a_state_or_are_refused(data, name):
    names = st.sampled_from(list(declared(state_of(name))))
    given_values = data.draw(st.dictionaries(names, VALUES, min_size=1, max_size=3))
    present = state_of(name)()
    try:
        found = state_from(code_with(given_values, name), title(name), present)
    except ValueError as error:
        assert re.search(r"\w", str(error)) and "\n" not in str(error)
    else:
        assert state_from(saved_state.call_of(title(name), found, 2.0), title(name), present)
