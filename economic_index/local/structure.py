"""Measures the shape of a conversation: how many turns, how long, code, questions, repetition. No words.

The features are numbers of fixed order; their names are STRUCTURE. Nothing is learned here.
"""

import itertools
import re
from collections.abc import Sequence
from math import log1p

import numpy as np
import numpy.typing as npt

from economic_index.local.window import Turn
from economic_index.vocabulary import Role

STRUCTURE_VERSION = "1"
# Shape is read off the beginning of each turn, and off the first hundred turns: cost stays bounded.
TURN_CHARS, MAX_TURNS = 4_000, 100
_WORD = re.compile(r"\w+")

STRUCTURE = (
    "log_user_turns",
    "is_single_turn",
    "log_turns_per_user_turn",
    "log_first_chars",
    "log_later_chars_mean",
    "log_later_chars_max",
    "log_last_chars",
    "log_reply_chars_mean",
    "log_reply_chars_first",
    "user_share_of_chars",
    "first_has_question",
    "first_ends_in_question",
    "question_share_of_later",
    "short_share_of_later",
    "first_has_code",
    "code_share_of_later",
    "code_share_of_replies",
    "log_first_lines",
    "log_first_colons",
    "log_first_quotes",
    "digit_share_of_first",
    "symbol_share_of_first",
    "non_ascii_share_of_first",
    "first_starts_lower",
    "overlap_of_requests",
    "overlap_with_replies",
    "list_share_of_replies",
)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _digit_share(text: str) -> float:
    return sum(map(str.isdigit, text)) / len(text) if text else 0.0


def _symbol_share(text: str) -> float:
    """Share of characters that are neither letters, digits nor white space."""
    worded = sum(map(str.isalnum, text)) + sum(map(str.isspace, text))
    return (len(text) - worded) / len(text) if text else 0.0


def _non_ascii_share(text: str) -> float:
    return 1 - len(text.encode("ascii", "ignore")) / len(text) if text else 0.0


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text[:1_000].casefold()))


def _overlap(text: str, other: str) -> float:
    """Share of the smaller word set that both texts have."""
    words, others = _words(text), _words(other)
    smaller = min(len(words), len(others))
    return len(words & others) / smaller if smaller else 0.0


def _has_code(text: str) -> bool:
    return "```" in text or text.count(";\n") + text.count("{\n") + text.count("):\n") >= 2


def _has_list(text: str) -> bool:
    return text.count("\n1.") + text.count("\n- ") + text.count("\n* ") + text.count("\n2.") >= 2


def structure(turns: Sequence[Turn]) -> npt.NDArray[np.float64]:
    """The features of one conversation, in the order of STRUCTURE; lengths are those of the whole turns."""
    turns = turns[:MAX_TURNS]
    lengths = [len(turn.text) for turn in turns]
    heads = [turn.text[:TURN_CHARS] for turn in turns]
    asked = [place for place, turn in enumerate(turns) if turn.role == Role.USER]
    replied = [place for place, turn in enumerate(turns) if turn.role == Role.ASSISTANT]
    first = heads[asked[0]] if asked else ""
    later = asked[1:]
    texts, replies = [heads[place] for place in later], [heads[place] for place in replied]
    later_lengths = [lengths[place] for place in later]
    reply_lengths = [lengths[place] for place in replied]
    follow = [place for place in later if place > 0 and place - 1 in replied]
    return np.array(
        [
            log1p(len(asked)),
            float(len(asked) == 1),
            log1p(len(turns) / max(len(asked), 1)),
            log1p(lengths[asked[0]] if asked else 0),
            log1p(_mean(later_lengths)),
            log1p(max(later_lengths, default=0)),
            log1p(lengths[asked[-1]] if asked else 0),
            log1p(_mean(reply_lengths)),
            log1p(reply_lengths[0] if reply_lengths else 0),
            sum(lengths[place] for place in asked) / max(sum(lengths), 1),
            float("?" in first),
            float(first.rstrip().endswith("?")),
            _mean([float("?" in text) for text in texts]),
            _mean([float(length < 40) for length in later_lengths]),
            float(_has_code(first)),
            _mean([float(_has_code(text)) for text in texts]),
            _mean([float(_has_code(text)) for text in replies]),
            log1p(first.count("\n")),
            log1p(first.count(":")),
            log1p(first.count('"')),
            _digit_share(first),
            _symbol_share(first),
            _non_ascii_share(first),
            float(first[:1].islower()),
            _mean([_overlap(heads[a], heads[b]) for a, b in itertools.pairwise(asked)]),
            _mean([_overlap(heads[place], heads[place - 1]) for place in follow]),
            _mean([float(_has_list(text)) for text in replies]),
        ]
    )
