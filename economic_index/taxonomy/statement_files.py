"""Read task statements out of the publishers' files: the official zip, its text file, or the release's CSV.

Whether they are the right ones is judged in statements.py.
"""

import csv
import io
import zipfile

import pandas as pd

from economic_index.taxonomy.codes import statement_hash

MEMBER = "Task Statements.txt"
LARGEST_MEMBER = 100 << 20  # the official file has 3 MB


class NotStatements(Exception):
    """The bytes are no file of task statements; the message says what was seen."""


def parse(content: bytes) -> pd.DataFrame:
    """Every statement of a file, in its order: columns statement, statement_hash.

    Raises NotStatements if there is no column `Task`, or the bytes are no table or no archive with one.
    """
    text = _member(content) if content.startswith(b"PK\x03\x04") else content
    is_tabbed = b"\t" in text.split(b"\n", 1)[0]
    try:
        rows = pd.read_csv(
            io.BytesIO(text),
            sep="\t" if is_tabbed else ",",
            quoting=csv.QUOTE_NONE if is_tabbed else csv.QUOTE_MINIMAL,
            dtype=str,
            keep_default_na=False,
            encoding="utf-8-sig",
        )
    except ValueError:  # pandas' ParserError and EmptyDataError, and UnicodeDecodeError, are ValueErrors
        raise NotStatements("not a table of text") from None
    if "Task" not in rows:
        raise NotStatements("a table without a column Task")
    found = pd.DataFrame({"statement": rows["Task"].astype("str").str.strip()})
    return found.assign(statement_hash=found["statement"].map(statement_hash))


def _member(content: bytes) -> bytes:
    """The statements file inside an official zip."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = [info for info in archive.infolist() if info.filename.rpartition("/")[2] == MEMBER]
            if len(found) != 1 or found[0].file_size > LARGEST_MEMBER:
                raise NotStatements(f"an archive with {len(found)} files {MEMBER}")
            return archive.read(found[0])
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        raise NotStatements("a damaged archive") from None
