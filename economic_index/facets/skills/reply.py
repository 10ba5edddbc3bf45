"""The O*NET skills that the assistant's answers show (Handa et al. 2025, section 2.3).

What is asked stands in prompt.md; here it is read what was said.
"""

from typing import Any

from pydantic import BaseModel

from economic_index.facets.reading import skill_names


class Reply(BaseModel):
    """A set of O*NET skill names."""

    skills: list[str]

    def values(self) -> dict[str, Any]:
        """The columns of lake/facet_summaries, sorted. Raises ValueError for a name that is no skill."""
        known = {name.casefold(): name for name in skill_names()}
        return {"skills": sorted({known[name.strip().casefold()] for name in self.skills})}
