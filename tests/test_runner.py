"""Run and pause: a thread that starts, stops and ends, and of which nothing stays."""

from __future__ import annotations

import threading

from lab_tools import WAIT, run_threads

from mlp_widgets.widgets.runner import Runner


class Ticks:
    """A tick that counts, tells at its third call, and may end the run."""

    def __init__(self, last: int | None = None):
        self.count, self.last, self.three = 0, last, threading.Event()
        self.threads = set()

    def __call__(self):
        self.count += 1
        self.threads.add(threading.get_ident())
        if self.count >= 3:
            self.three.set()
        return self.count != self.last


def test_it_ticks_on_a_thread_of_its_own_until_stopped():
    tick = Ticks()
    runner = Runner(tick, pause=0.001)
    assert not runner.running and tick.count == 0
    runner.start()
    assert runner.running and tick.three.wait(WAIT)
    assert len(run_threads()) == 1 and tick.threads == {run_threads()[0].ident}
    runner.stop()
    assert not runner.running
    runner.join(WAIT)
    count = tick.count
    assert run_threads() == [] and tick.count == count


def test_it_ends_when_a_tick_says_so():
    tick = Ticks(last=5)
    runner = Runner(tick, pause=0.0)
    runner.start()
    runner.join(WAIT)
    assert tick.count == 5 and not runner.running and run_threads() == []


def test_a_second_start_does_nothing():
    tick = Ticks()
    runner = Runner(tick, pause=0.001)
    runner.start()
    runner.start()
    assert len(run_threads()) == 1
    runner.stop()
    runner.join(WAIT)
    assert run_threads() == []


def test_it_can_be_started_again_and_again():
    tick = Ticks()
    runner = Runner(tick, pause=0.0)
    for _ in range(10):
        tick.count = 0
        tick.three.clear()
        runner.start()
        assert tick.three.wait(WAIT)
        runner.stop()
        runner.join(WAIT)
    assert run_threads() == []


def test_a_start_in_the_pause_after_a_stop_is_one_run():
    tick = Ticks()
    runner = Runner(tick, pause=0.05)
    for _ in range(5):
        runner.start()
        runner.stop()
    runner.start()
    assert runner.running and tick.three.wait(WAIT)
    runner.stop()
    for thread in run_threads():
        thread.join(WAIT)
    assert run_threads() == []


def test_stop_and_join_without_a_start_do_nothing():
    runner = Runner(lambda: True)
    runner.stop()
    runner.join(WAIT)
    runner.start()  # a stop before does not forbid a start
    assert runner.running
    runner.stop()
    runner.join(WAIT)


def test_a_tick_may_stop_and_join_its_own_run():
    runner = Runner(lambda: (runner.stop(), runner.join(WAIT), True)[-1], pause=0.0)
    runner.start()
    runner.join(WAIT)
    assert not runner.running and run_threads() == []
