"""Run and pause: what starts, stops and ends, and of which nothing stays; on a thread, and on the
event loop where no thread can start, as in a browser's kernel."""

from __future__ import annotations

import asyncio
import threading

import pytest
from example_lab import ExampleLab
from lab_tools import WAIT, run_threads, text_of

from mlp_widgets.widgets.clock import Clock
from mlp_widgets.widgets.runner import LabRunner, Runner


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


# --- on the event loop ---


@pytest.fixture
def no_threads(monkeypatch):
    """A kernel in which no thread can be started."""

    def refuse(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)


async def until(condition) -> None:
    """Give the loop to others until something is true."""
    loop = asyncio.get_running_loop()
    end = loop.time() + WAIT
    while not condition():
        assert loop.time() < end
        await asyncio.sleep(0.001)


def test_after_its_end_nothing_starts_it_again():
    """A picture that a last call draws asks for work that goes on: so do the digits."""
    called, may_go_on = threading.Event(), threading.Event()

    def tick() -> bool:
        called.set()
        may_go_on.wait(WAIT)
        runner.start()
        return True

    runner = Runner(tick, 0.0)
    runner.start()
    assert called.wait(WAIT)
    threading.Timer(0.05, may_go_on.set).start()
    runner.end()
    assert may_go_on.is_set() and not runner.running
    runner.start()
    assert not runner.running and run_threads() == []


def test_on_a_loop_it_ticks_between_other_work_until_stopped(no_threads):
    async def work():
        tick = Ticks()
        runner = Runner(tick, pause=0.001)
        runner.start()
        runner.start()  # a second one does nothing
        assert runner.running and tick.count == 0
        await until(tick.three.is_set)
        assert tick.threads == {threading.get_ident()}
        runner.stop()
        runner.join(WAIT)  # returns at once: nothing can be under way
        count = tick.count
        await asyncio.sleep(0.02)
        assert not runner.running and tick.count == count

    asyncio.run(work())


def test_on_a_loop_it_ends_when_a_tick_says_so_and_starts_again(no_threads):
    async def work():
        tick = Ticks(last=5)
        runner = Runner(tick, pause=0.0)
        runner.start()
        await until(lambda: not runner.running)
        assert tick.count == 5
        tick.last = 8
        runner.start()
        await until(lambda: not runner.running)
        assert tick.count == 8

    asyncio.run(work())


def test_on_a_loop_a_start_in_the_pause_after_a_stop_is_one_run(no_threads):
    async def work():
        tick = Ticks()
        runner = Runner(tick, pause=0.02)
        for _ in range(5):
            runner.start()
            await asyncio.sleep(0)
            runner.stop()
        tick.count = 0
        runner.start()
        await asyncio.sleep(0.05)
        assert 1 <= tick.count <= 3
        runner.stop()

    asyncio.run(work())


def test_a_start_on_another_thread_ticks_on_the_loop():
    async def work():
        tick = Ticks()
        runner = Runner(tick, pause=0.0)
        thread = threading.Thread(target=runner.start)
        thread.start()
        await until(tick.three.is_set)
        assert tick.threads == {threading.get_ident()}
        runner.stop()

    asyncio.run(work())


def test_after_its_loop_has_ended_it_goes_on_on_a_thread():
    made = []

    async def work():
        made.append(Runner(Ticks(last=3), pause=0.0))

    asyncio.run(work())
    (runner,) = made
    runner.start()
    runner.join(WAIT)
    assert not runner.running and runner._tick.count == 3


def test_what_is_cancelled_is_not_done(no_threads):
    async def work():
        calls, clock = [], Clock()
        cancel = clock.after(0.005, lambda: calls.append("cancelled"))
        clock.after(0.01, lambda: calls.append("done"))
        cancel()
        await until(lambda: calls)
        assert calls == ["done"]

    asyncio.run(work())


def test_a_run_of_a_lab_tells_its_error_waits_for_the_lock_and_ends_with_the_lab():
    lab, done, ready = ExampleLab(scale=0.25), [], []

    def frame() -> bool:
        done.append(lab._lock._is_owned())
        if len(done) == 2:
            raise KeyError("no")
        return True

    run = LabRunner(lab, frame, "The run", 0.0, lambda: ready.append(run.running))
    assert not run.tick() and done == []  # nothing was started
    lab.appear()
    run.start()
    run.join(WAIT)
    assert done == [True, True] and ready == [False] and not run.running
    assert text_of(lab.error) == "The run did not work (KeyError: 'no')."
    run.start()
    lab.close()
    run.join(WAIT)
    assert not run.running
