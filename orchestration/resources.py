"""Library objects made of settings, for assets that take `ResourceParam`.

Each resource is only settings and a constructor call; a test hands in the plain object instead.
"""

from dataclasses import replace
from datetime import date
from typing import Any

import dagster as dg
from pydantic import PrivateAttr

from economic_index.conversations.reading import LogReader
from economic_index.due import due_weeks
from economic_index.lake import Lake
from economic_index.people.reading import PeopleReader
from economic_index.releases.files import ReleaseSource
from economic_index.taxonomy.statements import StatementSource
from orchestration import settings as config
from orchestration.engines import open_engine
from orchestration.progress import Progress
from orchestration.rollup_inputs import rollup_inputs
from orchestration.stages import stages_of


class LakeResource(dg.ConfigurableResource[Lake]):
    """The home on disk."""

    def create_resource(self, context: dg.InitResourceContext) -> Lake:
        """Open the home."""
        return Lake(config.load_settings().home)


class LogReaderResource(dg.ConfigurableResource[LogReader]):
    """The sources, the pseudonym key and the time that counts as now."""

    def create_resource(self, context: dg.InitResourceContext) -> LogReader:
        """Read sources.toml, and who is who if it names an identity file."""
        settings, people = config.load_settings(), people_reader(config.load_settings())
        accounts = people.accounts() if people.people.identities else None
        reader = LogReader.open(settings.sources_path, people.key, config.now(), PROGRESS, config.variable, accounts)
        return replace(
            reader,
            retired_keys=config.retired_keys(settings),
            opt_out_path=settings.opt_out_path,
            answers_url=config.outside_answers_url(),
        )


class PeopleReaderResource(dg.ConfigurableResource[PeopleReader]):
    """What sources.toml says of the users."""

    def create_resource(self, context: dg.InitResourceContext) -> PeopleReader:
        """Read its sections."""
        return people_reader(config.load_settings())


class EngineResource(dg.ConfigurableResource[Any]):
    """The engine that the settings name."""

    _engine: Any = PrivateAttr(default=None)

    def create_resource(self, context: dg.InitResourceContext) -> Any:
        """Build or load the model, or open the store of answers; kept for the life of the process."""
        if self._engine is None:
            self._engine = open_engine(config.load_settings(), PROGRESS)
        return self._engine


class StatementSourceResource(dg.ConfigurableResource[StatementSource]):
    """Where the O*NET statements come from, if from anywhere."""

    def create_resource(self, context: dg.InitResourceContext) -> StatementSource:
        """A folder, the official place, or none."""
        settings = config.load_settings()
        return StatementSource(
            onet_version=settings.onet_version,
            reference_dir=settings.reference_dir,
            cache_dir=settings.home / "cache",
            may_fetch=settings.fetch_statements,
        )


class ReleaseSourceResource(dg.ConfigurableResource[ReleaseSource]):
    """Where long files of the published index come from, if from anywhere."""

    def create_resource(self, context: dg.InitResourceContext) -> ReleaseSource:
        """A folder, the official place, or none."""
        settings = config.load_settings()
        return ReleaseSource(
            folder=settings.releases_dir,
            cache_dir=settings.home / "cache",
            may_fetch=settings.fetch_releases,
        )


class ProgressResource(dg.ConfigurableResource[Progress]):
    """Progress lines, if the driver asked for them."""

    def create_resource(self, context: dg.InitResourceContext) -> Progress:
        """The process's own."""
        return PROGRESS


class DbtInputsResource(dg.ConfigurableResource[Any]):
    """What a dbt build is made from, as one hash."""

    def create_resource(self, context: dg.InitResourceContext) -> Any:
        """A function, so that it is asked when the build is served."""
        return lambda: rollup_inputs(Lake(config.load_settings().home))


class DueWeeksResource(dg.ConfigurableResource[Any]):
    """The weeks that are due, and today."""

    def create_resource(self, context: dg.InitResourceContext) -> Any:
        """A function, so that it is asked when the estimate is made."""

        def due() -> tuple[list[date], date]:
            settings = config.load_settings()
            return due_weeks(Lake(settings.home), stages_of(settings), config.now()), config.now().date()

        return due


class ReviewPlanResource(dg.ConfigurableResource[Any]):
    """What is drawn of a week for review, and today."""

    def create_resource(self, context: dg.InitResourceContext) -> Any:
        """A function, so that nothing is asked where review is off."""
        return lambda: (config.load_settings().review, config.now().date())


def people_reader(settings: config.Settings) -> PeopleReader:
    """What sources.toml says of the users, and the key. Raises SourcesError."""
    return PeopleReader.open(settings.sources_path, config.pseudonym_key(settings), config.variable)


PROGRESS = Progress()
