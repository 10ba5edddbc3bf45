"""The marts of one finished build, read once and never mixed with another build.

Which folder is current, and what a mart file looks like, is lake.py's; nothing is computed here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

import pandas as pd

from economic_index.lake import Lake, LakeError

MARTS = (
    "dim_weeks",
    "mart_accounting",
    "mart_automation",
    "mart_automation_by_soc_group",
    "mart_changes",
    "mart_collaboration",
    "mart_corrected_shares",
    "mart_decomposition",
    "mart_depth_rarefied",
    "mart_engine_changes",
    "mart_exposure_correlation",
    "mart_ranks",
    "mart_representation",
    "mart_robustness",
    "mart_concentration",
    "mart_depth_cdf",
    "mart_headlines",
    "mart_hierarchy",
    "mart_job_zone_sources",
    "mart_job_zones",
    "mart_models",
    "mart_published_comparison",
    "mart_skills",
    "mart_soc_groups",
    "mart_summary_of_home",
    "mart_trend",
    "mart_wage_correlation",
    "mart_wages",
)


@dataclass(frozen=True)
class ServedMarts:
    """One build. Marts are read when first asked for, always from the folder that was current at the start."""

    build_id: str
    read: Callable[[str], pd.DataFrame]
    _read_so_far: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, lake: Lake) -> Self:
        """The build that is current now; a build served later does not reach this object.

        Raises LakeError if nothing has been served yet.
        """
        folder = lake.served_tables()
        if folder is None:
            raise LakeError(f"{lake.root}: nothing is served yet. Build the index first (make demo, make index).")
        return cls(folder.name, lambda name: lake.read_served_in(folder, name))

    @classmethod
    def holding(cls, frames: Mapping[str, pd.DataFrame], build_id: str = "in memory") -> Self:
        """A build made of frames in memory; a mart that is not among them has no rows."""
        return cls(build_id, lambda name: frames.get(name, pd.DataFrame()))

    def mart(self, name: str) -> pd.DataFrame:
        """All rows of a mart; without any column if the build has no such mart."""
        if name not in self._read_so_far:
            self._read_so_far[name] = self.read(name)
        return self._read_so_far[name]
