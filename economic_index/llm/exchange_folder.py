"""The folder of a home in which requests go out and answers come in, and what is forgotten there.

Files are written in exchange_requests.py and read in exchange_answers.py.
"""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

EXCHANGE = "exchange"
_OURS = re.compile(r"(\d{4}-\d\d-\d\d)-.+-\d{4,}\.jsonl(\.part)?")


def forget_requests(folder: Path, is_stale: Callable[[date], bool]) -> None:
    """Delete the files of weeks whose conversations are others by now: they are asked anew."""
    for path in (folder / "requests").glob("*"):
        found = _OURS.fullmatch(path.name)
        if found and is_stale(date.fromisoformat(found[1])):
            path.unlink(missing_ok=True)
