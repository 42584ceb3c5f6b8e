"""No message of a lab is lost where the server is slower than the kernel, as on a busy computer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import zmq
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

LABS = 20
MAKE = f"""
import sys
sys.path.append({str(Path(__file__).parent)!r})
from helpers import live_widgets
from mlp_widgets import ThreeNeuronLab
from mlp_widgets.widgets.bare import shared_models
labs = [ThreeNeuronLab() for _ in range({LABS})]
for lab in labs:
    lab.need_widgets()  # their messages are many; pictures would only be large
"""
AS_IT_WAS = "import mlp_widgets.widgets.backlog as backlog\nbacklog.MESSAGES = 1000"


def lost_by_a_slow_server(before: str) -> int:
    """Of how many widgets a server that has next to no room hears nothing, if it listens when all
    labs are made."""
    kernel, client = start_new_kernel()
    slow = zmq.Context.instance().socket(zmq.SUB)
    # room for a segment of the loopback: into less, the network may put nothing for minutes
    slow.rcvhwm, slow.rcvbuf = 1, 131072
    try:
        slow.connect(f"tcp://127.0.0.1:{kernel.iopub_port}")
        slow.subscribe(b"")
        client.execute(before, reply=True)
        found = client.execute(MAKE, reply=True, user_expressions={
            "made": "len(live_widgets()) + len(shared_models())"})
        made = int(found["content"]["user_expressions"]["made"]["data"]["text/plain"])
        assert made > LABS * 100
        return made - opened(slow, client)
    finally:
        slow.close(linger=0)
        client.stop_channels()
        kernel.shutdown_kernel(now=True)


def opened(slow: zmq.Socket, client: BlockingKernelClient) -> int:
    """How many widgets the messages tell of that have not been dropped.

    After a long wait of the server the network takes as long again before it sends the next one, so
    silence is no end: that is a message which the kernel sends when it is asked for one.
    """
    number, asked = 0, set()
    for _ in range(60):
        while slow.poll(1000):
            parts = slow.recv_multipart()
            start = parts.index(b"<IDS|MSG>")
            header, about = (json.loads(part) for part in parts[start + 2 : start + 4])
            if about.get("msg_id") in asked:
                return number
            number += header["msg_type"] == "comm_open"
        asked.add(client.execute(""))
    pytest.fail("the kernel sends nothing more")


@pytest.mark.thorough
def test_a_server_that_is_late_gets_every_message():
    assert lost_by_a_slow_server("") == 0


@pytest.mark.nightly
def test_without_the_longer_queue_some_are_lost():
    assert lost_by_a_slow_server(AS_IT_WAS) > 100
