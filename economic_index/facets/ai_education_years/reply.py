"""Schooling that the assistant's words need (AEI, January 2026). Judges a person's work: off by default.

What is asked stands in prompt.md; here it is read what was said.
"""

from typing import Annotated, Any

from pydantic import BaseModel, Field


class Reply(BaseModel):
    """0 to 20 years."""

    ai_education_years: Annotated[int, Field(ge=0, le=20)]

    def values(self) -> dict[str, Any]:
        """The columns of lake/facet_summaries."""
        return {"ai_education_years": self.ai_education_years}
