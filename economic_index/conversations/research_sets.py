"""Research corpora that look like logs and are no use of AI at work or at home: refused, each by its name.

Nothing is read of them; what is read stands in readers/.
"""

from typing import Any

from economic_index.conversations.errors import LogFormatError
from economic_index.vocabulary import RejectReason

ARENA, OASST = "Arena votes", "OpenAssistant messages"
_WHY = {
    ARENA: "people tried two models side by side to judge them, and each prompt stands in the file twice",
    OASST: "people wrote the replies, not a model",
}


def research_set(sample: list[Any]) -> str | None:
    """Which corpus the first records are of, by keys that no log has; None if they may be a log."""
    first = next((record for record in sample if isinstance(record, dict)), {})
    if {"model_a", "model_b"} <= first.keys():
        return ARENA
    is_tree = "message_tree_id" in first and bool({"prompt", "parent_id", "message_id"} & first.keys())
    return OASST if is_tree else None


def refuse_research_sets(sample: list[Any], file_name: str) -> None:
    """Raise LogFormatError (`not_ai_use`) for such a corpus."""
    name = research_set(sample)
    if name is not None:
        remedy = f"{name} are no AI use: {_WHY[name]}. Leave the file out (docs/log_formats.md)."
        raise LogFormatError(RejectReason.NOT_AI_USE, file_name, remedy)
