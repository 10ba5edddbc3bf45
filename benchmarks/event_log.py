"""What Dagster's bookkeeping costs a build: its own event log in SQLite beside the one that stays open.

    python -m benchmarks.event_log [assets]

Each asset has two checks and three inputs, as models of dbt have; nothing is computed.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from orchestration.runs import QUIET

CHECKS, INPUTS = 2, 3
PROJECT = Path(__file__).parents[1]
THEIRS = "telemetry:\n  enabled: false\n"


def assets_of(count: int) -> dg.AssetsDefinition:
    """So many assets in one step."""
    specs = [
        dg.AssetSpec(f"asset_{number}", deps=[f"asset_{each}" for each in range(max(0, number - INPUTS), number)])
        for number in range(count)
    ]
    checks = [dg.AssetCheckSpec(f"check_{each}", asset=spec.key) for spec in specs for each in range(CHECKS)]

    @dg.multi_asset(specs=specs, check_specs=checks, name="many")
    def many() -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        for spec in specs:
            yield dg.MaterializeResult(asset_key=spec.key, metadata={"rows": 1})
            for each in range(CHECKS):
                yield dg.AssetCheckResult(asset_key=spec.key, check_name=f"check_{each}", passed=True)

    return many


def seconds(settings: str, count: int) -> float:
    """How long a run takes in a home with this dagster.yaml, the second of two."""
    job = dg.Definitions(assets=[assets_of(count)]).resolve_implicit_global_asset_job_def()
    with tempfile.TemporaryDirectory(prefix="event_log") as folder:
        (Path(folder) / "dagster.yaml").write_text(settings)
        os.environ["DAGSTER_HOME"] = folder
        took = 0.0
        with dg.DagsterInstance.get() as instance:
            for _ in range(2):
                started = time.monotonic()
                assert job.execute_in_process(instance=instance, run_config=QUIET).success
                took = time.monotonic() - started
    return took


def main() -> None:
    """One line: both, and how many times faster ours is."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 150
    ours = seconds((PROJECT / "dagster.yaml").read_text(), count)
    theirs = seconds(THEIRS, count)
    print(f"event log: {count} assets with {CHECKS} checks: Dagster's own {theirs:.1f} s, staying open {ours:.1f} s "
          f"({theirs / ours:.1f} times as fast)")  # fmt: skip


if __name__ == "__main__":
    main()
