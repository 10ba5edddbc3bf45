"""Logs in an object store are read as those on disk are: listed, packed, grown, replaced, gone."""

import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import zstandard
from chatgpt_logs import Chat
from object_store import BUCKET, SECRET, Bucket, s3_server
from reading_home import AS_OF, KEY, read_logs
from s3fs import S3FileSystem

from economic_index.conversations import stores
from economic_index.conversations.check_logs import sniff_sources
from economic_index.conversations.listing import list_files
from economic_index.conversations.open_files import open_log, sha256_of
from economic_index.conversations.places import LogFile, NoLogsError
from economic_index.conversations.source_fingerprints import stat_fingerprint
from economic_index.conversations.sources import Source, SourcesError
from economic_index.conversations.sources_edits import write_sources
from economic_index.conversations.sources_toml import load_sources
from economic_index.conversations.stores import StoreError
from economic_index.lake import Lake
from economic_index.vocabulary import FileStatus

ALL = f"s3://{BUCKET}/team/"


def lines_of(*names: str) -> bytes:
    return "".join(json.dumps(Chat(name, ("q", "a")).record()) + "\n" for name in names).encode()


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(f"export/{name}.json", data)
    return buffer.getvalue()


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """A bucket of an S3 server on loopback."""
    with s3_server(monkeypatch) as made:
        yield made


def test_plain_packed_and_zipped_objects_are_read_and_unchanged_ones_skipped(bucket: Bucket, lake: Lake) -> None:
    bucket.put("team/a.jsonl", lines_of("plain"))
    bucket.put("team/b.jsonl.gz", gzip.compress(lines_of("gzip")))
    bucket.put("team/deep/c.jsonl.zst", zstandard.compress(lines_of("zstd")))
    array = json.dumps([Chat("zip", ("q", "a")).record()]).encode()
    account = b'{"id": "user-1"}'
    bucket.put("team/d.zip", zipped(conversations=array, user=account))
    bucket.put("team/picture.png", b"x")
    bucket.put("other/e.jsonl", lines_of("elsewhere"))
    reading = read_logs(lake, Source("s", ALL))
    assert [report.name for report in reading.reports] == ["a.jsonl", "b.jsonl.gz", "d.zip", "c.jsonl.zst"]
    assert [report.conversation_count for report in reading.reports] == [1, 1, 1, 1]
    assert reading.ignored == ["picture.png"]
    assert [path.name for path in lake.root.iterdir() if "tmp" in path.name] == []
    again = read_logs(lake, Source("s", ALL))
    assert (again.reports, again.unchanged_count) == ([], 4)


def test_a_file_is_the_same_wherever_it_lies(bucket: Bucket, logs: Path) -> None:
    data = zipped(conversations=json.dumps([Chat("zip", ("q", "a")).record()]).encode())
    (logs / "a.zip").write_bytes(data)
    bucket.put("team/a.zip", data)
    (there,), _ = list_files(ALL)
    (here,), _ = list_files(str(logs))
    assert (there.name, there.size_bytes, sha256_of(there)) == (here.name, here.size_bytes, sha256_of(here))
    read = []
    for file in (here, there):
        with open_log(file, temporary_folder=logs) as log:
            read.append(({each.name: b"".join(each.chunks) for each in log.streams()}, log.digest.hexdigest()))
    assert read[0] == read[1]
    assert [path.name for path in logs.iterdir()] == ["a.zip"]


def test_a_glob_and_a_name_take_what_they_say(bucket: Bucket) -> None:
    for key in ("team/2026-01/a.jsonl", "team/2026-02/a.jsonl", "team/2026-02/b.jsonl", "team/x.jsonl"):
        bucket.put(key, lines_of(key))
    assert [file.identity for file in list_files(f"{ALL}*/a.jsonl")[0]] == [
        f"{ALL}2026-01/a.jsonl",
        f"{ALL}2026-02/a.jsonl",
    ]
    assert [file.identity for file in list_files(f"{ALL}**/*.jsonl")[0]] == [
        f"{ALL}{name}.jsonl" for name in ("2026-01/a", "2026-02/a", "2026-02/b", "x")
    ]
    assert [file.name for file in list_files(f"{ALL}x.jsonl")[0]] == ["x.jsonl"]


def test_the_account_beside_an_unpacked_export_names_the_user(bucket: Bucket) -> None:
    bucket.put("team/conversations.json", json.dumps([Chat("c", ("q",)).record()]).encode())
    bucket.put("team/user.json", b'{"id": "user-77"}')
    summary = sniff_sources(ALL, AS_OF)
    assert (summary.conversation_count, summary.user_count, summary.without_user_count) == (1, 1, 0)
    assert summary.proposed_source("cloud").path == ALL


def test_a_grown_object_is_read_from_where_it_ended(bucket: Bucket, lake: Lake) -> None:
    first = lines_of("one", "two")
    bucket.put("team/a.jsonl", first)
    read_logs(lake, Source("s", ALL))
    before = stat_fingerprint([Source("s", ALL)], KEY)
    bucket.put("team/a.jsonl", first + lines_of("three"))
    assert stat_fingerprint([Source("s", ALL)], KEY) != before
    (row,) = read_logs(lake, Source("s", ALL)).raw_logs.to_dict("records")
    assert (row["read_from_byte"], row["read_to_byte"]) == (len(first), row["size_bytes"])
    assert (row["record_count"], row["conversation_count"], row["duplicate_count"]) == (1, 1, 0)


def test_a_replaced_object_of_the_same_size_is_read_whole(bucket: Bucket, lake: Lake) -> None:
    bucket.put("team/a.jsonl", lines_of("one"))
    read_logs(lake, Source("s", ALL))
    bucket.put("team/a.jsonl", lines_of("two"))
    (row,) = read_logs(lake, Source("s", ALL)).raw_logs.to_dict("records")
    assert (row["read_from_byte"], row["conversation_count"], row["duplicate_count"]) == (0, 1, 0)


@pytest.mark.parametrize("change", ["gone", "replaced"])
def test_an_object_that_is_gone_or_another_when_it_is_opened_stops_alone(
    bucket: Bucket, lake: Lake, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    bucket.put("team/a.jsonl", lines_of("one"))
    bucket.put("team/b.jsonl", lines_of("two"))
    opened = LogFile.open

    def change_first(log_file: LogFile) -> object:
        if log_file.name == "a.jsonl" and change == "gone":
            bucket.delete("team/a.jsonl")
        elif log_file.name == "a.jsonl":
            bucket.put("team/a.jsonl", lines_of("one longer"))
        return opened(log_file)

    with monkeypatch.context() as patch:
        patch.setattr(LogFile, "open", change_first)
        reading = read_logs(lake, Source("s", ALL))
    assert [report.status for report in reading.reports] == [FileStatus.STOPPED, FileStatus.READ]
    assert reading.stopped_files() == ["a.jsonl: file_changed"]
    after = read_logs(lake, Source("s", ALL))
    assert [report.name for report in after.reports] == ([] if change == "gone" else ["a.jsonl"])


@pytest.mark.parametrize(
    ("place", "error", "told"),
    [
        ("s3://no-such-bucket/team/", NoLogsError, "s3://no-such-bucket/team: no such bucket or file. Check the path"),
        (f"s3://{BUCKET}/deep/nothing/*.jsonl", NoLogsError, f"s3://{BUCKET}/…/*.jsonl: nothing lies there"),
        (f"s3://{BUCKET}/x.jsonl", NoLogsError, f"s3://{BUCKET}/x.jsonl: no such bucket or file"),
    ],
)
def test_a_wrong_address_is_named_with_what_to_check(
    bucket: Bucket, lake: Lake, place: str, error: type[Exception], told: str
) -> None:
    with pytest.raises(error) as caught:
        read_logs(lake, Source("s", place))
    assert told in str(caught.value)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None or caught.value.__suppress_context__


def test_a_store_that_does_not_answer_or_refuses_is_no_empty_store(
    bucket: Bucket, lake: Lake, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = bucket.put("team/a.jsonl", lines_of("one"))
    (logs / "b.jsonl").write_bytes(lines_of("two"))
    cloud, disk = Source("cloud", url), Source("disk", str(logs))
    there, nothing = (stat_fingerprint([Source("cloud", place)], KEY) for place in (url, f"{url}.none"))
    for raised, told in [
        (PermissionError(f"Forbidden {SECRET}"), "access is refused"),
        (RuntimeError(f"endpoint with {SECRET}"), "the store does not answer (RuntimeError)"),
    ]:
        with monkeypatch.context() as patch:

            def fail(*_: object, error: Exception = raised, **__: object) -> None:
                raise error

            patch.setattr("s3fs.S3FileSystem.info", fail)
            S3FileSystem.clear_instance_cache()  # one made before has the method as it was
            with pytest.raises(StoreError, match="environment, profile, role") as caught:
                read_logs(lake, cloud)
            assert stat_fingerprint([cloud], KEY) not in (there, nothing)
            reading = read_logs(lake, cloud, disk)
        assert told in str(caught.value)
        assert told.capitalize()[:20] in reading.summary
        assert SECRET not in str(caught.value) + reading.summary
        assert reading.stopped_files() == ["cloud: store_failed"]
    S3FileSystem.clear_instance_cache()
    assert read_logs(lake, cloud, disk).stopped_files() == []


def test_the_address_stands_in_sources_as_it_is(tmp_path: Path, bucket: Bucket) -> None:
    source = Source("cloud", f"{ALL}*.jsonl")
    write_sources(tmp_path / "sources.toml", [source])
    assert load_sources(tmp_path / "sources.toml") == [source]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("s3://user:hidden@bucket/x", "carries a password or a key"),
        ("https://host/x.json?X-Amz-Signature=hidden", "carries a password or a key"),
        ("simplecache::s3://bucket/x", "joined by ::"),
        ("file:///x", "named by its path"),
        ("nosuch://x", "nosuch:// is no kind of store"),
    ],
)
def test_an_address_that_cannot_be_used_is_an_error_of_its_entry(tmp_path: Path, path: str, told: str) -> None:
    (tmp_path / "sources.toml").write_text(f'[[source]]\nname = "a"\npath = "{path}"\n')
    with pytest.raises(SourcesError, match=r"sources\.toml, entry 1: path: ") as caught:
        load_sources(tmp_path / "sources.toml")
    assert told in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_a_missing_library_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(protocol: str) -> None:
        raise ImportError(f"Install {protocol}fs")

    monkeypatch.setattr(stores.fsspec, "get_filesystem_class", missing)
    (tmp_path / "sources.toml").write_text('[[source]]\nname = "a"\npath = "s3://logs/x"\n')
    with pytest.raises(SourcesError, match=r"pip install 'open-economic-index\[s3\]'"):
        load_sources(tmp_path / "sources.toml")
    (tmp_path / "sources.toml").write_text('[[source]]\nname = "a"\npath = "gs://logs/x"\n')
    with pytest.raises(SourcesError, match=r"gs:// needs a library that is not installed. .*gcs"):
        load_sources(tmp_path / "sources.toml")


def test_objects_in_memory_give_the_same_table(bucket: Bucket, tmp_path: Path, logs: Path) -> None:
    data = lines_of("one", "two")
    (logs / "a.jsonl").write_bytes(data)
    bucket.put("team/a.jsonl", data)
    columns = ["source", "sha256", "source_format", "status", "size_bytes", "read_to_byte", "conversation_count"]
    here = read_logs(Lake(tmp_path / "here"), Source("s", str(logs))).raw_logs[columns]
    there = read_logs(Lake(tmp_path / "there"), Source("s", ALL)).raw_logs[columns]
    pd.testing.assert_frame_equal(here, there)
