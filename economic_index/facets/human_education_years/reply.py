"""Schooling that the person's words need (AEI, January 2026). Judges a person's work: off by default.

What is asked stands in prompt.md; here it is read what was said.
"""

from typing import Annotated, Any

from pydantic import BaseModel, Field


class Reply(BaseModel):
    """0 to 20 years."""

    human_education_years: Annotated[int, Field(ge=0, le=20)]

    def values(self) -> dict[str, Any]:
        """The columns of lake/facet_summaries."""
        return {"human_education_years": self.human_education_years}
