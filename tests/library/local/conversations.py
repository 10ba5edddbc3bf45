"""Hand-made conversations as the lake hands them over. No test here."""

import pandas as pd
import pyarrow as pa

from economic_index.contracts.lake import TRANSCRIPTS

CODE = [("user", "my flask app throws KeyError after login, here is the traceback. what is wrong?"),
        ("assistant", "The session has no such key. Use session.get('user')."),
        ("user", "Now I get TypeError: NoneType is not subscriptable"),
        ("assistant", "Check for None first.")]  # fmt: skip
POEM = [("user", "Write a short funny poem about a cat who runs a bakery for my kid's birthday"),
        ("assistant", "Flour on whiskers, dough on paws...")]  # fmt: skip
MARKETING = [("user", "Write five Instagram captions for our new line of organic soap, friendly tone, with hashtags"),
             ("assistant", "1. Clean never felt so good."),
             ("user", "Make them shorter and add an emoji to each")]  # fmt: skip
FRENCH = [("user", "Peux-tu m'expliquer comment rédiger une lettre de motivation pour un poste de comptable ?"),
          ("assistant", "Bien sûr.")]  # fmt: skip
EMPTY = [("user", "")]
ZERO_WIDTH = [("user", "\u200b\u200d\ufeff" * 500), ("assistant", "?")]
REPLY_ONLY = [("assistant", "Hello, how can I help?")]


def transcripts(conversations: dict[str, list[tuple[str, str]]]) -> pa.RecordBatch:
    """A batch of lake/transcripts, sorted by id."""
    rows = [
        {
            "conversation_id": name,
            "content_hash": f"hash-{name}",
            "messages": [
                {"role": role, "text": text, "sent_at": None, "model": None, "has_attachment": False}
                for role, text in turns
            ],
        }
        for name, turns in sorted(conversations.items())
    ]
    return pa.RecordBatch.from_pylist(rows, TRANSCRIPTS.arrow_schema())


def rows_of(names: list[str]) -> pd.DataFrame:
    """The columns of lake/conversations that the engine reads."""
    return pd.DataFrame({"conversation_id": names, "content_hash": [f"hash-{name}" for name in names]}, dtype="str")
