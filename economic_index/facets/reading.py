"""What replies of several facets have in common: case-folded labels, yes and no, the O*NET skill names.

No question is put here.
"""

from functools import cache
from typing import Annotated, Any

from pydantic import BeforeValidator

from economic_index.taxonomy import facts


def folded(value: Any) -> Any:
    """A label in lower case: a schema's enum does not keep the model from writing it in capitals."""
    return value.strip().casefold() if isinstance(value, str) else value


def _yes_or_no(value: Any) -> bool:
    answer = {"yes": True, "no": False}.get(folded(value) if isinstance(value, str) else "")
    if answer is None:
        raise ValueError("neither yes nor no")
    return answer


YesNo = Annotated[bool, BeforeValidator(_yes_or_no)]


@cache
def skill_names() -> tuple[str, ...]:
    """The 35 O*NET skills, read from the reference facts, ascending."""
    return tuple(sorted({str(name) for name in facts.load("skills")["skill"]}))
