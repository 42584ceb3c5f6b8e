"""What a kernel keeps for a Jupyter server that is slower than it, in a socket of ZeroMQ.

A lab is several hundred messages. Of those that the server has not taken yet a socket keeps 1,000
and drops the others without a word; then labs stay empty or have holes. *Run All* of a notebook
with many labs, on a computer that is busy, goes beyond that.
"""

from __future__ import annotations

from functools import partial

from IPython.core.getipython import get_ipython

MESSAGES = 100_000
"""How many wait at most: those of a hundred labs, some 100 MB."""


def keep_messages() -> None:
    """Let so many messages wait, in a kernel that has such a socket; elsewhere do nothing."""
    kernel = getattr(get_ipython(), "kernel", None)
    thread = getattr(getattr(kernel, "iopub_socket", None), "io_thread", None)
    if thread is not None:  # only its own thread may touch a socket
        thread.schedule(partial(setattr, thread.socket, "sndhwm", MESSAGES))
