"""Hand-made rows of a gateway's table and of an observability tool's export, and the same as CSV and Parquet."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq


def answered(text: str) -> dict[str, Any]:
    """A reply as OpenAI's API gives it."""
    return {"id": "chatcmpl-1", "choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]}


def spend_row(number: int, messages: Any, reply: Any, **own: Any) -> dict[str, Any]:
    """A row of LiteLLM_SpendLogs; the text columns as a dump has them, JSON as text. A session of its own."""
    return {
        "request_id": f"chatcmpl-{number:020d}",
        "call_type": "acompletion",
        "api_key": "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b",
        "startTime": f"2026-01-05 08:{number:02d}:00.5",
        "endTime": f"2026-01-05 08:{number:02d}:04",
        "model": "gpt-x",
        "user": "default_user_id",
        "end_user": "e1",
        "team_id": "team-secret",
        "requester_ip_address": "10.1.2.3",
        "request_tags": '["tag-secret"]',
        "messages": json.dumps(messages),
        "response": json.dumps(reply),
        "proxy_server_request": "{}",
        "session_id": f"5f2b1c9e-0d5c-4d8e-9a53-{number:012d}",
        "status": "success",
        "cache_hit": "False",
        **own,
    }


def observation(number: int, given: Any, output: Any, **own: Any) -> dict[str, Any]:
    """A generation as the export to a bucket has it."""
    return {
        "id": f"o{number}",
        "trace_id": f"t{number}",
        "type": "GENERATION",
        "start_time": f"2026-01-05 08:{number:02d}:00.000000",
        "environment": "production",
        "trace_name": "trace-secret",
        "user_id": "u9",
        "session_id": None,
        "provided_model_name": "gpt-x",
        "input": given if isinstance(given, str) else json.dumps(given),
        "output": output if isinstance(output, str) else json.dumps(output),
        **own,
    }


def write_as(folder: Path, kind: str, rows: Sequence[dict[str, Any]]) -> Path:
    """The rows as a file of a kind: jsonl, json, csv or parquet."""
    path = folder / f"dump.{kind}"
    names = list(rows[0])
    if kind == "csv":
        written = io.StringIO(newline="")
        writer = csv.writer(written)
        writer.writerows([names, *([row.get(name) for name in names] for row in rows)])
        path.write_text(written.getvalue(), encoding="utf-8")
    elif kind == "parquet":
        pq.write_table(pa.Table.from_pylist([{name: row.get(name) for name in names} for row in rows]), path)
    elif kind == "json":
        path.write_text(json.dumps(list(rows), indent=1), encoding="utf-8")
    else:
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path
