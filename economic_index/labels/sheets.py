"""Reading sheets for coders: the conversations of a draw as text, some dozens a file, in an order of each coder's own.

Sheets hold the texts of conversations. They belong in a folder outside the project, and are deleted after reading.
"""

from collections.abc import Sequence
from pathlib import Path

from economic_index.labels.corpus import Part
from economic_index.vocabulary import Role

SHOWN_CHARS = 3_600
SPEAKERS = {Role.USER: "PERSON", Role.ASSISTANT: "ASSISTANT"}


def sheet_text(part: Part) -> str:
    """What a coder sees: the first part, cut in the middle beyond 3,600 characters."""
    whole = "\n".join(f"[{SPEAKERS[Role(turn.role)]}] {turn.text.strip()}" for turn in part.turns)
    if len(whole) <= SHOWN_CHARS:
        return whole
    half = SHOWN_CHARS // 2
    turns = sum(turn.role == Role.USER for turn in part.turns)
    left_out = f"[... {len(whole) - SHOWN_CHARS} characters left out; {turns} turns of the person in all ...]"
    return f"{whole[:half]}\n{left_out}\n{whole[-half:]}"


def write_sheets(parts: Sequence[Part], folder: Path, each: int = 40) -> list[Path]:
    """Write files of `each` conversations, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, begin in enumerate(range(0, len(parts), each)):
        shown = [
            f"=====<<< conversation {part.id} >>>=====\n{sheet_text(part)}\n" for part in parts[begin : begin + each]
        ]
        paths.append(folder / f"sheet_{number:02}.txt")
        paths[-1].write_text("\n".join(shown), encoding="utf-8", errors="replace")
    return paths
