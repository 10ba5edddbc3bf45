"""Of the name of a model the name is kept: no path with a person in it, no account, no address, no key."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import zstandard
from api_logs import completion, write_lines
from hypothesis import given
from hypothesis import strategies as st
from reading_home import AS_OF, KEY, read_logs

from economic_index.conversations.file_report import FileReport
from economic_index.conversations.kept_names import MAX_NAME, kept_name
from economic_index.conversations.mapping_toml import parse_mapping
from economic_index.conversations.normalise import Row
from economic_index.conversations.run_context import RunContext
from economic_index.conversations.sources import Source
from economic_index.conversations.stream_reading import FileRows
from economic_index.conversations.weekly import conversations_of_week
from economic_index.lake import Lake

ARN = "arn:aws:bedrock:eu-west-1:123456789012:"
PRIVATE = ("anna", "123456789012", "sk-ant")
PATHS = [
    ("/home/anna.smith/models/llama-3.gguf", "llama-3.gguf"),
    ("C:\\Users\\anna\\llama.gguf", "llama.gguf"),
    ("/home/anna/models/llama-3/", "llama-3"),
    ("s3://anna/team\\llama", "llama"),
    (f"{ARN}application-inference-profile/x1", "x1"),
    (f"bedrock/{ARN}provisioned-model:x2", "x2"),
    ("arn%3Aaws%3Abedrock%3Aeu-west-1%3A123456789012%3Ainference-profile%2Fx3", "x3"),
]
WITHHELD = [
    "anna@example.com",
    "gpt-4o for anna@example.com",
    "anna%40example.com",
    "sk-ant-api03-abcdefghijklmnopqrstuv",
    "https://host/v1?model=gpt&key=sk-ant-abcdefghijklmnopqrstuv",
    "GB82 WEST 1234 5698 7654 32",
    "10.0.0.7",
    "llama on 10.0.0.7",
    "a" * (MAX_NAME + 1),
    "/",
    " ",
]


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        *PATHS,
        *((raw, None) for raw in WITHHELD),
        ("openai/gpt-4o-2024-08-06", "gpt-4o-2024-08-06"),
        ("claude-sonnet-4@20250514", "claude-sonnet-4@20250514"),
        ("us.anthropic.claude-sonnet-4-20250514-v1:0", "us.anthropic.claude-sonnet-4-20250514-v1:0"),
        ("llama3:8b", "llama3:8b"),
        ("Claude 3.5  Sonnet (new)", "Claude 3.5 Sonnet (new)"),
        ("文心一言", "文心一言"),
        ("a" * MAX_NAME, "a" * MAX_NAME),
        ("m\ud800", "m\ufffd"),
        ("", None),
        (None, None),
    ],
)
def test_a_name_is_kept_without_what_is_not_its_own(raw: str | None, name: str | None) -> None:
    assert kept_name(raw) == name


@given(st.text(alphabet=st.sampled_from("aA1/\\:@. %4-\ud800\u00e9arn"), max_size=30))
def test_what_is_kept_is_kept_again_and_is_no_path(raw: str) -> None:
    name = kept_name(raw)
    if name is not None:
        assert not {"/", "\\"} & set(name)
        name.encode()


def rows_of(path: Path, source: Source) -> list[Row]:
    report = FileReport(source.name, "f1", path.name, "", path.stat().st_size)
    return list(FileRows(path, source, RunContext(KEY, AS_OF), report))


@pytest.mark.parametrize(("raw", "name"), [*PATHS, *((raw, None) for raw in WITHHELD[:5])])
def test_of_a_request_the_name_is_kept_for_the_conversation_and_its_messages(
    tmp_path: Path, raw: str, name: str | None
) -> None:
    line = completion("q", reply="a")
    line["request"]["model"] = raw
    (row,) = rows_of(write_lines(tmp_path / "a.jsonl", [line]), Source("s", str(tmp_path), default_model="ours"))
    assert row.values["model_raw"] == name
    assert set(row.transcript.models or ()) <= {name, None}
    assert row.values["model_count"] == 1
    told = repr([row.values["model"], row.values["model_raw"], row.transcript.models])
    assert not [private for private in PRIVATE if private in told]


@pytest.mark.parametrize("rows", ["message", "conversation"])
def test_of_a_mapped_table_neither_model_nor_product_tells_a_person(tmp_path: Path, rows: str) -> None:
    columns = {"conversation_id": "id", "time": "at", "model": "model"}
    spoken = {"role": "role", "text": "text"} if rows == "message" else {"messages": "messages"}
    mapping: dict[str, Any] = {"rows": rows, "product_column": "product", "columns": columns | spoken}
    if rows == "message":
        mapping["roles"] = {"user": ["user"], "assistant": ["assistant"]}
    turns = [{"role": "user", "text": "q"}, {"role": "assistant", "text": "a"}]
    path = tmp_path / "table.jsonl"
    of_all = {"id": "c", "at": "2026-01-05T08:00:00Z"}
    for model, product, kept in [
        (PATHS[0][0], "desk/anna@example.com", ("llama-3.gguf", "mapped_table")),
        ("anna@example.com", "/srv/anna/desk", (None, "desk")),
    ]:
        told = of_all | {"model": model, "product": product}
        messages = [{"role": turn["role"], "content": turn["text"]} for turn in turns]
        lines = [told | turn for turn in turns] if rows == "message" else [told | {"messages": messages}]
        (row,) = rows_of(
            write_lines(path, lines), Source("t", str(path), mapping=parse_mapping(mapping, "sources.toml"))
        )
        assert (row.values["model_raw"], row.values["product"]) == kept
        assert "anna" not in repr([row.values["model"], row.transcript.models])


def test_nothing_of_it_lies_in_the_home(lake: Lake, logs: Path) -> None:
    lines = []
    for number, raw in enumerate([PATHS[0][0], PATHS[4][0], *WITHHELD[:4]]):
        line = completion(f"q{number}", reply="a", minute=number, session_id=f"s{number}")
        line["request"]["model"] = raw
        lines.append(line)
    write_lines(logs / "a.jsonl", lines)
    assert read_logs(lake, Source("s", str(logs))).raw_logs["conversation_count"].tolist() == [6]
    packed = [lake.kept_chains(path.stem) or b"" for path in (lake.root / "open_chains").iterdir()]
    told = "".join(zstandard.ZstdDecompressor().decompressobj().decompress(each).decode() for each in packed)
    assert "llama-3.gguf" in told
    rows, batches = conversations_of_week(lake, date(2026, 1, 5))
    told += repr([batch.to_pylist() for part in (rows, batches) for batch in part])
    assert not [private for private in PRIVATE if private in told]
