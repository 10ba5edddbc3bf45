"""The settings of a run: the only reader of the environment, and of the clock.

Nothing is built here; resources.py makes objects of these values.
"""

import base64
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from economic_index.drift.engine_changes import LEAST_AGREEMENT
from economic_index.local.bank import use_own_tasks
from economic_index.local.own_bank import read_own_tasks
from economic_index.vocabulary import Engine
from orchestration.model_settings import ModelSettings, load_model_settings
from orchestration.review_settings import ReviewSettings, load_review_settings

PROJECT = Path(__file__).resolve().parent.parent
OWN, DEMO, REHEARSAL, REPRODUCTION, EVALUATION = (
    PROJECT / ".oei" / name for name in ("own", "demo", "rehearsal", "reproduction", "evaluation")
)
ENGINES = (Engine.LOCAL, Engine.CLAUDE, Engine.REHEARSAL)
ONET_VERSIONS = ("20.1", "30.1")
# Public on purpose: the demonstration's pseudonyms are the same for everyone and hide nobody.
DEMO_KEY = b"open-economic-index-demo-key-32b"


class SettingsError(Exception):
    """A setting that cannot be used; the message names it and the remedy."""


@dataclass(frozen=True)
class Settings:
    """What a run needs to know."""

    home: Path
    dagster_home: Path
    engine: Engine
    onet_version: str
    reference_dir: Path | None
    fetch_statements: bool
    releases_dir: Path | None
    fetch_releases: bool
    model: ModelSettings | None = None
    """Set for the engines that ask a model."""
    review: ReviewSettings | None = None
    """Set where review by people is switched on."""
    least_agreement: float = LEAST_AGREEMENT
    """A changed engine that says less often what the one before it said is told of by a check."""

    @property
    def key_path(self) -> Path:
        """Where the pseudonym key lies, outside lake and git."""
        return self.dagster_home / "pseudonym.key"

    @property
    def retired_keys_path(self) -> Path:
        """Where keys lie that were rotated out: only who was forgotten under them is told by them."""
        return self.dagster_home / "pseudonym.key.retired"

    @property
    def opt_out_path(self) -> Path:
        """Who is not to be kept."""
        return self.home / "opt_out.csv"

    @property
    def bank_dir(self) -> Path:
        """Where tasks lie that users add to the bank."""
        return self.home / "bank"

    @property
    def sources_path(self) -> Path:
        """What is read."""
        return self.home / "sources.toml"


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings of the environment. A key found there never switches the engine.

    Raises SettingsError for an engine, O*NET version or amount that does not exist, ModelSettingsError for what the
    engine cannot use, ReviewSettingsError for a draw that cannot be made.
    """
    env = os.environ if environ is None else environ
    home = Path(env["OEI_HOME"]).absolute() if env.get("OEI_HOME") else default_home()
    named = env.get("OEI_ENGINE", "local")
    version = env.get("OEI_ONET_VERSION", "20.1")
    if named not in ENGINES:
        raise SettingsError(f"OEI_ENGINE={named}: no such engine. Known: {', '.join(ENGINES)}.")
    engine = Engine(named)
    if version not in ONET_VERSIONS:
        raise SettingsError(f"OEI_ONET_VERSION={version}: not supported. Known: {', '.join(ONET_VERSIONS)}.")
    _check_rollup_limits(env)
    reference, releases = env.get("OEI_REFERENCE_DIR"), env.get("OEI_RELEASES_DIR")
    return Settings(
        home=home,
        dagster_home=Path(env["DAGSTER_HOME"]).absolute() if env.get("DAGSTER_HOME") else home / "dagster",
        engine=engine,
        onet_version=version,
        reference_dir=Path(reference).absolute() if reference else None,
        fetch_statements=env.get("OEI_FETCH_STATEMENTS", "0") == "1",
        releases_dir=Path(releases).absolute() if releases else None,
        fetch_releases=env.get("OEI_FETCH_RELEASES", "0") == "1",
        model=None if engine is Engine.LOCAL else load_model_settings(env, engine),
        review=load_review_settings(env),
        least_agreement=_share(env, "OEI_LEAST_AGREEMENT", LEAST_AGREEMENT),
    )


def _check_rollup_limits(env: Mapping[str, str]) -> None:
    """dbt reads them itself (dbt_project/profiles.yml), but only when all conversations are classified."""
    threads, memory = env.get("OEI_DUCKDB_THREADS"), env.get("OEI_DUCKDB_MEMORY")
    if threads is not None and not re.fullmatch("[1-9][0-9]{0,3}", threads):
        raise SettingsError(f"OEI_DUCKDB_THREADS={threads}: not a number of threads. Give one from 1 on, such as 2.")
    if memory is not None and not re.fullmatch(r"[0-9]+(\.[0-9]+)? ?[mgt](i?b)?", memory.lower()):
        raise SettingsError(f"OEI_DUCKDB_MEMORY={memory}: not an amount of memory. Give one such as 1200MB or 4GB.")


def _share(env: Mapping[str, str], name: str, default: float) -> float:
    given = env.get(name)
    try:
        share = default if not given else float(given)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise SettingsError(f"{name}={given}: not a share. Give a number from 0 to 1, such as {default:g}.")
    return share


def default_home() -> Path:
    """One's own home once it says what it reads, else the demonstration's."""
    return OWN if (OWN / "sources.toml").exists() else DEMO


def enter(settings: Settings) -> None:
    """Make the settings those of this process and its children (Dagster, dbt).

    Raises OwnBankError if the home adds tasks that cannot be used.
    """
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    use_own_tasks(read_own_tasks(settings.bank_dir))
    os.environ["OEI_HOME"] = str(settings.home)
    os.environ["DAGSTER_HOME"] = str(settings.dagster_home)
    os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    os.environ.setdefault("DBT_USE_COLORS", "false")


def now() -> datetime:
    """The time that counts as now: the only clock."""
    return datetime.now(UTC)


def variable(name: str) -> str | None:
    """What a variable holds that sources.toml names (`url_env`): the address of a database, read when it is asked."""
    return os.environ.get(name) or None


def pseudonym_key(settings: Settings) -> bytes:
    """The 32 bytes that make pseudonyms, from the environment or a file of mode 0600 made at first use.

    Raises SettingsError if what is there is not 32 bytes of base64.
    """
    given = os.environ.get("OEI_PSEUDONYM_KEY")
    path = settings.key_path
    if not given and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_key(path, DEMO_KEY if settings.home in {DEMO, REHEARSAL, REPRODUCTION} else secrets.token_bytes(32))
    try:
        key = base64.b64decode(given or path.read_text().strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        where = "OEI_PSEUDONYM_KEY" if given else str(path)
        raise SettingsError(f"{where}: not 32 bytes in base64. Restore the key that this home was made with.")
    return key


def retired_keys(settings: Settings) -> tuple[bytes, ...]:
    """The keys that were rotated out, the latest first. Raises SettingsError if one is not 32 bytes of base64."""
    path = settings.retired_keys_path
    if not path.exists():
        return ()
    try:
        keys = tuple(base64.b64decode(line, validate=True) for line in path.read_text().split())
    except ValueError:
        keys = (b"",)
    if any(len(key) != 32 for key in keys):
        raise SettingsError(f"{path}: not 32 bytes in base64 a line. Restore it: it tells who was forgotten.")
    return keys


def is_key_given() -> bool:
    """Whether the environment brings the pseudonym key."""
    return bool(os.environ.get("OEI_PSEUDONYM_KEY"))


def outside_answers_url() -> str | None:
    """Where answers are kept outside the home, whichever engine is named now."""
    return os.environ.get("OEI_ANSWERS_URL") or None


def prepare_key(settings: Settings, key: bytes) -> bytes:
    """Write the key that is to follow; if one was written before, that one counts."""
    path = _next_key_path(settings)
    if not path.exists():
        write_key(path, key)
    return base64.b64decode(path.read_text().strip(), validate=True)


def retire_key(settings: Settings) -> None:
    """Keep the key in use among those that only tell who was forgotten."""
    key = base64.b64encode(pseudonym_key(settings)).decode()
    path = settings.retired_keys_path
    known = path.read_text().split() if path.exists() else []
    if key in known:
        return
    temporary = path.with_name(f".{path.name}.tmp")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("\n".join([key, *known]) + "\n")
    temporary.replace(path)


def switch_key(settings: Settings) -> None:
    """The key that was prepared is in use from now on."""
    _next_key_path(settings).replace(settings.key_path)


def _next_key_path(settings: Settings) -> Path:
    return settings.key_path.with_name(settings.key_path.name + ".next")


def write_key(path: Path, key: bytes) -> None:
    """Write a key so that only its owner can read it."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(base64.b64encode(key).decode() + "\n")
