"""Processes killed in the middle of things, and others that go on: nothing is paid twice, nothing is lost."""

import multiprocessing
import os
import socket
import sqlite3
import sys
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from multiprocessing import forkserver
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from batch_runs import Home, requests

from economic_index.vocabulary import State

CREATION = b"POST /v1/messages/batches "
PROCESSES = multiprocessing.get_context("forkserver")


@pytest.fixture(scope="module", autouse=True)
def preloaded():
    """Importing everything takes seconds: once, by a process that all others are forked off."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        PROCESSES.set_forkserver_preload(["batch_runs", Path(__file__).stem])
        forkserver.ensure_running()


class Gate:
    """A wire to the server that swallows what the server says from the first creation of a batch on."""

    def __init__(self, url):
        self.target = urlsplit(url)
        self.is_open = threading.Event()
        self.is_open.set()
        self.was_shut = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection((self.target.hostname, self.target.port))
                for pair, waits in (((client, server), False), ((server, client), True)):
                    threading.Thread(target=self._carry, args=(*pair, waits), daemon=True).start()

    def _carry(self, source, sink, waits):
        with suppress(OSError):
            while data := source.recv(1 << 16):
                if waits:
                    self.is_open.wait()
                elif CREATION in data and not self.was_shut:
                    self.was_shut = True
                    self.is_open.clear()
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def close(self):
        self.is_open.set()
        self.listener.close()


@pytest.fixture
def gate(server):
    made = Gate(server.url)
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "home"


def a_run(url, folder, count, most, told):
    """One run of batches; how many requests ended, by state, is told."""
    home = Home(url, folder, lambda: datetime.now(UTC))
    told.put(dict(home.run(requests(range(count)), most_requests=most, lease_seconds=0.3).ended))


def begin(url, folder, count, most=2000):
    """In a process that may be killed; it is forked off one that has imported everything and does nothing else."""
    told = PROCESSES.SimpleQueue()
    process = PROCESSES.Process(target=a_run, args=(url, folder, count, most, told), daemon=True)
    process.told = told
    process.start()
    return process


def kill_when(process, holds, patience=60.0):
    until = time.monotonic() + patience
    while not holds():
        assert process.is_alive(), "it ended before it could be killed"
        assert time.monotonic() < until
        time.sleep(0.002)
    process.kill()
    process.join()


def finish(process):
    process.join(60)
    assert process.exitcode == 0
    return process.told.get()


def count_of(folder, table):
    """How many rows another process has committed."""
    with suppress(sqlite3.OperationalError), sqlite3.connect(folder / "answers.sqlite") as rows:
        return rows.execute(f"select count(*) from {table}").fetchone()[0]
    return 0


def test_killed_between_the_intent_and_the_reply_one_batch_is_on_the_server(server, gate, folder):
    first = begin(gate.url, folder, 40)
    kill_when(first, lambda: server.stats()["batches"].get("created") == 1)
    home = Home(gate.url, folder, None)
    assert home.states() == ["intent"]
    assert home.batches()[0].batch_id is None
    gate.is_open.set()
    assert finish(begin(gate.url, folder, 40)) == {State.ANSWERED: 40}
    assert home.states() == ["collected"]
    stats = server.stats()
    assert stats["batches"]["created"] == 1
    assert (stats["arrivals"], stats["made_again"]) == (40, 0)
    assert home.spooled == []


def test_killed_while_it_collects_the_rest_is_collected_once(server, folder):
    first = begin(server.url, folder, 1600)
    kill_when(first, lambda: count_of(folder, "attempts") >= 500)
    home = Home(server.url, folder, None)
    assert 500 <= len(home.attempts()) < 1600
    assert home.states() == ["ended"]
    assert finish(begin(server.url, folder, 1600)) == {State.ANSWERED: 1600}
    keys = [row.key for row in home.attempts()]
    assert len(keys) == len(set(keys)) == 1600
    stats = server.stats()
    assert (stats["arrivals"], stats["batches"]["created"]) == (1600, 1)


def test_killed_again_and_again_nothing_is_paid_twice(server, folder):
    server.control(batch={"end_delay": 0.2, "expired": 0.1})
    for attempts in (1, 100, 250):
        kill_when(begin(server.url, folder, 400, 60), lambda least=attempts: count_of(folder, "attempts") >= least)
    finish(begin(server.url, folder, 400, 60))
    home = Home(server.url, folder, None)
    answered = [row.key for row in home.attempts() if row.outcome == "answered"]
    assert len(answered) == len(set(answered)) == len(home.answered(range(400)))
    assert len(answered) + len(home.outcomes(range(400))) == 400
    assert server.stats()["made_again"] == 0
    assert home.spooled == []
