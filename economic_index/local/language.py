"""Detects the language of what a person typed: BCP-47, or und where there is too little text.

The detector's data is in its package. Code is not language: fenced blocks are left out.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from economic_index.local.window import Turn
from economic_index.vocabulary import Role

LANGUAGE_VERSION = "py3langid-0.4.0.1"
UNDETERMINED = "und"
# Languages in which the heads' accuracy was measured; a text too short to tell was measured among them.
MEASURED = frozenset({"en", UNDETERMINED})
MIN_LETTERS, MAX_CHARS, MIN_CONFIDENCE = 20, 400, 0.5
_FENCED = re.compile(r"```.*?(?:```|$)", re.DOTALL)
_NOISE = re.compile(r"https?://\S+|<[^>]{1,200}>|\w*[\d_/\\{}()=;]\w*")


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def prose(turns: Sequence[Turn]) -> str:
    """What the person typed, without code, addresses and markup; at most 400 characters."""
    kept: list[str] = []
    room = MAX_CHARS
    for turn in turns:
        if turn.role == Role.USER and room > 0:
            text = _NOISE.sub(" ", _FENCED.sub(" ", turn.text[: MAX_CHARS * 4]))[:room]
            kept.append(text)
            room -= len(text)
    return " ".join(" ".join(kept).split())


def detect(turns: Sequence[Turn]) -> tuple[str, float]:
    """The language and the detector's confidence in it; und under 20 letters, or where it cannot tell."""
    text = prose(turns)
    if not is_enough(text):
        return UNDETERMINED, 1.0
    language, confidence = _identifier().classify(text)
    if confidence < MIN_CONFIDENCE:
        return UNDETERMINED, round(1 - float(confidence), 4)
    return str(language), round(float(confidence), 4)


def is_enough(text: str) -> bool:
    """Whether there are 20 letters; a letter of a syllabic or ideographic script says as much as three."""
    count = 0
    for char in text:  # it is asked of every conversation, and ends with the first words
        if char.isalpha():
            count += 3 if char >= "\u2e80" else 1
            if count >= MIN_LETTERS:
                return True
    return False
