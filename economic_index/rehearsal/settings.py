"""Everything that can be set on the rehearsal server, and how a setting is changed while it runs.

What a setting does is said here and done elsewhere.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from economic_index.rehearsal.faults import FAULTS


class UnknownSetting(ValueError):
    """A setting that there is not, or a value of the wrong kind; the message names it."""


@dataclass(frozen=True)
class BatchBehaviour:
    """How batches behave. Times in seconds of the server's clock, shares in 0..1, counts per server or batch."""

    end_delay: float = 0.0  # a batch ends this long after its creation
    shuffled: bool = True  # results in an order drawn from the seed, else that of the requests
    duplicated: float = 0.0  # share of result lines that come twice
    missing: int = 0  # results that are left out of each batch, though counted
    unknown_id: int = 0  # lines about a custom_id that nobody sent, added to each batch
    unknown_type: int = 0  # results of each batch whose type is a new one
    expired: float = 0.0  # share of requests
    errored_invalid: float = 0.0  # share of requests: invalid_request_error, final
    errored_server: float = 0.0  # share of requests: api_error, may be sent again
    cache_hit_rate: float = 1.0  # share of requests that find a prefix which an earlier batch wrote
    results_cut: int = 0  # the first n readings of a batch's results lose the connection half-way
    results_short: int = 0  # the next n readings end cleanly in the middle of a line
    results_not_found: int = 0  # the first n readings of results are a 404, though the batch has ended
    not_found_seconds: float = 0.0  # a new batch is a 404 for so long
    not_found_every: int = 0  # every n-th look at a batch is a 404
    drop_before_create: int = 0  # the next n creations are dropped, and nothing was created
    drop_create_replies: int = 0  # the next n batches are created, but the reply is dropped
    queue_limit: int = 0  # requests in processing beyond which a creation is a 429; 0: no limit
    max_requests: int = 100_000
    max_bytes: int = 256_000_000


@dataclass(frozen=True)
class Behaviour:
    """How the server behaves; the default is a calm, strict one. Times in seconds, shares in 0..1."""

    seed: int = 0
    latency: float = 0.0
    jitter: float = 0.0  # up to so much more latency, drawn for each try
    error_rate: float = 0.0  # chance of each field of an answer to be another than the planted one
    labels: Mapping[str, Any] = field(default_factory=dict)  # echo: these fields always have these values
    faults: Mapping[str, float] = field(default_factory=dict)  # rate of each fault by name (faults.py)
    script: tuple[str, ...] = ()  # faults of the next tries in order, "" for none, before any is drawn
    retry_after: float = 1.0  # of the fault http_429
    slow_seconds: float = 2.0  # how much longer slow and slow_body take
    strict: bool = True  # whether what the vendor's API rejects is rejected
    grammar_limit: int = 500  # enum values in one schema beyond which its grammar is too large
    rpm: float = 0.0  # requests a minute for each model; 0: no limit
    itpm: float = 0.0  # input tokens a minute, cached reads free
    otpm: float = 0.0  # output tokens a minute
    burst_seconds: float = 60.0  # a bucket holds so many seconds of its rate
    cache: bool = True
    cache_minimum: Mapping[str, int] = field(default_factory=dict)  # tokens by model, over those of models.csv
    replay: str = ""  # JSONL of {"key", "message"}: answers by identity
    replay_strict: bool = False  # an identity that is not in it is a 404, else it is answered from the truth
    record: str = ""  # file to which each answer is appended in the same shape
    batch: BatchBehaviour = field(default_factory=BatchBehaviour)

    def as_json(self) -> dict[str, Any]:
        """All settings as plain values."""
        return asdict(self)


def changed(behaviour: Behaviour, changes: Mapping[str, Any]) -> Behaviour:
    """The behaviour with some settings replaced; `batch` may hold some of its own.

    Raises UnknownSetting.
    """
    given = dict(changes)
    if isinstance(batch := given.get("batch"), Mapping):
        given["batch"] = replace(behaviour.batch, **_checked(behaviour.batch, batch))
    return replace(behaviour, **_checked(behaviour, given))


def _checked(now: Behaviour | BatchBehaviour, changes: Mapping[str, Any]) -> dict[str, Any]:
    known = {f.name: getattr(now, f.name) for f in fields(now)}
    checked = {}
    for name, value in changes.items():
        if name not in known:
            raise UnknownSetting(f"there is no setting {name!r}")
        checked[name] = _of_kind(name, known[name], value)
    _check_faults(checked.get("faults", {}), checked.get("script", ()))
    return checked


def _check_faults(rates: Mapping[str, Any], script: tuple[str, ...]) -> None:
    for name in {*rates, *script} - {""}:
        if name not in FAULTS:
            raise UnknownSetting(f"there is no fault {name!r}")
    if (
        not all(isinstance(rate, int | float) and rate >= 0 for rate in rates.values())
        or sum(rates.values()) > 1 + 1e-9
    ):
        raise UnknownSetting("the rates of faults are numbers from 0 that sum to 1 or less")


def _of_kind(name: str, old: Any, value: Any) -> Any:
    if isinstance(old, tuple) and isinstance(value, list | tuple):
        return tuple(value)
    if isinstance(old, Mapping) and isinstance(value, Mapping):
        return dict(value)
    if isinstance(old, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(old) is not type(value):
        raise UnknownSetting(f"the setting {name!r} takes a {type(old).__name__}")
    return value
