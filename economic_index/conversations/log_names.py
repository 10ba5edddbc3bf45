"""Which files of a folder or an archive are logs, by name: what lies beside logs is ignored, not an error.

What a file is, is decided by its structure (sniff.py), never by its name.
"""

import re
from collections.abc import Iterable
from operator import itemgetter
from typing import TypeVar

Member = TypeVar("Member")

LOG_SUFFIXES = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".parquet", ".zip", ".dms")
PACKED_SUFFIXES = (".gz", ".zst")
COMPANIONS = re.compile(
    r"(user|users|projects|memories|message_feedback|shared_conversations|model_comparisons|group_chats|shopping"
    r"|sora|sessions-index|manifest(-.*)?|design_chats|light_metadata|user_settings|package|tsconfig|agent-[^.]+\.meta)\.(json|zip)"
)
_JUNK_FOLDERS = frozenset({"__MACOSX", "design_chats", "tool-results"})
_NUMBERED = re.compile(r"conversations-\d+\.json")


def is_log_name(name: str) -> bool:
    """Whether a file of this base name may be a log."""
    lower = name.lower()
    if lower.startswith(("._", ".")) or COMPANIONS.fullmatch(lower):
        return False
    for suffix in PACKED_SUFFIXES:
        lower = lower.removesuffix(suffix)
    return lower.endswith(LOG_SUFFIXES)


def choose_members(members: Iterable[tuple[str, Member]]) -> tuple[list[Member], list[str]]:
    """Members of an archive that may be logs, by order of name, and the base names of the others; names may repeat.

    Where conversations.json and conversations-000.json … lie side by side, the numbered ones are taken.
    """
    chosen, ignored = [], []
    split = [(name.rpartition("/"), member) for name, member in sorted(members, key=itemgetter(0))]
    numbered = {folder for (folder, _, base), _ in split if _NUMBERED.fullmatch(base)}
    for (folder, _, base), member in split:
        is_old_copy = base == "conversations.json" and folder in numbered
        is_junk = not _JUNK_FOLDERS.isdisjoint(folder.split("/"))
        if is_junk or is_old_copy or not is_log_name(base):
            ignored.append(base)
        else:
            chosen.append(member)
    return chosen, ignored
