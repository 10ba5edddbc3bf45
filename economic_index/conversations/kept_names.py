"""What of a model's or a product's name is kept: the name itself, not where it lies, whose it is, or with which key.

Gateways log paths, ARNs with account numbers and addresses under `model`; what is kept becomes a segment.
"""

import re
from functools import lru_cache
from urllib.parse import unquote

from economic_index.conversations.redaction import Redactor
from economic_index.conversations.text import clean

MAX_NAME = 100
_PARTS = re.compile(r"[/\\]+")
_NOT_KEPT = Redactor(("key", "email", "iban", "card", "ip"))


@lru_cache(maxsize=4096)  # a log names few models, in every message
def kept_name(raw: str | None) -> str | None:
    """The last part of a path or an ARN; None where nothing is left, or it is too long or too private for a name."""
    if not raw:
        return None
    name = _PARTS.split(clean(unquote(raw))[0].strip().rstrip("/\\"))[-1]
    if name.lower().startswith("arn:"):
        name = name.rpartition(":")[2]
    name = " ".join(name.split())
    return name if 0 < len(name) <= MAX_NAME and _NOT_KEPT.text(name) is name else None
