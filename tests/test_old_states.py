"""Calls and codes that students saved with version 0.1.0 still load, to the same values.

The texts were made with that version: ``print(lab)`` and ``lab.code``. Fields have other names
since: ``rivals`` is ``compare``, ``tau`` is ``max_norm``, ``spread`` is ``std``.
"""

from __future__ import annotations

import pytest
from any_state import same
from lab_tools import KINDS

from mlp_widgets.fields import arguments
from mlp_widgets.saved_state import code_of, state_from
from mlp_widgets.widgets.lab import Lab

OWN = ([20.0, 22.5, 24.0, 30.0], [1.0, 4.25, 5.0, 3.0])
LECTURE = {"b11": -5.9, "w12": -0.6, "b12": 5.2, "w21": -1.0, "w22": -1.0, "b21": 5.1}
SAVED = [
    ("OneNeuronLab(w=-1.25, x=3.0, y=6.0, activation='leaky_relu', learning_rate=0.5)",
     {"w": -1.25, "x": 3.0, "y": 6.0, "activation": "leaky_relu", "learning_rate": 0.5}),
    ("OneNeuronLab.1.q1YqV7Iy0DPWUapQstI10jPQUapUsjI0gAGQQGJySWZZYklmfp6SlVJJRlFqcUZ-TopSLQA."
     "osI6Pg",
     {"w": 0.3, "x": -2.0, "y": 1e9, "activation": "threshold"}),
    ("TwoHiddenLab(w1_1=2.0, w2_1=0.25, w1_2=1.0, w2_2=2.0, x=1.0, y=3.0, output='relu', "
     "skip='a', others=((-1.0, 4.0), (2.0, 5.0)), explain='w1_1', below='beside', operation=9)",
     {"w1_1": 2.0, "w2_1": 0.25, "w1_2": 1.0, "w2_2": 2.0, "x": 1.0, "y": 3.0, "output": "relu",
      "skip": "a", "others": ((-1.0, 4.0), (2.0, 5.0)), "explain": "w1_1", "below": "beside",
      "operation": 9}),
    ("TwoHiddenLab.1.q1YqN4w3VLLSNdAz1VGqULIyAtGVQAFjPQMdpeLszAIlK6UqJR2l_JKM1KJiJavoaEOgjJGeQWxs"
     "LQA.i8JZlQ",
     {"w1_1": -0.5, "w2_1": -1.0, "w1_2": 1.0, "w2_2": 2.0, "x": 2.5, "y": -3.0, "skip": "z",
      "others": ((1.0, 2.0),)}),
    ("ThreeNeuronLab(w11=1.5, b11=-5.9, w12=-0.6, b12=5.2, w21=-1.0, w22=-1.0, b21=5.1, "
     "data='weekend', hour=14.0, view='landscape', across='b21', up='w22', "
     "rivals=('line', 'quadratic'))",
     {"w11": 1.5, **LECTURE, "data": "weekend", "hour": 14.0, "view": "landscape", "across": "b21",
      "up": "w22", "compare": ("line", "quadratic")}),
    ("ThreeNeuronLab.1.HYw7DoAgEETvMvWGwAoNVyEUGy00MRIRtDDe3dVu5s3nxuUcojOBMEkTxJTYGkvMitirGtRmSk6"
     "lNxwofExRJsjYllPaUjZENNlmEObSK-K_RNV0PfQTe5epanNEfl4.i9WsGw",
     {"w11": 1.5, **LECTURE, "data": OWN, "activation": "tanh", "hour": 24.0,
      "compare": ("quadratic",)}),
    ("DeepChainLab(depth=9, activation='sigmoid', x=1.0, y=0.0, mode='random', seed=3, spread=1.4, "
     "skip=True, tau=0.01, below='clipping', operation=20)",
     {"depth": 9, "activation": "sigmoid", "x": 1.0, "y": 0.0, "mode": "random", "seed": 3,
      "std": 1.4, "skip": True, "max_norm": 0.01, "below": "clipping", "operation": 20}),
    ("DeepChainLab.1.q1ZKSS0oyVCyMtZRSkwuySxLLMnMz1OyUipJzMtQ0lHKzU9JBfJSE5NBvHIjJStdAz1THaXigqLUx"
     "BQlKwM9cx2g2lIQy8i0FgA.B4SH1w",
     {"depth": 3, "activation": "tanh", "x": 1.0, "y": 0.0, "mode": "each", "w2": -0.5, "std": 0.7,
      "max_norm": 0.25}),
    ("WideNetworkLab(depth=8, width=20, activation='tanh', init='large', compare='xavier', "
     "large=30.0)",
     {"depth": 8, "width": 20, "activation": "tanh", "init": "large", "compare": "xavier",
      "large": 30.0}),
    ("WideNetworkLab.1.q1Yqz0wpyVCyMtNRyszLLFGyUqpKLcovVtJRSs7PLUgsSgWK5OXnpQIFilNTU5SsjGoB."
     "Y0x6bg",
     {"depth": 20, "width": 6, "activation": "relu", "init": "zeros", "compare": "none",
      "seed": 2}),
]


def kind_of(text: str) -> type[Lab]:
    return next(kind for kind in KINDS.values() if text.startswith(kind.__name__))


@pytest.mark.parametrize(("text", "values"), SAVED, ids=[text[:18] for text, _ in SAVED])
def test_a_state_of_0_1_0_loads(text, values):
    kind = kind_of(text)
    present = kind.state_type()
    state = state_from(text, kind.__name__, present)
    everything = arguments(state, everything=True)
    assert {name: everything[name] for name in values} == values
    assert set(arguments(state)) <= set(values)  # the rest has its default
    assert same(state_from(code_of(kind.__name__, state), kind.__name__, present), state)


OF_0_1 = ("one_neuron", "two_hidden", "three_neuron", "deep_chain", "wide_network")
"""The labs that version 0.1.0 had."""


def test_there_are_ten_of_all_labs_with_every_renamed_field():
    assert len(SAVED) == 10
    assert {kind_of(text) for text, _ in SAVED} == {KINDS[name] for name in OF_0_1}
    calls = " ".join(text for text, _ in SAVED)
    for kind in KINDS.values():
        for field in kind.state_type.__dataclass_fields__.values():
            formerly = field.metadata["field"].formerly if field.metadata else ""
            assert not formerly or f"{formerly}=" in calls, formerly


@pytest.mark.parametrize(("name", "old", "today"), [
    ("three_neuron", {"rivals": ["line"]}, {"compare": ("line",)}),
    ("deep_chain", {"tau": 0.5, "spread": 2.0, "mode": "random"},
     {"max_norm": 0.5, "std": 2.0, "mode": "random"}),
])
def test_the_constructor_understands_the_old_names(name, old, today, make):
    lab = make(name, scale=0.25, **old)
    for field, value in today.items():
        assert getattr(lab, field) == value
    for field in old:
        if field not in today:
            assert not hasattr(lab, field) and f"{field}=" not in repr(lab)
            with pytest.raises(AttributeError):  # a lab has one name for one thing
                setattr(lab, field, old[field])
