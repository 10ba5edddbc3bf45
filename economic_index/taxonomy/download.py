"""Download one file over HTTP: resumed where it ended, retried with growing waits, never larger than allowed.

What is in the file is not judged here, and nothing is cached: statements.py does both.
"""

import http.client
import os
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from typing import Any

ATTEMPTS = 5  # in a row without a new byte
CHUNK, TIMEOUT = 1 << 16, 60.0
LARGEST = 300 << 20  # the largest official file, of the published index, has 219 MB
LONGEST_WAIT = 60.0
PASSING = frozenset({408, 429, 500, 502, 503, 504})  # too many requests, and the server's own troubles
AGENT = "open-economic-index"


class DownloadFailed(Exception):
    """The file could not be had; the message names the address and the last error."""


class IncompleteBody(Exception):
    """The connection ended before the file did."""


def download(url: str, part: Path, wait: Callable[[float], None]) -> None:
    """Fetch `url` into `part`, going on after the bytes that `part` already has.

    Waits 1, 2, 4, 8 s (or what the server asks for, at most a minute) between attempts that brought nothing.
    Raises DownloadFailed at once for an answer that will not change, else after five such attempts.
    """
    failures = 0
    while True:
        before = _size(part)
        try:
            _continue(url, part)
            return
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and before:
                if error.headers.get("Content-Range") == f"bytes */{before}":
                    return  # a kill came between the last byte and its use
                part.unlink()  # longer than the file: of another one
            elif error.code not in PASSING:
                raise DownloadFailed(f"{url}: HTTP {error.code}") from None
            reason, pause = f"HTTP {error.code}", _retry_after(error.headers)
        except (OSError, http.client.HTTPException, IncompleteBody) as error:
            reason, pause = str(error) or type(error).__name__, 0.0
        failures = 0 if _size(part) > before else failures + 1
        if failures == ATTEMPTS:
            raise DownloadFailed(f"{url}: {reason}, {ATTEMPTS} times")
        wait(max(pause, 2.0 ** max(failures - 1, 0)))


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _retry_after(headers: Message) -> float:
    """Seconds that the server asks for; a date, or anything else, counts as none."""
    asked = headers.get("Retry-After") or ""
    return min(float(asked), LONGEST_WAIT) if asked.isdecimal() else 0.0


def _continue(url: str, part: Path) -> None:
    """One request: the rest of the file where the server can resume, else the whole."""
    if not url.startswith(("http://", "https://")):
        raise DownloadFailed(f"{url}: not an address of the web")
    have = _size(part)
    headers = {"User-Agent": AGENT} | ({"Range": f"bytes={have}-"} if have else {})
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=TIMEOUT) as reply:
        start = _start(reply, have)
        length = reply.headers.get("Content-Length")
        wanted = start + int(length) if length else None
        _append(reply, part, start)
    if wanted is not None and _size(part) < wanted:
        raise IncompleteBody(f"the connection ended after {_size(part):,} of {wanted:,} bytes")


def _start(reply: Any, have: int) -> int:
    """Where the reply's bytes belong: at `have` if the server resumed just there, else at the beginning."""
    found = re.match(r"bytes (\d+)-", reply.headers.get("Content-Range") or "")
    if reply.status != http.client.PARTIAL_CONTENT:
        return 0
    if not found or int(found[1]) != have:
        raise IncompleteBody(f"asked for bytes from {have:,}, got others")
    return have


def _append(reply: Any, part: Path, start: int) -> None:
    """Write the reply's bytes at `start`, each chunk as it comes, so that a kill loses nothing."""
    size = start
    with part.open("r+b" if start else "wb") as file:
        file.seek(start)
        while chunk := reply.read(CHUNK):
            size += len(chunk)
            if size > LARGEST:
                raise DownloadFailed(f"{reply.url}: larger than {LARGEST >> 20} MB")
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
