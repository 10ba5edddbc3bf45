"""The screen: could the conversation be part of a task of some occupation (Handa et al. 2025, section 2)?

What is asked stands in prompt.md; here it is read what was said.
"""

from typing import Any

from pydantic import BaseModel

from economic_index.facets.reading import YesNo


class Reply(BaseModel):
    """Yes or no."""

    is_occupational: YesNo

    def values(self) -> dict[str, Any]:
        """The columns of lake/facet_summaries."""
        return {"is_occupational": self.is_occupational}
