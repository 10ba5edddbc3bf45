"""The weekly steps of a home, with the versions of what they do.

Versions are fingerprints read from the library without loading a model.
"""

from economic_index.conversations.weekly import CONVERSATIONS_VERSION
from economic_index.due import Stage, StageVersions, weekly_stages
from economic_index.local.versions import facets_version, mappings_version
from orchestration.settings import Settings


def stages_of(settings: Settings) -> tuple[Stage, ...]:
    """Conversations, facet summaries and task mappings under these settings."""
    return weekly_stages(
        StageVersions(
            conversations=CONVERSATIONS_VERSION,
            facet_summaries=facets_version(),
            onet_task_mappings=mappings_version(settings.onet_version),
        )
    )
