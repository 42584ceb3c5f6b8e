"""A real JupyterHub on the loopback, with nothing of the user's own Jupyter; ended at the end."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from real_jupyter import CHECKOUT, free_port

PROXY = "configurable-http-proxy"
STARTS_WITHIN = 120.0
"""Seconds that hub, server or kernel may take to start."""


def missing() -> str:
    """One sentence on what this machine lacks for a hub; empty if nothing."""
    if find_spec("jupyterhub") is None or find_spec("jupyterlab") is None:
        return 'needs JupyterHub: pip install -e ".[hub]", then run this again'
    if shutil.which(PROXY) is None:
        return f"needs {PROXY} on the PATH: npm install -g {PROXY}, then run this again"
    return ""


class Hub:
    """JupyterHub with simple local servers and any name allowed in; use it in a ``with``.

    ``await hub.ask("GET", "hub/api/users")`` asks it, as somebody who may do everything.
    """

    def __init__(self, notebooks: Iterable[Path]) -> None:
        self.temporary = tempfile.TemporaryDirectory(prefix="mlp-hub-", ignore_cleanup_errors=True)
        self.home = Path(self.temporary.name)
        self.notebooks = list(notebooks)
        self.token = secrets.token_hex(16)
        self.port = free_port()
        self.log_file = self.home / "hub.log"
        self.servers: dict[str, int] = {}
        """Student -> number of the process of the server."""

    def __enter__(self) -> Hub:
        config = self.home / "jupyterhub_config.py"
        config.write_text(_config(self), encoding="utf-8")
        environment = {**_clean_environment(self.home), "CONFIGPROXY_AUTH_TOKEN": self.token}
        with self.log_file.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub", f"--config={config}"], cwd=self.home,
                env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True)
        return self

    def __exit__(self, *_error: object) -> None:
        """Ask the hub to stop, which stops servers and proxy; kill only what does not obey."""
        self.process.terminate()
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            for server in self.servers.values():  # each is a session of its own
                with suppress(ProcessLookupError):
                    os.kill(server, signal.SIGTERM)
        self.temporary.cleanup()

    async def ask(self, method: str, path: str, body: object = None) -> Any:
        """One request to the hub or to a server behind it; raises HTTPError on a refusal."""
        from tornado.httpclient import AsyncHTTPClient

        given = None if body is None and method in ("GET", "DELETE") else json.dumps(body or {})
        answer = await AsyncHTTPClient().fetch(
            f"http://127.0.0.1:{self.port}/{path}", method=method, body=given,
            headers={"Authorization": f"token {self.token}"}, request_timeout=STARTS_WITHIN)
        return json.loads(answer.body) if answer.body else None

    async def until_it_answers(self) -> None:
        """Wait until hub and proxy are up."""
        from tornado.httpclient import HTTPClientError

        async def answers() -> bool:
            if self.process.poll() is not None:
                raise RuntimeError(f"JupyterHub did not start; it said:\n{self.log()}")
            try:
                return bool(await self.ask("GET", "hub/api/"))
            except OSError:  # no proxy yet
                return False
            except HTTPClientError as error:  # the proxy has no way to the hub yet
                if error.code not in (404, 503, 599):
                    raise
                return False

        await until(answers)

    async def start_server(self, student: str) -> int:
        """Give a student a server, and wait until it is ready; the number of its process."""
        home = self.home / "students" / student
        home.mkdir(parents=True)
        for notebook in self.notebooks:
            shutil.copy(notebook, home)
        await self.ask("POST", f"hub/api/users/{student}")
        await self.ask("POST", f"hub/api/users/{student}/server")

        async def process() -> int:
            server = (await self.ask("GET", f"hub/api/users/{student}"))["servers"].get("")
            return server["state"]["pid"] if server and server["ready"] else 0

        self.servers[student] = await until(process)
        return self.servers[student]

    async def stop_server(self, student: str) -> None:
        """End a student's server, and with it the kernels."""
        await self.ask("DELETE", f"hub/api/users/{student}/server")
        del self.servers[student]

    def log(self) -> str:
        """What hub, proxy and servers have printed so far."""
        return self.log_file.read_text(errors="replace")


async def until(happened: Callable[[], Awaitable[Any]]) -> Any:
    """The first value of ``happened`` that counts as true; TimeoutError if none comes."""
    end = time.monotonic() + STARTS_WITHIN
    while not (found := await happened()):
        if time.monotonic() > end:
            raise TimeoutError(f"the hub did not do in {STARTS_WITHIN:g} s what it was asked for")
        await asyncio.sleep(0.1)
    return found


def _clean_environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if "JUPYTER" not in name}
    path = os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH")]))
    return {**kept, "PYTHONPATH": path, "MPLCONFIGDIR": str(home / "matplotlib")}


def _config(hub: Hub) -> str:
    """The hub's configuration file."""
    local = "http://127.0.0.1"
    for_servers = {**_clean_environment(hub.home), "JUPYTER_PREFER_ENV_PATH": "1"}
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    settings = {
        "JupyterHub.bind_url": f"{local}:{hub.port}",
        "JupyterHub.hub_bind_url": f"{local}:{free_port()}",
        "ConfigurableHTTPProxy.api_url": f"{local}:{free_port()}",
        "JupyterHub.db_url": f"sqlite:///{hub.home / 'hub.sqlite'}",
        "JupyterHub.cookie_secret_file": str(hub.home / "cookie_secret"),
        "JupyterHub.authenticator_class": "dummy",
        "Authenticator.allow_all": True,
        "JupyterHub.spawner_class": "simple",
        "SimpleLocalProcessSpawner.home_dir_template": str(hub.home / "students/{username}"),
        "Spawner.cmd": [sys.executable, "-m", "jupyterhub.singleuser"],
        "Spawner.args": ["--ServerApp.terminals_enabled=False", *root],
        "Spawner.environment": for_servers,
        "Spawner.ip": "127.0.0.1",
        "Spawner.start_timeout": int(STARTS_WITHIN),
        "Spawner.http_timeout": int(STARTS_WITHIN),
        "JupyterHub.services": [{"name": "bench", "api_token": hub.token}],
        "JupyterHub.load_roles": [{"name": "bench", "services": ["bench"], "scopes": [
            "admin:users", "admin:servers", "admin:server_state", "access:servers"]}],
    }
    return "".join(f"c.{name} = {value!r}\n" for name, value in settings.items())
