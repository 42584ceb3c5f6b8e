"""What Undo can go back to: one entry a move, quick moves of one control together."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from mlp_widgets.widgets import history as module
from mlp_widgets.widgets.history import GROUP_SECONDS, LEVELS, History


@pytest.fixture
def clock(monkeypatch):
    """The time that a history sees; it moves only when a test moves it."""
    now = SimpleNamespace(seconds=1000.0)
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: now.seconds))
    return now


def entries(history) -> list:
    """All that Undo goes back to, the last first."""
    found = []
    while history.last is not None:
        found.append(history.last)
        history.drop()
    return found


def test_it_goes_back_state_by_state(clock):
    history = History()
    assert history.last is None
    for state in "abc":
        history.remember(state)
    assert entries(history) == ["c", "b", "a"]
    history.drop()  # of nothing
    assert history.last is None


def test_quick_changes_of_one_group_are_one_entry(clock):
    history = History()
    for state in "abc":
        history.remember(state, ("w",))
        clock.seconds += 0.9 * GROUP_SECONDS
    assert entries(history) == ["a"]


@pytest.mark.parametrize("between", [
    lambda history, clock: history.remember("other", ("v",)),
    lambda history, clock: history.remember("other"),
    lambda history, clock: setattr(clock, "seconds", clock.seconds + 1.1 * GROUP_SECONDS),
    lambda history, clock: history.separate(),
    lambda history, clock: (history.remember("gone", ("v",)), history.drop()),
], ids=["another control", "no group", "a rest", "separate", "undo"])
def test_what_ends_a_group(clock, between):
    history = History()
    history.remember("a", ("w",))
    between(history, clock)
    history.remember("b", ("w",))
    assert [state for state in entries(history) if state != "other"] == ["b", "a"]


def test_a_group_lasts_as_long_as_its_moves_follow_each_other(clock):
    history = History()
    for _ in range(10):
        clock.seconds += 0.6 * GROUP_SECONDS
        history.remember("early" if history.last is None else "late", ("w",))
    assert entries(history) == ["early"]


def test_changes_without_a_group_are_apart_however_quick(clock):
    history = History()
    for state in "ab":
        history.remember(state)
    assert entries(history) == ["b", "a"]


def test_an_undone_entry_leaves_no_group_behind(clock):
    history = History()
    history.remember("a", ("v",))
    history.remember("gone", ("w",))
    history.drop()
    history.remember("b", ("w",))
    assert entries(history) == ["b", "a"]


def test_it_keeps_so_many_levels(clock):
    history = History()
    for state in range(LEVELS + 50):
        history.remember(state)
    assert entries(history) == list(range(LEVELS + 49, 49, -1))
