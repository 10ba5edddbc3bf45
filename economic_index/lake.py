"""A home on disk: where every table lies, how a week is committed, and what is served.

The only module that knows a path or Parquet. Nothing is computed here, and no clock is read.
"""

import fcntl
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from economic_index.contracts import TABLES, Table, as_arrow, validated

SCRATCH = ".scratch."
"""How folders of the home begin in which rows of logs lie while they are read."""
NO_WEEK = "__HIVE_DEFAULT_PARTITION__"
FIRST_WEEK = date(2020, 6, 1)
KEPT_BUILDS = 5
PARSED = {"manifest.json", "partial_parse.msgpack", "models_hash"}
"""What dbt makes of the project's files alone."""
Rows = pd.DataFrame | Iterable[pa.RecordBatch]


@dataclass(frozen=True)
class Commit:
    """What is known of a committed table or week: identity, size, content, and what it was made from."""

    commit_id: str
    row_count: int
    rows_hash: str
    input_fingerprint: str


class LakeError(Exception):
    """The home on disk is not what it should be; the message names the file and the remedy."""


def week_of(day: date) -> date:
    """Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def fingerprint(*parts: Any) -> str:
    """Stable hash of JSON-able parts, 16 hex characters."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:16]


def empty_frame(table: Table) -> pd.DataFrame:
    """Zero rows with the table's columns and dtypes; the caller's own."""
    return _empty_frame(table).copy()


@cache
def _empty_frame(table: Table) -> pd.DataFrame:
    return validated(table, pd.DataFrame({name: [] for name in table.schema.columns}))


def frame_of(table: Table, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows by name of column as a frame that keeps the contract, however many there are."""
    found = list(rows)
    if not found:
        return empty_frame(table)
    return validated(table, pd.DataFrame(found, columns=list(table.schema.columns)))


class Lake:
    """One home. Opening it writes a typed zero-row file for every contract, so dbt sees all sources."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.root.mkdir(parents=True, exist_ok=True)
        for table in TABLES:
            self._write_marker(table)

    # reading

    def read(self, table: Table) -> pd.DataFrame:
        """All rows of an unpartitioned table; zero rows if it was never written."""
        path = self._file(table)
        return self._frame(table, path) if path.exists() else empty_frame(table)

    def read_week(self, table: Table, week: date) -> pd.DataFrame:
        """The rows of one week; zero rows if it was never committed."""
        path = self._file(table, week)
        return self._frame(table, path) if path.exists() else empty_frame(table)

    def scan_week(
        self, table: Table, week: date, batch_rows: int = 1000, columns: Sequence[str] | None = None
    ) -> Iterator[pa.RecordBatch]:
        """The rows of one week as Arrow batches, in the order in which they were written; of `columns`, if given."""
        path = self._file(table, week)
        if not path.exists():
            return
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(batch_size=batch_rows, columns=columns)

    def scan(self, table: Table, week: date | None = None) -> Iterator[pa.RecordBatch]:
        """The rows of an unpartitioned table, or of one week, as they lie there."""
        path = self._file(table, week)
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(batch_size=1000)

    def holds(self, table: Table, week: date | None = None) -> bool:
        """Whether there is a file of it."""
        return self._file(table, week).exists()

    def weeks_of(self, table: Table) -> list[date]:
        """Weeks that were committed, ascending."""
        folders = (self.root / table.prefix / table.name).glob("week_start=2*/part-0.parquet")
        return sorted(date.fromisoformat(path.parent.name.removeprefix("week_start=")) for path in folders)

    def commit_of(self, table: Table, week: date | None = None) -> Commit | None:
        """The last commit, or None; a note that is not of the file that lies there does not count."""
        note = self._folder(table, week) / "_commit.json"
        path = self._file(table, week)
        if not (note.exists() and path.exists()):
            return None
        try:
            commit = Commit(**json.loads(note.read_text()))
        except (ValueError, TypeError):
            return None
        return commit if commit.commit_id == _commit_id(path) else None

    # writing

    def write(self, table: Table, rows: Rows, input_fingerprint: str = "") -> Commit:
        """Replace an unpartitioned table."""
        return self._commit({table: rows}, None, input_fingerprint)[table]

    def write_if_changed(self, table: Table, input_fingerprint: str, rows: Callable[[], Rows]) -> None:
        """Replace a table made of other inputs; one made of these keeps its commit, so nothing is made again of it."""
        known = self.commit_of(table)
        if known is None or known.input_fingerprint != input_fingerprint:
            self.write(table, rows(), input_fingerprint)

    def update(self, table: Table, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Commit:
        """Replace an unpartitioned table by what is made of its rows; two processes do so one after the other."""
        folder = self._folder(table)
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return self.write(table, change(self.read(table)))

    def commit_week(self, week: date, tables: Mapping[Table, Rows], input_fingerprint: str = "") -> dict[Table, Commit]:
        """Replace one week of tables that belong together, in the given order, under one commit id."""
        return self._commit(tables, week, input_fingerprint)

    def _commit(self, tables: Mapping[Table, Rows], week: date | None, input_fingerprint: str) -> dict[Table, Commit]:
        commit_id = uuid.uuid4().hex
        staged = {table: self._stage(table, rows, week, commit_id) for table, rows in tables.items()}
        commits = {}
        for table, (temporary, count, rows_hash) in staged.items():
            os.replace(temporary, self._file(table, week))
            commits[table] = Commit(commit_id, count, rows_hash, input_fingerprint)
        for table, commit in commits.items():
            write_atomically(self._folder(table, week) / "_commit.json", json.dumps(asdict(commit)))
        return commits

    def _stage(self, table: Table, rows: Rows, week: date | None, commit_id: str) -> tuple[Path, int, str]:
        """Write rows to a file that no reader matches; its name is unique to the process."""
        folder = self._folder(table, week)
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f".part-0.{os.getpid()}.tmp"
        schema = table.arrow_schema()
        digest = hashlib.sha256()
        count = 0
        try:
            with pq.ParquetWriter(temporary, schema, compression="zstd") as writer:
                for batch in self._batches(table, rows):
                    writer.write_batch(batch)
                    count += batch.num_rows
                    digest.update(_batch_digest(batch))
                writer.add_key_value_metadata({"commit_id": commit_id})
        except BaseException:
            temporary.unlink(missing_ok=True)  # it may hold text, and no later week replaces it
            raise
        return temporary, count, digest.hexdigest()[:16]

    @staticmethod
    def _batches(table: Table, rows: Rows) -> Iterator[pa.RecordBatch]:
        schema = table.arrow_schema()
        if isinstance(rows, pd.DataFrame):
            yield from as_arrow(table, rows).to_batches(65_536)
            return
        batches: Iterable[Any] = rows
        for batch in batches:
            yield batch.select(schema.names).cast(schema)

    # the inbox: read, not yet in its week

    def add_to_inbox(self, week: date, reading_id: str, rows: pa.Table) -> None:
        """Put rows of one reading into a week's inbox; the same reading again replaces itself."""
        folder = self._inbox(week)
        folder.mkdir(parents=True, exist_ok=True)
        temporary = folder / f".{reading_id}.{os.getpid()}.tmp"
        pq.write_table(rows, temporary, compression="zstd", row_group_size=1000)
        os.replace(temporary, folder / f"{reading_id}.parquet")

    def scan_inbox(
        self, week: date, columns: Sequence[str] | None = None, batch_rows: int = 1000
    ) -> Iterator[pa.RecordBatch]:
        """All rows that wait for a week, file after file, of `columns`, if given."""
        for path in sorted(self._inbox(week).glob("*.parquet")):
            with pq.ParquetFile(path) as file:
                yield from file.iter_batches(batch_size=batch_rows, columns=columns)

    def inbox_bytes(self, week: date, columns: Sequence[str]) -> int:
        """What columns of all rows that wait for a week take when they are unpacked, at least."""
        size = 0
        for path in self._inbox(week).glob("*.parquet"):
            metadata = pq.read_metadata(path)
            groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
            chunks = [group.column(number) for group in groups for number in range(metadata.num_columns)]
            size += sum(
                chunk.total_uncompressed_size for chunk in chunks if chunk.path_in_schema.partition(".")[0] in columns
            )
        return size

    def inbox_readings(self, week: date) -> set[str]:
        """Readings that have rows waiting for a week: their ids without the number of the batch."""
        return {path.stem.rpartition("-")[0] for path in self._inbox(week).glob("*-*.parquet")}

    def drop_from_inbox(self, week: date, reading_id: str) -> None:
        """Forget what one reading put into a week's inbox."""
        for path in self._inbox(week).glob(f"{reading_id}-*.parquet"):
            path.unlink(missing_ok=True)

    def change_inbox(self, week: date, change: Callable[[pa.Table], pa.Table]) -> None:
        """Replace each file of a week's inbox by what is made of its rows; one without rows goes."""
        for path in sorted(self._inbox(week).glob("*.parquet")):
            old = pq.read_table(path, partitioning=None)
            new = change(old)
            if not new.num_rows:
                path.unlink(missing_ok=True)
            elif new.num_rows < old.num_rows:
                self.add_to_inbox(week, path.stem, new)

    def inbox_weeks(self) -> list[date]:
        """Weeks with rows waiting, ascending."""
        folders = {path.parent.name for path in self.root.glob("inbox/week_start=*/*.parquet")}
        return sorted(date.fromisoformat(name.removeprefix("week_start=")) for name in folders)

    def drop_abandoned(self) -> None:
        """Delete half-written files of processes that are no more, and what a reading set aside: they hold text."""
        for path in self.root.glob(f"{SCRATCH}*"):
            shutil.rmtree(path, ignore_errors=True)
        for folder in ("lake", "inbox", "reference", "open_chains"):
            for path in self.root.glob(f"{folder}/**/.*.tmp"):
                if not process_exists(int(path.name.split(".")[-2])):
                    path.unlink(missing_ok=True)

    def scratch_folder(self, name: str) -> Path:
        """A new folder for rows of a log while it is read; whoever asks removes it, or else the next reading does."""
        folder = self.root / f"{SCRATCH}{name}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    def clear_inbox(self, week: date) -> None:
        """Forget what waited for a week, after its commit."""
        shutil.rmtree(self._inbox(week), ignore_errors=True)

    # open conversations: what an API log left unfinished at the end of a file

    def keep_chains(self, reading_id: str, packed: bytes) -> None:
        """Keep what a reading left open; the same reading again replaces it."""
        path = self._chains(reading_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        temporary.write_bytes(packed)
        os.replace(temporary, path)

    def kept_chains(self, reading_id: str) -> bytes | None:
        """What a reading left open, or None if it is not kept (any more)."""
        path = self._chains(reading_id)
        return path.read_bytes() if path.exists() else None

    def has_chains(self, reading_id: str) -> bool:
        """Whether what a reading left open is kept."""
        return self._chains(reading_id).exists()

    def keep_only_chains(self, reading_ids: Collection[str]) -> None:
        """Delete what all other readings left open."""
        for path in self._chains("").parent.glob("*.zst"):
            if path.stem not in reading_ids:
                path.unlink(missing_ok=True)

    def drop_chains(self, reading_ids: Iterable[str] | None = None) -> None:
        """Delete what these readings left open, or all of it: files before are read again where it is needed."""
        if reading_ids is None:
            shutil.rmtree(self._chains("").parent, ignore_errors=True)
            return
        for reading_id in reading_ids:
            self._chains(reading_id).unlink(missing_ok=True)

    # what is served

    def serve(self, build_id: str, marts: Mapping[str, pa.Table], inputs: str = "") -> Path:
        """Write a build's marts beside the old ones, then switch CURRENT in one step; keep the last five.

        The build that is current may be served again: no reader meets a file half written.
        """
        folder = self.root / "served" / build_id
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in marts.items():
            temporary = folder / f".{name}.{os.getpid()}.tmp"
            pq.write_table(rows, temporary, compression="zstd")
            os.replace(temporary, folder / f"{name}.parquet")
        write_atomically(folder / "_inputs", inputs)
        write_atomically(self.root / "served" / "CURRENT", build_id + "\n")
        self._forget_builds_but(folder)
        return folder

    def _forget_builds_but(self, current: Path) -> None:
        """Remove all but the last five builds, each at once: a reader finds a build whole or not at all."""
        served = self.root / "served"
        builds = [path for path in served.iterdir() if path.is_dir() and not path.name.startswith(".")]
        for old in sorted(builds, key=lambda path: path.stat().st_mtime_ns)[:-KEPT_BUILDS]:
            if old != current:
                os.replace(old, served / f".{old.name}.gone")
        for gone in served.glob(".*.gone"):
            shutil.rmtree(gone, ignore_errors=True)

    def drop_table(self, table: Table) -> None:
        """Delete all rows of a table, of every week."""
        _remove(self.root / table.prefix / table.name)
        self._write_marker(table)

    def drop_published(self) -> None:
        """Delete what is made of the lake and can be made again: dbt's file and results, builds, report, figures."""
        for path in self.root.glob("index.duckdb*"):
            path.unlink(missing_ok=True)
        for path in self.dbt_target.glob("*"):
            if path.name not in PARSED:
                _remove(path)
        (self.root / "served" / "CURRENT").unlink(missing_ok=True)  # first: a reader finds a whole build, or none
        for name in ("served", "release/internal", "report/index.html", "report/made_of.json"):
            _remove(self.root / name)

    def served_tables(self) -> Path | None:
        """Folder of the current build; read CURRENT once and stay with it."""
        current = self.root / "served" / "CURRENT"
        return self.root / "served" / current.read_text().strip() if current.exists() else None

    def served_inputs(self) -> str | None:
        """What the current build was made from."""
        folder = self.served_tables()
        return (folder / "_inputs").read_text() if folder and (folder / "_inputs").exists() else None

    def read_served(self, mart: str) -> pd.DataFrame:
        """One mart of the current build."""
        folder = self.served_tables()
        if folder is None:
            raise LakeError(f"{self.root}: nothing is served yet. Build the index first (make demo, make index).")
        return self.read_served_in(folder, mart)

    @staticmethod
    def read_served_in(folder: Path, mart: str) -> pd.DataFrame:
        """One mart of a build whose folder is known; no columns if that build has no such mart.

        Raises LakeError if the build is gone: only the last five stay.
        """
        try:
            rows: pd.DataFrame = pq.read_table(folder / f"{mart}.parquet", partitioning=None).to_pandas()
            return rows
        except FileNotFoundError:
            # asked in this order: the build may be removed at any moment, and is then no build without the mart
            if folder.exists():
                return pd.DataFrame()
        raise LakeError(f"{folder}: this build is no longer served. Read again from the current one.")

    # other places

    def database_path(self, name: str) -> Path:
        """A SQLite file of the home: versions, vectors, answers."""
        return self.root / f"{name}.sqlite"

    @property
    def duckdb_path(self) -> Path:
        """The DuckDB file, which belongs to dbt alone."""
        return self.root / "index.duckdb"

    @property
    def dbt_target(self) -> Path:
        """Where dbt keeps this home's manifest and run results."""
        return self.root / "dbt_target"

    @property
    def model_dir(self) -> Path:
        """Where the embedded engine keeps the model that it built."""
        return self.root / "model"

    @property
    def headcount_path(self) -> Path:
        """The organisation's own headcount by occupation, if it brings one."""
        return self.root / "headcount.csv"

    @cached_property
    def report_path(self) -> Path:
        """The report page."""
        return self.root / "report" / "index.html"

    def write_report(self, page: str) -> Path:
        """Replace the report page."""
        self.report_path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self.report_path, page)
        return self.report_path

    def write_release(self, kind: str, files: Mapping[str, str]) -> list[Path]:
        """Write long files of one kind (`internal`, `published`) to release/<kind>/; paths in the given order."""
        folder = self.root / "release" / kind
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            write_atomically(folder / name, content)
        return [folder / name for name in files]

    def count_rows(self, table: Table) -> int:
        """Rows of all weeks of a weekly table, by their commits."""
        commits = (self.commit_of(table, week) for week in self.weeks_of(table))
        return sum(commit.row_count for commit in commits if commit)

    def write_hierarchy_page(self, page: str) -> Path:
        """Replace the page that shows the task hierarchy; it stands beside the report."""
        path = self.report_path.with_name("task_hierarchy.html")
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, page)
        return path

    def _chains(self, reading_id: str) -> Path:
        return self.root / "open_chains" / f"{reading_id}.zst"

    def _inbox(self, week: date) -> Path:
        return self.root / "inbox" / f"week_start={week.isoformat()}"

    def _folder(self, table: Table, week: date | None = None) -> Path:
        folder = self.root / table.prefix / table.name
        if not table.weekly:
            return folder
        return folder / f"week_start={week.isoformat() if week else NO_WEEK}"

    def _file(self, table: Table, week: date | None = None) -> Path:
        return self._folder(table, week) / "part-0.parquet"

    def _write_marker(self, table: Table) -> None:
        path = self._file(table)
        if path.exists() and (not table.weekly or pq.read_schema(path).equals(table.arrow_schema())):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".part-0.{os.getpid()}.tmp")
        temporary.write_bytes(_zero_rows(table))
        os.replace(temporary, path)

    @staticmethod
    def _frame(table: Table, path: Path) -> pd.DataFrame:
        rows = pq.read_table(path, partitioning=None)
        if rows.num_rows == 0:
            return empty_frame(table)
        return validated(table, rows.to_pandas())


@cache
def _zero_rows(table: Table) -> bytes:
    """The file of a table in which nothing was written yet."""
    file = BytesIO()
    pq.write_table(table.arrow_schema().empty_table(), file)
    return file.getvalue()


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _commit_id(path: Path) -> str | None:
    metadata = pq.read_metadata(path).metadata or {}
    value = metadata.get(b"commit_id")
    return value.decode() if value else None


def _batch_digest(batch: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return hashlib.sha256(sink.getvalue()).digest()


def parquet_rows(path: Path) -> tuple[list[str], Iterator[dict[str, Any]]]:
    """Column names and rows of a Parquet file that is not the project's own, a batch at a time."""
    file = pq.ParquetFile(path)

    def rows() -> Iterator[dict[str, Any]]:
        with file:
            for batch in file.iter_batches():
                yield from batch.to_pylist()

    return list(file.schema_arrow.names), rows()


def process_exists(pid: int) -> bool:
    """Whether a process of this machine is alive."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def write_atomically(path: Path, content: str) -> None:
    """Replace a text file by one rename."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.write_text(content, encoding="utf-8")
    os.replace(temporary, path)
    with suppress(FileNotFoundError):
        temporary.unlink()
