"""The O*NET skills that the assistant's answers show (Handa et al. 2025, section 2.3).

What is asked stands in prompt.md; here it is read what was said.
"""

from functools import cache
from typing import Any

from pydantic import BaseModel

from economic_index.facets.reading import skill_names


@cache
def _by_folded_name() -> dict[str, str]:
    return {name.casefold(): name for name in skill_names()}


class Reply(BaseModel):
    """A set of O*NET skill names."""

    skills: list[str]

    def values(self) -> dict[str, Any]:
        """The columns of lake/facet_summaries, sorted. Raises ValueError for a name that is no skill."""
        known = _by_folded_name()
        return {"skills": sorted({known[name.strip().casefold()] for name in self.skills})}
