"""Dagster's event log in SQLite, with files that stay open; named in dagster.yaml.

Dagster's own opens and closes a file, makes an engine for it and asks for its columns, for every event and every
question, and waits for the disk each time. A build of the rollups tells some 4,000 events: that took longer than the
build (docs/decisions/0014-the-event-log-stays-open.md). Nothing else is changed, and either reads what the other wrote.
"""

import os
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy import event as engine_event
from sqlalchemy.pool import QueuePool

FILES_KEPT_OPEN = 8
RUNS = os.path.join("history", "runs")


class OpenEventLog(SqliteEventLogStorage):
    """One connection a file, for the files last used. `base_dir` is DAGSTER_HOME: files lie where they always did."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._is_there: set[str] = set()
        super().__init__(os.path.join(base_dir, RUNS), inst_data)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> Self:
        """By the entry of dagster.yaml."""
        return cls(inst_data=inst_data, **config_value)

    def has_secondary_index(self, name: str) -> bool:
        """Whether a migration has been done: what is done stays done."""
        return self._once(f"index {name}", lambda: super(OpenEventLog, self).has_secondary_index(name))

    def has_asset_key_col(self, column_name: str) -> bool:
        """Whether the table of assets has a column: one that is there stays."""
        return self._once(f"column {column_name}", lambda: super(OpenEventLog, self).has_asset_key_col(column_name))

    def store_event(self, event: EventLogEntry) -> None:
        """Keep an event. Who watches a run waits for its file to change, and at first only the file's journal does."""
        super().store_event(event)
        os.utime(self.path_for_shard(event.run_id))

    def dispose(self) -> None:
        """Close every file."""
        super().dispose()
        while self._engines:
            self._engines.popitem()[1].dispose()

    def _once(self, name: str, ask: Callable[[], bool]) -> bool:
        if name not in self._is_there and ask():
            self._is_there.add(name)
        return name in self._is_there

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def _engine(self, shard: str) -> Engine:
        engine = self._engines.get(shard)
        if engine is None:
            engine = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=QueuePool,
                pool_size=1,
                connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            )
            engine_event.listen(engine, "connect", _write_on)
            self._engines[shard] = engine
        self._engines.move_to_end(shard)
        while len(self._engines) > FILES_KEPT_OPEN:
            self._engines.popitem(last=False)[1].dispose()
        return engine


def _write_on(connection: Any, record: Any) -> None:
    """The disk is waited for at checkpoints: a machine that loses power may lose last events, and breaks no file."""
    connection.execute("PRAGMA synchronous=NORMAL")
