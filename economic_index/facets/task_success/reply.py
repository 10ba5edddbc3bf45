"""Whether the person's task was done in the end (AEI, January 2026). Judges a person's work: off by default.

What is asked stands in prompt.md; here it is read what was said.
"""

from typing import Any

from pydantic import BaseModel

from economic_index.facets.reading import YesNo


class Reply(BaseModel):
    """Yes or no."""

    task_success: YesNo

    def values(self) -> dict[str, Any]:
        """The columns of lake/facet_summaries."""
        return {"task_success": self.task_success}
