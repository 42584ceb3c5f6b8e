"""What all trainings have in common: rounds, slices, and when they end."""

from __future__ import annotations

import math

import pytest

from mlp_widgets.widgets.training import Training


class Counted:
    """So many rounds, and then it has ended."""

    def __init__(self, rounds: int) -> None:
        self.left, self.done = rounds, 0

    @property
    def going(self) -> bool:
        return self.left > 0

    def advance(self) -> None:
        assert self.left > 0, "it has ended"
        self.left, self.done = self.left - 1, self.done + 1


class WithStart(Training[str, Counted]):
    """A round before the first step."""

    first_rounds = 1


def test_the_one_that_ends_waits_for_the_others():
    training = Training("key", {1: Counted(2), 2: Counted(5)}, 5)
    assert training.key == "key" and training.going and training.share == 0.0
    assert training.advance(3) and training.share == 3 / 5
    assert [way.done for way in training.ways.values()] == [2, 3]
    assert not training.advance(10) and training.share == 1.0 and training.rounds == 5
    assert not training.advance(1) and training.rounds == 5


def test_all_have_ended_before_the_last_step():
    training = Training("key", {1: Counted(2)}, 100)
    training.step(100)
    assert (training.rounds, training.share, training.going) == (2, 1.0, False)


def test_a_slice_ends_with_its_time_but_does_a_round():
    training = Training("key", {1: Counted(9)}, 9)
    assert training.advance(5, seconds=-1.0) and training.rounds == 1
    assert training.advance(5, seconds=math.inf) and training.rounds == 6


@pytest.mark.parametrize(("kind", "rounds", "total"), [(Training, [2, 3], 4),
                                                       (WithStart, [3, 4], 5)])
def test_rounds_before_the_first_step_count_once(kind, rounds, total):
    training = kind("key", {"a": Counted(total)}, 4)
    found = []
    for steps in (2, 1):
        training.step(steps)
        found.append(training.rounds)
    assert found == rounds and training.total == total
    training.step(1)
    assert not training.going


def test_two_trainings_of_one_setting_are_told_apart():
    one, other = (Training("key", {1: Counted(1)}, 1) for _ in range(2))
    assert one.key == other.key and one.number != other.number
