"""The weekly steps of a home, with the versions of what they do.

Versions are fingerprints read from the library without loading a model.
"""

from economic_index.contracts.hierarchy import TASK_HIERARCHY
from economic_index.contracts.reference import ONET_STATEMENTS
from economic_index.conversations.weekly import CONVERSATIONS_VERSION
from economic_index.due import Stage, StageVersions, weekly_stages
from economic_index.llm import versions as reading
from economic_index.local.versions import facets_version, mappings_version
from economic_index.vocabulary import Algorithm
from orchestration.model_settings import ModelSettings
from orchestration.settings import Settings


def stages_of(settings: Settings) -> tuple[Stage, ...]:
    """Conversations, facet summaries, task mappings and, where a model is asked, second answers."""
    if settings.model is not None:
        return _reading_stages(settings, settings.model)
    return weekly_stages(
        StageVersions(
            conversations=CONVERSATIONS_VERSION,
            facet_summaries=facets_version(),
            onet_task_mappings=mappings_version(settings.onet_version),
        )
    )


def _reading_stages(settings: Settings, model: ModelSettings) -> tuple[Stage, ...]:
    """The same where a model is asked: the statements that it chooses among are in the home."""
    asked = (model.engine, model.model, model.facets, model.transcript_tokens)
    versions = StageVersions(
        conversations=CONVERSATIONS_VERSION,
        facet_summaries=reading.facets_version(*asked),
        onet_task_mappings=reading.mappings_version(model.engine, model.model, settings.onet_version, model.algorithm),
        second_answers=reading.second_answers_version(*asked, model.algorithm, model.sample_share)
        if model.sample_share
        else None,
    )
    hierarchy = () if model.algorithm is Algorithm.CHOICE else (TASK_HIERARCHY,)
    return weekly_stages(versions, mapping_references=(ONET_STATEMENTS, *hierarchy))
