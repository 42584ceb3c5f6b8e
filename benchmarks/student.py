"""A simulated student of a hub: opens a notebook, runs its cells, moves a slider, sees pictures.

It says to the kernel what a page says, through the proxy of the hub, and paints nothing.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

from .hub_server import STARTS_WITHIN, Hub
from .processes import children

VIEW = "application/vnd.jupyter.widget-view+json"
EVERY = 0.25
"""Seconds from one move to the next: four a second."""


class Student:
    """A student with a server, and with a kernel once ``open`` was called."""

    def __init__(self, hub: Hub, name: str, notebook: Path, parameter: str) -> None:
        self.hub, self.name, self.notebook, self.parameter = hub, name, notebook, parameter
        self.session = uuid4().hex
        self.widgets: dict[str, dict[str, Any]] = {}
        """Id -> state, as a page knows it, without the bytes of pictures."""
        self.shown: list[str] = []
        """Ids of the widgets that cells show."""
        self.server = self.kernel = 0

    @property
    def processes(self) -> list[int]:
        """Numbers of the processes of server and kernel."""
        return [self.server, self.kernel]

    async def start(self) -> float:
        """Get a server; the seconds that it took."""
        start = time.perf_counter()
        self.server = await self.hub.start_server(self.name)
        return time.perf_counter() - start

    async def open(self) -> float:
        """Start a kernel and run all cells of the notebook; the seconds that it took."""
        from tornado.httpclient import HTTPRequest
        from tornado.websocket import websocket_connect

        start = time.perf_counter()
        at = f"user/{self.name}/api/kernels"
        kernel = await self.hub.ask("POST", at, {"name": "python3"})
        (self.kernel,) = children(self.server)
        address = (f"ws://127.0.0.1:{self.hub.port}/{at}/{kernel['id']}/channels"
                   f"?session_id={self.session}")
        headers = {"Authorization": f"token {self.hub.token}"}
        self.socket = await websocket_connect(HTTPRequest(address, headers=headers),
                                              max_message_size=2**26)
        cells = json.loads(self.notebook.read_text(encoding="utf-8"))["cells"]
        for number, cell in enumerate(cells):
            if cell["cell_type"] == "code":
                await self._run("".join(cell["source"]), cell.get("id", str(number)))
        return time.perf_counter() - start

    async def move(self, moves: int) -> list[float]:
        """Move the slider so many times, ten steps there and back; the seconds from each move to
        its last picture. As in a page, a move waits for the answer to the one before."""
        slider = next(filter(None, map(self._slider_with_a_picture, self.shown)))
        state, taken = self.widgets[slider], []
        value, way = state["value"], 1 if state["value"] + 10 <= state["max"] else -1
        begin = time.perf_counter()
        for turn in range(moves):
            await asyncio.sleep(max(0.0, begin + turn * EVERY - time.perf_counter()))
            value += -way if turn // 10 % 2 else way
            if seconds := await self._move_to(slider, value):
                taken.append(seconds)
        if 2 * len(taken) < moves:
            raise RuntimeError(f"{self.name} moved {self.parameter} {moves} times, and only "
                               f"{len(taken)} times a picture changed")
        return taken

    def _slider_with_a_picture(self, box: str) -> str:
        """The parameter's slider in what a cell shows, if a picture stands there too, else ""."""
        inside = [(name, self.widgets[name]) for name in self._inside(box)]
        if not any(state.get("_model_name") == "ImageModel" for _, state in inside):
            return ""
        css = f"mlp-slider-{self.parameter}"
        return next((name for name, state in inside if css in state.get("_dom_classes", ())), "")

    def _inside(self, box: str) -> Iterator[str]:
        """A widget and all that stands in it."""
        yield box
        for child in self.widgets[box].get("children", ()):
            yield from self._inside(child.removeprefix("IPY_MODEL_"))

    async def _move_to(self, slider: str, value: int) -> float:
        """Seconds to the last picture that changes with the slider; 0 if none does."""
        change = {"method": "update", "state": {"value": value}, "buffer_paths": []}
        start = seen = time.perf_counter()
        asked = await self._send("comm_msg", {"comm_id": slider, "data": change}, {})
        async for message in self._answers(asked):
            content = message["content"]
            if message["msg_type"] == "comm_msg" and (
                    ["value"] in content["data"].get("buffer_paths", ())):
                seen = time.perf_counter()
        return seen - start

    async def _run(self, code: str, cell: str) -> None:
        """Run a cell, and keep what it shows; an error in it raises."""
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {},
                   "allow_stdin": False, "stop_on_error": True}
        asked = await self._send("execute_request", content, {"cellId": cell})
        async for message in self._answers(asked):
            if message["msg_type"] == "error":
                raise RuntimeError("\n".join(message["content"]["traceback"]))
            content = message["content"]
            if view := content.get("data", {}).get(VIEW):
                self.shown.append(view["model_id"])
            if message["msg_type"] in ("comm_open", "comm_msg"):
                self.widgets.setdefault(content["comm_id"], {}).update(
                    content["data"].get("state", {}))

    async def _send(self, kind: str, content: object, metadata: object) -> str:
        number = uuid4().hex
        header = {"msg_id": number, "msg_type": kind, "session": self.session,
                  "username": self.name, "version": "5.4",
                  "date": datetime.now(timezone.utc).isoformat()}
        await self.socket.write_message(json.dumps(
            {"header": header, "parent_header": {}, "metadata": metadata, "content": content,
             "channel": "shell", "buffers": []}))
        return number

    async def _answers(self, asked: str):
        """What the kernel says until it is done with what it was asked."""
        while True:
            message = await asyncio.wait_for(self.socket.read_message(), STARTS_WITHIN)
            if message is None:
                raise RuntimeError(f"the kernel of {self.name} is gone")
            found = _read(message)
            yield found
            if (found["msg_type"] == "status" and found["parent_header"].get("msg_id") == asked
                    and found["content"]["execution_state"] == "idle"):
                return


def _read(message: str | bytes) -> dict[str, Any]:
    """A message of a kernel; one with pictures is bytes: numbers of its parts, JSON, pictures."""
    if isinstance(message, bytes):
        start, end = (int.from_bytes(message[4 * k : 4 * k + 4], "big") for k in (1, 2))
        message = message[start:end].decode("utf-8")
    found = json.loads(message)
    return {**found, "msg_type": found["header"]["msg_type"]}
