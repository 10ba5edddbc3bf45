"""Packed logs are streams: nothing is extracted, bombs are counted in real bytes, damage keeps whole records."""

import gzip
import hashlib
import io
import zipfile
from pathlib import Path

import pytest
import zstandard

from economic_index.conversations.errors import LogFormatError
from economic_index.conversations.listing import list_files
from economic_index.conversations.open_files import ArchiveLimits, open_log
from economic_index.conversations.places import local_file
from economic_index.vocabulary import RejectReason

LOG = b'[{"a":1},{"a":2}]'


def contents(path: Path, limits: ArchiveLimits | None = None) -> dict[str, bytes]:
    with open_log(path, limits) as log:
        return {stream.name: b"".join(stream.chunks) for stream in log.streams()}


def zipped(members: dict[str, bytes], **options: object) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def reason_of(path: Path, limits: ArchiveLimits | None = None) -> RejectReason:
    with pytest.raises(LogFormatError) as caught:
        contents(path, limits)
    assert path.name in str(caught.value)
    return caught.value.reason


@pytest.mark.parametrize(
    "packed",
    [
        LOG,
        gzip.compress(LOG),
        gzip.compress(LOG[:5]) + gzip.compress(LOG[5:]),
        zstandard.compress(LOG),
        zstandard.compress(LOG[:5]) + zstandard.compress(LOG[5:]),
        zipped({"x/conversations.json": LOG}),
    ],
    ids=["plain", "gzip", "gzip of two members", "zstd", "zstd of two frames", "zip"],
)
def test_the_first_bytes_decide_not_the_suffix(tmp_path: Path, packed: bytes) -> None:
    path = tmp_path / "log.dms"
    path.write_bytes(packed)
    assert list(contents(path).values()) == [LOG]
    with open_log(path) as log:
        for stream in log.streams():
            for _ in stream.chunks:
                pass
        assert log.digest.hexdigest() == hashlib.sha256(packed).hexdigest()
        assert log.byte_count == len(packed)


def test_a_zip_is_read_in_order_of_name_without_junk_companions_or_names_that_leave_it(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    junk = [
        "__MACOSX/._conversations.json",
        "a/._x.json",
        "user.json",
        "chat.html",
        "../up.json",
        "/abs.json",
        "C:/x.json",
    ]
    path.write_bytes(zipped({"b/2.json": b"[2]", "a/1.jsonl": b"[1]", **dict.fromkeys(junk, b"[9]")}))
    assert contents(path) == {"1.jsonl": b"[1]", "2.json": b"[2]"}


def test_numbered_parts_are_taken_instead_of_the_old_single_file(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    path.write_bytes(
        zipped({"conversations.json": b"0", "conversations-001.json": b"2", "conversations-000.json": b"1"})
    )
    assert contents(path) == {"conversations-000.json": b"1", "conversations-001.json": b"2"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_of_one_name_are_all_read(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for data in (b"[1]", b"[2]"):
            archive.writestr("conversations.json", data)
    with open_log(path) as log:
        assert [b"".join(stream.chunks) for stream in log.streams()] == [b"[1]", b"[2]"]


def test_a_zip_in_a_zip_is_read_one_level_deep_and_leaves_no_file(tmp_path: Path) -> None:
    inner = zipped({"conversations.json": LOG, "deeper.zip": zipped({"c.json": b"[3]"})})
    path = tmp_path / "export.zip"
    path.write_bytes(zipped({"conversations-000.zip": inner}))
    with open_log(path, temporary_folder=tmp_path) as log:
        read = {stream.name: b"".join(stream.chunks) for stream in log.streams()}
    assert read["conversations.json"] == LOG
    assert read.get("c.json") is None
    assert [entry.name for entry in tmp_path.iterdir()] == ["export.zip"]


def test_a_symbolic_link_in_a_zip_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    link = zipfile.ZipInfo("link.json")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/hosts")
        archive.writestr("a.json", LOG)
    assert contents(path) == {"a.json": LOG}


def test_bombs_are_counted_in_real_bytes(tmp_path: Path) -> None:
    small = ArchiveLimits(ratio_after_bytes=1_000_000)
    zeros = b"[" + b" " * 30_000_000
    for name, data in {
        "b.gz": gzip.compress(zeros),
        "b.zst": zstandard.compress(zeros),
        "b.zip": zipped({"a.json": zeros}),
    }.items():
        path = tmp_path / name
        path.write_bytes(data)
        assert reason_of(path, small) is RejectReason.ARCHIVE_LIMIT
        assert reason_of(path, ArchiveLimits(member_bytes=20_000_000)) is RejectReason.ARCHIVE_LIMIT


def test_too_many_members_or_bytes_stop_the_archive(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    path.write_bytes(zipped({f"{number}.json": LOG for number in range(5)}))
    assert reason_of(path, ArchiveLimits(member_count=4)) is RejectReason.ARCHIVE_LIMIT
    assert reason_of(path, ArchiveLimits(file_bytes=40)) is RejectReason.ARCHIVE_LIMIT
    assert len(contents(path)) == 5


def test_encrypted_empty_and_broken_archives_say_so(tmp_path: Path) -> None:
    encrypted = bytearray(zipped({"a.json": LOG}))
    encrypted[6] |= 1
    encrypted[encrypted.index(b"PK\x01\x02") + 8] |= 1
    cases = {
        "encrypted.zip": (bytes(encrypted), RejectReason.ENCRYPTED_ARCHIVE),
        "empty.zip": (zipped({}), RejectReason.BAD_ARCHIVE),
        "cut.zip": (zipped({"a.json": LOG * 50})[:60], RejectReason.BAD_ARCHIVE),
        "x.7z": (b"7z\xbc\xaf\x27\x1c", RejectReason.UNKNOWN_FORMAT),
        "x.db": (b"SQLite format 3\x00", RejectReason.UNKNOWN_FORMAT),
    }
    for name, (data, reason) in cases.items():
        path = tmp_path / name
        path.write_bytes(data)
        assert reason_of(path) is reason, name


@pytest.mark.parametrize("name", ["cut.gz", "trailer.gz", "cut.zst", "flipped.zip", "checksum.zip"])
def test_damage_keeps_what_came_before_it_and_is_told(tmp_path: Path, name: str) -> None:
    noise = hashlib.shake_256(b"seed").hexdigest(100_000).encode()
    if name == "cut.gz":
        data = gzip.compress(noise)[:-30_000]
    elif name == "trailer.gz":
        data = gzip.compress(noise)[:-5] + b"\x00" * 5
    elif name == "cut.zst":
        data = zstandard.compress(noise)[:-20_000]
    else:
        whole = bytearray(zipped({"a.json": noise}))
        place = 60_000 if name == "flipped.zip" else whole.index(b"PK\x01\x02") + 16
        whole[place] ^= 0xFF
        data = bytes(whole)
    path = tmp_path / name
    path.write_bytes(data)
    with open_log(path) as log:
        for stream in log.streams():
            read = b"".join(stream.chunks)
            assert stream.damage is RejectReason.BAD_ARCHIVE
    assert len(read) > 20_000
    assert noise.startswith(read[:20_000])
    if name in {"trailer.gz", "checksum.zip"}:
        assert noise.startswith(read)
        assert len(read) > len(noise) - 20


def test_a_folder_a_glob_and_a_name_list_the_same_files_in_one_order(tmp_path: Path) -> None:
    for name in ["b/2.jsonl", "a/1.json", "a/.hidden.json", "a/picture.png", "user.json", "c/3.json.gz"]:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(LOG)
    files, ignored = list_files(str(tmp_path))
    assert [file.name for file in files] == ["1.json", "2.jsonl", "3.json.gz"]
    assert sorted(ignored) == [".hidden.json", "picture.png", "user.json"]
    assert list_files(str(tmp_path / "*" / "*"))[0] == files
    assert list_files(str(tmp_path / "user.json"))[0] == [local_file(tmp_path / "user.json")]
    with pytest.raises(FileNotFoundError, match="nothing matches"):
        list_files(str(tmp_path / "none" / "*.json"))
