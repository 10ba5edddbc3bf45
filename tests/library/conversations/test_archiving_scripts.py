"""The scripts on the pages of the formats do what the pages say, against servers that play the makers' interfaces."""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from reader_runs import read_file

PROJECT = Path(__file__).resolve().parents[3]
FORMATS = Path(__file__).parent / "formats"
Answer = Callable[[str, dict[str, str]], Any]

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("bash", "curl", "jq"))), reason="the scripts need bash, curl and jq"
)


def records_of(name: str) -> list[Any]:
    return [json.loads(line) for line in (FORMATS / name).read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def serve() -> Iterator[Callable[[Answer, str], str]]:
    """Starts a server that answers paths and queries, and asks for a header; gives its address."""
    servers: list[ThreadingHTTPServer] = []

    def start(answer: Answer, header: str) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                split = urlsplit(self.path)
                query = {key: values[0] for key, values in parse_qs(split.query).items()}
                is_allowed = header in f"{self.headers}"
                body = answer(split.path, query) if is_allowed else None
                self.send_response(200 if body is not None else 403)
                self.end_headers()
                self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

            def log_message(self, *told: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def run_script(page: str, folder: Path, there: str, here: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the page's script in a folder, with a loopback address in the place of the maker's."""
    text = (PROJECT / "docs/logs" / f"{page}.md").read_text(encoding="utf-8")
    (script,) = re.findall(r"```bash\n(#!.+?)```", text, re.DOTALL)
    assert there in script
    return subprocess.run(
        ["bash", "-c", script.replace(there, here)],
        cwd=folder,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_events_of_chatgpt_are_appended_from_where_the_last_run_stopped(tmp_path: Path, serve: Any) -> None:
    lines = (FORMATS / "chatgpt_compliance/events.jsonl").read_text(encoding="utf-8").splitlines()
    asked: list[dict[str, str]] = []

    def answer(path: str, query: dict[str, str]) -> Any:
        if path.endswith("/logs"):
            asked.append(query)
            number = len(asked)
            return {"data": [{"id": f"log{number}"}], "has_more": number == 1, "last_end_time": f"t{number}"}
        part = {"log1": lines[:3], "log2": lines[3:]}.get(path.rsplit("/", 1)[1], [])
        return "\n".join(part).encode()

    here = serve(answer, "Authorization: Bearer K")
    settings = {"COMPLIANCE_API_KEY": "K", "WORKSPACE_ID": "w"}
    done = run_script("chatgpt_compliance", tmp_path, "https://api.chatgpt.com", here, **settings)
    assert (done.returncode, done.stderr) == (0, "")
    assert [query["after"] for query in asked[1:]] == ["t1"]
    assert {query["event_type"] for query in asked} == {"CONVERSATION_MESSAGE"}
    assert len(read_file(tmp_path / "chatgpt.jsonl")[0]) == 2
    assert run_script("chatgpt_compliance", tmp_path, "https://api.chatgpt.com", here, **settings).returncode == 0
    assert asked[-1]["after"] == "t2"
    refused = run_script(
        "chatgpt_compliance", tmp_path, "https://api.chatgpt.com", here, **settings | {"COMPLIANCE_API_KEY": "x"}
    )
    assert refused.returncode != 0


def test_chats_of_claude_get_their_messages_and_keep_their_address(tmp_path: Path, serve: Any) -> None:
    chats = records_of("claude_compliance/chats.jsonl")
    listed = [{key: value for key, value in chat.items() if key != "chat_messages"} for chat in chats]

    def answer(path: str, query: dict[str, str]) -> Any:
        if path.endswith("/messages"):
            chat = next(chat for chat in chats if f"/{chat['id']}/" in path)
            return {key: value for key, value in chat.items() if key != "href"}
        page = listed[1:] if query.get("after_id") == "l1" else listed[:1]
        return {"data": page, "has_more": "after_id" not in query, "last_id": "l1"}

    here = serve(answer, "x-api-key: K")
    done = run_script("claude_compliance", tmp_path, "https://api.anthropic.com", here, COMPLIANCE_ACCESS_KEY="K")
    assert (done.returncode, done.stderr) == (0, "")
    assert [json.loads(line)["href"] for line in (tmp_path / "claude.jsonl").read_text().splitlines()] == [
        chat["href"] for chat in chats
    ]
    rows, report = read_file(tmp_path / "claude.jsonl")
    assert (len(rows), dict(report.reasons)) == (1, {"deleted": 1})


def test_pages_of_copilot_are_appended_person_by_person(tmp_path: Path, serve: Any) -> None:
    items = records_of("copilot_m365/interactions.jsonl")
    address: list[str] = []

    def answer(path: str, query: dict[str, str]) -> Any:
        assert path.startswith("/v1.0/copilot/users/u")
        if "$skiptoken" in query:
            return {"value": items[2:]}
        return {"value": items[:2], "@odata.nextLink": f"{address[0]}{path}?$skiptoken=x"}

    address.append(serve(answer, "Authorization: Bearer K"))
    (tmp_path / "users.txt").write_text("u1\n")
    for _ in range(2):
        done = run_script("copilot_m365", tmp_path, "https://graph.microsoft.com", address[0], GRAPH_TOKEN="K")
        assert (done.returncode, done.stderr) == (0, "")
    rows, report = read_file(tmp_path / "copilot/u1.jsonl")
    assert (len(rows), report.record_count) == (2, 4)


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="the commands need sqlite3")
def test_the_tables_of_open_webui_are_dumped_and_read(tmp_path: Path) -> None:
    (chat,) = records_of("open_webui/chat_table.jsonl")
    rows = records_of("open_webui/chat_message_table.jsonl")
    database = ["create table chat (id, user_id, title, created_at, updated_at, chat)"]
    database += ["create table chat_message (" + ", ".join(rows[0]) + ")"]
    quoted = lambda value: "null" if value is None else "'" + str(value).replace("'", "''") + "'"  # noqa: E731
    for table, record in (("chat", chat), ("chat_message", rows[0]), ("chat_message", rows[1])):
        kept = {key: value for key, value in record.items() if table == "chat_message" or key in database[0]}
        database.append(f"insert into {table} ({', '.join(kept)}) values ({', '.join(map(quoted, kept.values()))})")
    subprocess.run(["sqlite3", "webui.db"], input=";\n".join(database) + ";", text=True, cwd=tmp_path, check=True)
    text = (PROJECT / "docs/logs/open_webui.md").read_text(encoding="utf-8")
    commands = re.findall(r"^sqlite3 .+?\.json(?: |$)", text, re.MULTILINE | re.DOTALL)
    assert len(commands) == 2
    found = []
    for command in commands:
        subprocess.run(["bash", "-c", command], cwd=tmp_path, check=True)
        found += read_file(tmp_path / command.split(">")[1].strip())[0]
    assert len({(row.values["conversation_id"], row.values["content_hash"]) for row in found}) == 1
    assert [row.transcript.texts() for row in found] == [["List three knots.", "Bowline, reef, hitch."]] * 2
