"""Runs the server: in a thread of the process at hand, or as a process of its own that prints its address.

It listens on the loopback address alone. The wall clock is the caller's.
"""

import argparse
import asyncio
import contextlib
import gc
import json
import signal
import threading
from collections.abc import Coroutine, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any
from urllib.request import Request, urlopen

from aiohttp import web

from economic_index.rehearsal.rehearsal import Clock
from economic_index.rehearsal.server import build_app
from economic_index.rehearsal.settings import Behaviour, changed

HOST = "127.0.0.1"
PATIENCE = 30.0


class RehearsalServer:
    """A server in a thread of its own, for as long as the context lasts.

    `state_dir` keeps the batches; without one they end with the context. `port` 0 takes a free one.
    """

    def __init__(self, behaviour: Behaviour, state_dir: Path | None, clock: Clock, port: int = 0) -> None:
        self._behaviour, self._clock, self._port = behaviour, clock, port
        self._folder = None if state_dir else TemporaryDirectory(prefix="rehearsal-")
        self._state_dir = state_dir or Path(self._folder.name if self._folder else "")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="rehearsal", daemon=True)
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Where it listens: the base URL of a client."""
        return f"http://{HOST}:{self._port}"

    def start(self) -> "RehearsalServer":
        """Start it; it answers once this returns. Raises what build_app raises, and OSError for a taken port."""
        app = build_app(self._behaviour, self._state_dir, self._clock)
        self._thread.start()
        try:
            self._runner, self._port = self._wait(_listening(app, self._port))
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop it; open connections are closed. A second time does nothing."""
        if self._loop.is_closed():
            return
        if self._runner is not None:
            self._wait(self._runner.cleanup())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()
        if self._folder is not None:
            self._folder.cleanup()

    def control(self, **changes: Any) -> dict[str, Any]:
        """Change settings (settings.py; `reset=True` forgets the counts); all settings as they are now."""
        return self._json("/_control", changes)

    def stats(self, detail: bool = False) -> dict[str, Any]:
        """All counts (stats.py)."""
        return self._json(f"/_stats?detail={int(detail)}", None)

    def _json(self, path: str, sent: dict[str, Any] | None) -> dict[str, Any]:
        body = None if sent is None else json.dumps(sent).encode()
        with urlopen(Request(self.url + path, data=body), timeout=PATIENCE) as response:
            told: dict[str, Any] = json.load(response)
        return told

    def _wait(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def __enter__(self) -> "RehearsalServer":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


async def _listening(app: web.Application, port: int) -> tuple[web.AppRunner, int]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    site = web.TCPSite(runner, HOST, port, backlog=1024)
    await site.start()
    return runner, runner.addresses[0][1]


async def _served(app: web.Application, port: int) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    runner, port = await _listening(app, port)
    print(f"http://{HOST}:{port}", flush=True)
    with contextlib.suppress(asyncio.CancelledError):
        await stopped.wait()
    await runner.cleanup()


def main(argv: Sequence[str], clock: Clock) -> None:
    """Run a server until it is interrupted; its first line of output is its URL.

    Arguments: `--port`, `--state` (folder of the batches), `--settings` (JSON, as for /_control).
    """
    parser = argparse.ArgumentParser(prog="rehearsal", description="Answers the Messages protocol for nothing.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--settings", default="{}")
    chosen = parser.parse_args(argv)
    behaviour = changed(Behaviour(), json.loads(chosen.settings))
    gc.freeze()  # nothing of what was imported is ever garbage
    asyncio.run(_served(build_app(behaviour, chosen.state, clock), chosen.port))
