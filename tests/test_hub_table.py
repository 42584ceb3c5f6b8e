"""What `python -m benchmarks hub` computes from its measurements; the hub itself is no test."""

from __future__ import annotations

import os

import pytest

from benchmarks import hub, hub_server, processes
from benchmarks.student import _read

MIB = 2.0**20


def cost(server: float, kernel: float, run: float, cores: float) -> hub.Cost:
    return hub.Cost("03_three_neuron", 2.0, 3.0, [0.03], server * MIB, kernel * MIB, 0.0, run,
                    cores)


def test_the_table_is_computed_from_the_dearest_memory_and_the_mean_time():
    head, _, *classes = hub.table([cost(100, 150, 4.0, 0.06), cost(140, 130, 8.0, 0.10)])
    # 140 + 2 * 150 = 440 MiB, in steps of 64: 448
    assert "memory (448 MiB each)" in head
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in classes]
    # 200 students: 87.5 GiB; a quarter and all of 0.08 cores each; 6 s each within 2 minutes
    assert cells[1][:5] == ["200", "88 GiB", "4.0", "16", "10"]
    # 30 · 448 MiB · 1.1 = 15.5 GB; 103 GB of 32; 1,000: 517 GB of 64 are 9, 1,100 pods are 10
    assert [row[5] for row in cells] == ["1 node of 4 cores, 32 GB", "4 nodes of 8 cores, 32 GB",
                                         "10 nodes of 16 cores, 64 GB"]


@pytest.mark.parametrize("there, said", [
    ((), 'needs JupyterHub: pip install -e ".[hub]", then run this again'),
    (("jupyterhub", "jupyterlab"), "needs configurable-http-proxy on the PATH: npm install -g "
                                   "configurable-http-proxy, then run this again")])
def test_what_a_hub_lacks_is_one_sentence(monkeypatch, there, said):
    monkeypatch.setattr(hub_server, "find_spec", lambda name: name in there or None)
    monkeypatch.setattr(hub_server.shutil, "which", lambda name: None)
    (row,) = hub.rows()
    assert row.columns()[:2] == ("a hub", said)


def test_a_message_with_pictures_is_read():
    text = b'{"header": {"msg_type": "comm_msg"}, "content": {}}'
    start, end = 12, 12 + len(text)
    message = b"".join(k.to_bytes(4, "big") for k in (2, start, end)) + text + b"\x89PNG"
    assert _read(message)["msg_type"] == "comm_msg" == _read(text.decode())["msg_type"]


@pytest.mark.skipif(not processes.can_be_measured(), reason="only Linux has /proc")
def test_this_process_holds_memory_and_took_time():
    here = os.getpid()
    found = processes.held(here)
    assert 0 < found.pss <= found.rss and processes.processor_seconds([here]) > 0
    assert here in processes.children(os.getppid()) and here not in processes.children(here)
