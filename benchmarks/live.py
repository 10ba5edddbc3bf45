"""The live transport against a bare HTTP client: the same requests, the same server, in turns, in one run.

`python -m benchmarks.live [N]`: throughput, memory, faults, kills and what one more conversation costs.
"""

import asyncio
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request as Call
from urllib.request import urlopen

LATENCY, CONCURRENCY, TARGET, FAULTY_TARGET = 0.1, 50, 0.85, 0.6
FAULTS = ["http_500", "http_529", "drop_before", "drop_after", "slow_body", "cut_json", "html", "refusal", "max_tokens"]
KILLS = 20


@contextmanager
def server(folder: Path, **settings: object) -> Iterator[str]:
    """A rehearsal server as a process of its own."""
    command = [sys.executable, "-m", "benchmarks.rehearsal_process", "--state", str(folder)]
    process = subprocess.Popen([*command, "--settings", json.dumps(settings)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def told(url: str, path: str, sent: object = None) -> dict:
    """An answer of the server's control."""
    body = None if sent is None else json.dumps(sent).encode()
    with urlopen(Call(url + path, data=body), timeout=60) as response:
        return json.load(response)


def bare(home: Path, url: str) -> float:
    """Seconds for the same bodies through aiohttp alone, so many at once."""
    import aiohttp

    from benchmarks.live_home import WEEK, engine
    from economic_index.contracts.lake import CONVERSATIONS, TRANSCRIPTS
    from economic_index.facets.asking import FacetPlan
    from economic_index.lake import Lake
    from economic_index.llm.store import AnswerStore

    lake = Lake(home)
    questions = engine(lake, url).settings.questions()
    contents = frozenset(lake.read_week(CONVERSATIONS, WEEK)["content_hash"])
    plan = FacetPlan(questions, AnswerStore("sqlite://"), contents)
    bodies = [request.body for request in plan.requests(lake.scan_week(TRANSCRIPTS, WEEK))]
    headers = {
        "content-type": "application/json",
        "authorization": "Bearer rehearsal",
        "anthropic-version": "2026-10-21",
    }

    async def run() -> float:
        waiting = iter(bodies)
        connector = aiohttp.TCPConnector(limit=CONCURRENCY)
        async with aiohttp.ClientSession(connector=connector) as session:

            async def work() -> None:
                for body in waiting:
                    async with session.post(f"{url}/v1/messages", data=body, headers=headers) as response:
                        await response.read()

            started = time.monotonic()
            await asyncio.gather(*[work() for _ in range(CONCURRENCY)])
            return time.monotonic() - started

    return asyncio.run(run())


def ours(home: Path, url: str) -> dict:
    """Seconds of the asset, and memory above that of the imported definitions."""
    import dagster as dg
    import hypothesis  # noqa: F401  # what pandera imports at the first check: imports apart

    from benchmarks.live_home import materialize_facets
    from economic_index.lake import Lake

    lake = Lake(home)
    with dg.DagsterInstance.ephemeral() as instance:
        before = _peak()
        started = time.monotonic()
        materialize_facets(lake, url, instance)
        return {"seconds": time.monotonic() - started, "megabytes": _peak() - before, "cpu": time.process_time()}


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_process(what: str, home: Path, url: str) -> dict:
    """One measurement in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.live", what, str(home), url], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def forget_answers(home: Path) -> None:
    """As if nothing had ever been asked."""
    for path in home.glob("answers.sqlite*"):
        path.unlink()
    for path in home.glob("lake/facet_summaries*/week_start=2*/_commit.json"):
        path.unlink()


def speed(home: Path, url: str, count: int, turns: int = 2) -> float:
    """Print the ratio of the two; returns our requests a second."""
    times: dict[str, float] = {"bare": 0.0, "ours": 0.0}
    memory = 0.0
    for _ in range(turns):
        told(url, "/_control", {"reset": True})
        times["bare"] += in_process("bare", home, url)["seconds"]
        forget_answers(home)
        told(url, "/_control", {"reset": True})
        run = in_process("ours", home, url)
        times["ours"] += run["seconds"]
        memory = max(memory, run["megabytes"])
    rates = {name: turns * count / seconds for name, seconds in times.items()}
    print(
        f"live, {count:,} conversations, {LATENCY * 1000:.0f} ms, {CONCURRENCY} at once: bare client "
        f"{rates['bare']:.0f}/s, the asset {rates['ours']:.0f}/s: {rates['ours'] / rates['bare']:.2f} "
        f"(to reach: {TARGET}); peak memory {memory:.0f} MB above the imported definitions"
    )
    return rates["ours"]


def faults(home: Path, url: str, count: int, calm: float) -> None:
    """Print throughput and states under 20 % of mixed faults."""
    forget_answers(home)
    rates = dict.fromkeys(FAULTS, 0.2 / len(FAULTS))
    # 429 comes from the server's own buckets, at twice the calm rate
    told(
        url,
        "/_control",
        {"reset": True, "faults": rates, "rpm": calm * 60 * 2, "burst_seconds": 1.0, "slow_seconds": 30.0},
    )
    run = in_process("ours", home, url)
    told(url, "/_control", {"reset": True, "faults": {}, "rpm": 0.0})
    states = in_process("states", home, url)
    assert sum(states.values()) == count, states
    rate = count / run["seconds"]
    print(
        f"20 % mixed faults: {rate:.0f}/s, {rate / calm:.2f} of the calm run (to reach: {FAULTY_TARGET}); "
        f"every conversation in exactly one state: {states}"
    )


def states(home: Path, url: str) -> dict:
    """Conversations by what became of the question on the language."""
    from benchmarks.live_home import WEEK
    from economic_index.contracts.lake import FACET_SUMMARIES
    from economic_index.lake import Lake

    return Lake(home).read_week(FACET_SUMMARIES, WEEK)["language_state"].value_counts().to_dict()


def kills(home: Path, url: str, count: int, seconds: float) -> None:
    """Kill a run at random points and start it again; then compare what was sent, and the rows."""
    forget_answers(home)
    told(url, "/_control", {"reset": True})
    in_process("ours", home, url)
    undisturbed = in_process("hash", home, url)
    forget_answers(home)
    told(url, "/_control", {"reset": True})
    rng = random.Random(7)
    command = [sys.executable, "-m", "benchmarks.live", "ours", str(home), url]
    struck = 0
    for _ in range(KILLS):
        before = told(url, "/_stats")["arrivals"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # only once it sends: most of a short run is imports
        while process.poll() is None and told(url, "/_stats")["arrivals"] == before:
            time.sleep(0.05)
        time.sleep(rng.random() * seconds / KILLS)
        struck += process.poll() is None
        process.kill()
        process.wait()
    in_process("ours", home, url)
    again = told(url, "/_stats")["arrivals"] - count
    same = in_process("hash", home, url) == undisturbed
    print(
        f"kill -9 at {KILLS} random points ({struck} of them while requests ran): {again} of {count:,} requests sent "
        f"again (at most {struck * CONCURRENCY} were in flight, and half as many had just come back); "
        f"same rows as an undisturbed run: {same}"
    )


def rows_hash(home: Path, url: str) -> dict:
    """Hash of the rows of the week."""
    from benchmarks.live_home import WEEK
    from economic_index.contracts.lake import FACET_SUMMARIES
    from economic_index.lake import Lake

    commit = Lake(home).commit_of(FACET_SUMMARIES, WEEK)
    return {"hash": commit.rows_hash if commit else None}


def main(argv: list[str]) -> None:
    """Print every figure."""
    if argv and argv[0] in _PARTS:
        part, home, url = _PARTS[argv[0]], Path(argv[1]), argv[2]
        result = part(home, url)
        print(json.dumps(result if isinstance(result, dict) else {"seconds": result}))
        return
    count = int(argv[0]) if argv else 10_000
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        subprocess.run([sys.executable, "-m", "benchmarks.live", "home", str(root / "home"), str(count)], check=True)
        with server(root / "server", latency=LATENCY) as url:
            calm = speed(root / "home", url, count, turns=2 if count <= 10_000 else 1)
            if count <= 10_000:
                faults(root / "home", url, count, calm)
                kills(root / "home", url, count, count / calm)


def _home(home: Path, count: str) -> dict:
    from benchmarks.live_home import make_home

    make_home(home, int(count))
    return {}


_PARTS = {"bare": bare, "ours": ours, "states": states, "hash": rows_hash, "home": _home}

if __name__ == "__main__":
    main(sys.argv[1:])
