"""Voilà: kernels that have started and imported the labs before a page asks for one.

Of the seconds until a page shows its first lab, half are the start of its kernel and its imports.
``mlp-widgets --present`` names this class to Voilà. For a class that opens its pages at once let as
many wait: ``mlp-widgets --present -- --WaitingKernels.number=30``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado.ioloop import IOLoop
from traitlets import Float, Int

IMPORTS = "exec('import mlp_widgets as m; [getattr(m, name) for name in m.__all__]', {})"
"""What a waiting kernel has run, apart from the names of the notebook."""
LIKE_A_PAGE: dict[str, Any] = {
    "path": "", "extra_arguments": [f"--IPKernelApp.exec_lines={IMPORTS}"]}
SOFTWARE = "SERVER_SOFTWARE"
"""The variable that tells a kernel of Voilà, which needs no stored pictures."""
STARTED = 60.0
"""Seconds after which a kernel that does not answer is given up."""


class WaitingKernels(AsyncMappingKernelManager):
    """Voilà's kernels, of which some wait.

    A page takes the oldest that waits, if its notebook lies in the folder that is served and asks
    for the usual kernel; else it gets a new one. A waiting kernel knows that it is Voilà's, but
    not the address of its page: Voilà tells it by environment variables, set at the start.
    """

    number = Int(2, min=0, config=True, help="How many kernels wait for a page.")
    rest = Float(10, min=0, config=True, help="Seconds after the last page until new ones start, "
                 "so that they take no time from it.")

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._waiting: list[str] = []
        self._pages = 0
        IOLoop.current().add_callback(self._fill, self._pages)

    async def _async_start_kernel(self, **asked: Any) -> str:
        """The id of a kernel that waited, if one fits, else of a new one."""
        self._pages += 1
        IOLoop.current().call_later(self.rest, self._fill, self._pages)
        self._waiting = [waiting for waiting in self._waiting if waiting in self]
        usual = asked.get("kernel_name") in (None, self.default_kernel_name)
        if not usual or asked.get("kernel_id") or asked.get("path") or not self._waiting:
            return await super()._async_start_kernel(**asked)
        return self._waiting.pop(0)

    start_kernel: Callable[..., Any] = _async_start_kernel

    async def _fill(self, pages: int) -> None:
        """Start what is missing, one after the other, unless another page has come since then."""
        while len(self._waiting) < self.number and pages == self._pages:
            started = await super()._async_start_kernel(
                **LIKE_A_PAGE, env={**os.environ, SOFTWARE: "voila"})
            client: Any = self.get_kernel(started).client()
            client.start_channels()
            try:
                await client.wait_for_ready(timeout=STARTED)  # it answers when it has imported
            except RuntimeError as error:
                self.log.warning("No kernel waits for a page: %s", error)
                return
            finally:
                client.stop_channels()
            self._waiting.append(started)
            self.log.info("Kernel waits for a page: %s", started)

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """Only a kernel that had a page is ended for being idle."""
        if kernel_id not in self._waiting:
            await super().cull_kernel_if_idle(kernel_id)
