"""Minutes that the person spent with the assistant (AEI, January 2026). Judges a person's work: off by default.

What is asked stands in prompt.md; here it is read what was said.
"""

from typing import Annotated, Any

from pydantic import BaseModel, Field


class Reply(BaseModel):
    """Minutes."""

    human_with_ai_time: Annotated[float, Field(ge=0, le=100_000)]

    def values(self) -> dict[str, Any]:
        """The columns of lake/facet_summaries."""
        return {"human_with_ai_time_minutes": self.human_with_ai_time}
