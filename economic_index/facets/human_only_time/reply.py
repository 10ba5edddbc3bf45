"""Hours that a skilled person would need alone (AEI, January 2026). Judges a person's work: off by default.

What is asked stands in prompt.md; here it is read what was said.
"""

from typing import Annotated, Any

from pydantic import BaseModel, Field


class Reply(BaseModel):
    """Hours."""

    human_only_time: Annotated[float, Field(ge=0, le=10_000)]

    def values(self) -> dict[str, Any]:
        """The columns of lake/facet_summaries."""
        return {"human_only_time_hours": self.human_only_time}
