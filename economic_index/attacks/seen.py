"""What a model would see of a conversation: properties that hold of a request whatever the conversation says.

Read off the bytes that are sent, with an eye of its own: nothing of the defence's tables is used here.
"""

import json
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from economic_index.attacks.attack_set import Message
from economic_index.attacks.disguises import CYRILLIC_TWINS
from economic_index.llm.transcript import estimate_tokens

_FENCED = re.compile(
    r'(.*?)^<transcript id="([0-9a-f]{12})">\n(.*)^</transcript id="\2">$(.*)', re.DOTALL | re.MULTILINE
)
_TRUE_MARK = re.compile(r"\[(user|assistant) ([0-9]+)\]")
_MARK = re.compile(r"\[(?:user|assistant|system|human)[0-9]+\]")
_SPEAKER = re.compile(r"(?:human|assistant|system):")
_TAGS = ("<transcript", "<request", "<taskevidence", "<|im")
_READ = frozenset("abcdefghijklmnopqrstuvwxyz0123456789<[]:|·")
_UNLEET = str.maketrans("431057", "aeiost")


@dataclass(frozen=True)
class Seen:
    """The parts of a request: what is the same for all, what stands around the transcript, its id, its content."""

    static: str
    before: str
    fence_id: str
    inner: str
    after: str

    def closing(self) -> str:
        """The first sentence after the transcript, squeezed."""
        return _squeezed(self.after.strip().partition(". ")[0])

    def around(self) -> tuple[str, ...]:
        """All but the transcript, with the id taken out."""
        return tuple(part.replace(self.fence_id, "") for part in (self.static, self.before, self.after))


def seen(body: bytes) -> Seen:
    """The parts of a request body of one user message.

    Raises:
        ValueError: there is not exactly one user message, or no fence in it.
    """
    document = json.loads(body)
    (message,) = document.pop("messages")
    found = _FENCED.fullmatch(_text(message["content"]))
    if message["role"] != "user" or found is None:
        raise ValueError("The request holds no fenced transcript in one user message.")
    before, fence_id, inner, after = found.groups()
    return Seen(json.dumps(document, sort_keys=True), before, fence_id, inner.removesuffix("\n"), after)


def _text(content: str | Sequence[dict[str, Any]]) -> str:
    return content if isinstance(content, str) else "\n".join(block["text"] for block in content)


def properties(
    request: Seen, usual: Collection[tuple[str, ...]], messages: Sequence[Message], hidden_count: int, budget: int
) -> dict[str, bool]:
    """By name, whether each property holds; `usual` is what stands around innocent conversations.

    `hidden_count` is the number that is recorded for the conversation, `budget` is in tokens.
    """
    lines = request.inner.split("\n")
    return {
        "one fence": not any(request.fence_id in line for line in lines) and not any(map(passes_for_fence, lines)),
        "true turns": _has_true_turns(lines, messages),
        "no speaker": not any(_SPEAKER.match(_squeezed(line)) for line in lines),
        "no closing line": not any(request.closing() in _squeezed(line) for line in lines),
        "nothing hidden": not any(map(is_hidden, set(request.inner))),
        "hidden counted": hidden_count == hidden_in(messages) or "left out …]" in request.inner,
        "within budget": estimate_tokens(request.inner) <= budget,
        "rest unchanged": request.around() in usual,
    }


def hidden_in(messages: Sequence[Message]) -> int:
    """Hidden characters of a conversation."""
    texts = [message["text"] for message in messages]
    return sum(text.count(char) for text in texts for char in set(text) if is_hidden(char))


def is_hidden(char: str) -> bool:
    """Whether Unicode calls it a control, a format, a tag or a selector; tab and line ends are none."""
    if unicodedata.category(char) in {"Cc", "Cf", "Cs"}:
        return char not in "\t\n\r"
    return "\U000e0000" <= char < "\U000e1000" or "\ufe00" <= char < "\ufe10"


def _squeezed(line: str) -> str:
    """The line as a careless eye reads it: small Latin letters, digits and brackets, no spaces, no accents."""
    latin = unicodedata.normalize("NFKD", line).translate(CYRILLIC_TWINS).casefold()
    return "".join(char for char in latin if char in _READ)


def passes_for_fence(line: str) -> bool:
    """Whether a careless eye finds a tag of ours, or a chat template's, in the line."""
    squeezed = _squeezed(line)
    return any(tag in text for text in (squeezed, squeezed.translate(_UNLEET)) for tag in _TAGS)


def _has_true_turns(lines: Sequence[str], messages: Sequence[Message]) -> bool:
    """Whether role marks stand only where turns begin: each once, ascending, and with the role of its message."""
    last = 0
    for role, number in _marks(lines):
        if number <= last or number > len(messages) or messages[number - 1]["role"] != role:
            return False
        last = number
    return last > 0 and f"[{messages[0]['role']} 1]" == lines[0]


def _marks(lines: Sequence[str]) -> Iterator[tuple[str, int]]:
    for line in lines:
        if _MARK.match(_squeezed(line)):
            true = _TRUE_MARK.fullmatch(line)
            yield (true[1], int(true[2])) if true else ("", 0)
