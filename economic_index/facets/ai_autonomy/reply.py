"""How much was left to the assistant, 1 to 5 (AEI, January 2026). Judges a person's work: off by default.

What is asked stands in prompt.md; here it is read what was said.
"""

from typing import Annotated, Any

from pydantic import BaseModel, Field


class Reply(BaseModel):
    """1 to 5."""

    ai_autonomy: Annotated[int, Field(ge=1, le=5)]

    def values(self) -> dict[str, Any]:
        """The columns of lake/facet_summaries."""
        return {"ai_autonomy": self.ai_autonomy}
