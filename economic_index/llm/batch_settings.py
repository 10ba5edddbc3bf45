"""How the batch transport behaves: sizes, patience, and when a cached prefix is worth its price.

The rules that keep a batch from being paid twice are no settings: they stand in batch_recovery.py.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class BatchSettings:
    """Counts, bytes, seconds and shares."""

    most_requests: int = 10_000  # of one batch; the vendor takes 100,000
    most_bytes: int = 64_000_000  # of one batch; the vendor takes 256 MB
    queue_limit: int = 200_000  # requests in processing at one time
    tries: int = 3
    first_poll: float = 30.0
    longest_poll: float = 300.0
    deadline: float = 60.0  # of a small call
    create_deadline: float = 900.0
    results_deadline: float = 1_800.0
    lease_seconds: float = 60.0
    readings: int = 3  # of results that lack a line, before they are taken as they are
    lost_in_a_row: int = 3  # batches of which no trace was found, before the run stops
    cache_from: int = 200  # requests with one cached prefix, or it is not worth a batch of its own
    probe_share: float = 0.05
    least_probe: int = 20
    least_read_share: float = 0.6  # below, what is written to the cache costs more than what is read saves
    deletes_collected: bool = True
    cancels_on_stop: bool = False
