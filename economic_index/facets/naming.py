"""The name that a model gave to a kind of work, as an option that others will read.

No question is put here.
"""

import re
from typing import Annotated

from pydantic import AfterValidator

LONGEST_NAME = 300
_NUMBER = re.compile(r"^\s*(?:\d{1,3}[.)]|[-*•])\s+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


def one_line(text: str) -> str:
    """The name on one line, without a number or bullet before it or a full stop after it. Raises ValueError."""
    name = " ".join(_CONTROL.sub(" ", _NUMBER.sub("", text)).split()).rstrip(". ")
    if not name or len(name) > LONGEST_NAME:
        raise ValueError("no name")
    return name


def same_name(name: str) -> str:
    """What two spellings of one name have in common."""
    return " ".join(re.findall(r"\w+", name.casefold()))


Name = Annotated[str, AfterValidator(one_line)]
