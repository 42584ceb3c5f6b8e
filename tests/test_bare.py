"""All widgets of all labs share one layout, and those of a kind one style."""

from __future__ import annotations

import pytest
from example_lab import ExampleLab
from lab_tools import tree

from mlp_widgets.lectures import LABS
from mlp_widgets.widgets import bare


@pytest.mark.parametrize("name", LABS)
def test_a_lab_brings_no_layout_or_style_of_its_own(name):
    """Each would be one more model that the page has to build before the lab can be seen."""
    shown = tree(LABS[name]().widget)
    own = [model for widget in shown for model in bare.own_models(widget)]
    assert len(shown) > 50 and own == []


def test_what_labs_share_outlives_each_of_them():
    lab, other = ExampleLab(), ExampleLab()
    assert lab.widget and lab.part("w1", "curve").widget and other.widget
    lab.close()
    models = {id(model): model for widget in tree(other.widget)
              for model in (widget.layout, getattr(widget, "style", None)) if model is not None}
    assert len(models) > 3 and all(model.comm is not None for model in models.values())


def test_what_a_student_closes_is_made_anew():
    """As ``ipywidgets.Widget.close_all()`` does."""
    assert bare.HTML().layout.comm is not None and bare.shared_models()
    for model in bare.shared_models():
        model.close()
    assert bare.shared_models() == []
    text = bare.HTML()
    assert text.layout.comm is not None and text.style.comm is not None
    assert text.layout is bare.Box().layout and text.style is bare.HTML().style


def test_a_widget_is_hidden_alone():
    one, other = bare.HTML(), bare.HTML()
    bare.show(one, False)
    assert (one.layout.display, other.layout.display) == ("none", "")
    assert bare.own_models(one) == []
    bare.show(one, True)
    assert one.layout is other.layout


def test_a_layout_that_a_widget_is_given_is_its_own():
    own = bare.ToggleButtons(options=["a"], style={"button_width": "9em"})
    assert [model.button_width for model in bare.own_models(own)] == ["9em"]
