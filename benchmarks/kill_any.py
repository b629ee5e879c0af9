"""`kill -9` of every kind of process in mid-render; then: did every take end, charged once?

    python -m benchmarks.kill_any [--only keeper] [--port 8900]

Starts a `triptych up` of its own in a temporary directory. For each victim it orders a comparison
of all backbones, waits until the victim has something to lose, kills it, waits for every take to
end, and reads the ledger: one hold and one resolution per attempt chain, charges equal to what
the takes say, and a statement that sums to the balance. Exit status 1 when anything is off.
"""

import argparse
import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from app.catalogue import catalogue
from app.client import Client
from app.comparisons.schemas import ComparisonIn, ComparisonOut
from app.contract import TakeStatus
from app.takes.schemas import TakeOut

ENDS_WITHIN_S = 300.0
PROMPT = "A red car drives along a coast road"


@dataclass(frozen=True)
class Victim:
    """Whom to kill: a process whose command line matches, or the render child of one that does."""

    name: str
    command: str
    child: bool = False


@dataclass(frozen=True)
class Result:
    """What became of the takes that were under way."""

    victim: str
    statuses: str
    attempts: str
    charged: int
    seconds: float
    problems: list[str]


def victims() -> list[Victim]:
    """Each kind of process, and each worker's parent and child."""
    found = [
        Victim("web", r"app\.cli web"),
        Victim("keeper", r"app\.cli keeper"),
        Victim("redis", r"redis-server|valkey-server"),
    ]
    for name in catalogue():
        command = rf"celery .*render\.{name} "
        found += [Victim(f"worker-{name}", command), Victim(f"worker-{name}, child", command, child=True)]
    return found


def below(root: int) -> dict[int, tuple[int, str]]:
    """Parent and command line of every process below `root`, by pid."""
    every = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has just ended
            # After the name in brackets: state, then the parent's pid.
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            every[int(folder.name)] = (parent, command)
    found: dict[int, tuple[int, str]] = {}
    wanted = {root}
    while wanted:
        layer = {pid: entry for pid, entry in every.items() if entry[0] in wanted}
        found |= layer
        wanted = set(layer)
    return found


def pid_of(victim: Victim, root: int) -> int | None:
    """The victim's pid, or None while it is not there."""
    family = below(root)
    parents = [pid for pid, (_, command) in family.items() if re.search(victim.command, command)]
    if not victim.child:
        return min(parents, default=None)
    # Beside the render process, the pool keeps a tracker of shared resources.
    children = [
        pid
        for pid, (parent, command) in family.items()
        if parent in parents and "semaphore_tracker" not in command and "resource_tracker" not in command
    ]
    return max(children, default=None)


async def until_running(client: Client, comparison: ComparisonOut, backbone: str | None) -> None:
    """Wait until the backbone's take, or any, has begun to denoise or has ended."""
    async for take in client.follow(comparison.id):
        begun = take.status.is_final or (take.status is TakeStatus.RUNNING and take.progress.step > 0)
        if begun and backbone in (None, take.backbone):
            return


async def ended(client: Client, comparison: ComparisonOut) -> list[TakeOut]:
    """The takes once all have ended; TimeoutError when they do not."""
    last: dict[str, TakeOut] = {}
    async with asyncio.timeout(ENDS_WITHIN_S):
        async for take in client.follow(comparison.id):
            last[take.id] = take
    return [last[take.id] for take in comparison.takes]


async def statement(url: str) -> list[dict[str, Any]]:
    """Every entry of the ledger."""
    entries: list[dict[str, Any]] = []
    cursor: str | None = None
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as http:
        while True:
            params = {"limit": 100} | ({"cursor": cursor} if cursor else {})
            page = (await http.get("/api/v1/ledger", params=params)).raise_for_status().json()
            entries += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return entries


def faults(takes: list[TakeOut], entries: list[dict[str, Any]]) -> list[str]:
    """Everything that is not as it must be, in words."""
    found = [
        f"{take.backbone} {take.status.value}: {take.error.message if take.error else ''}"
        for take in takes
        if take.status is not TakeStatus.SUCCEEDED
    ]
    for take in takes:
        kinds = Counter(entry["kind"] for entry in entries if entry["take_id"] == take.id)
        if (
            kinds["hold"] != 1
            or kinds["settle"] + kinds["release"] + kinds["expire"] < 1
            or kinds["settle"] > 1
        ):
            found.append(f"{take.backbone} entries {dict(kinds)}")
        settled = sum(
            entry["amount"] for entry in entries if entry["take_id"] == take.id and entry["kind"] == "settle"
        )
        if settled != take.credits.charged or take.credits.held:
            found.append(f"{take.backbone} settled {settled}, says {take.credits.charged}")
    return found


async def kill_one(victim: Victim, url: str, root: int) -> Result:
    """Order, kill in mid-render, wait, and audit."""
    began = time.monotonic()
    async with Client(url) as client:
        order = ComparisonIn(prompt=PROMPT, duration_s=2.0, seed=7)
        comparison = await client.submit(order, idempotency_key=f"kill-{victim.name}-{began}")
        match = re.match(r"worker-([\w-]+)", victim.name)
        await until_running(client, comparison, match[1] if match else None)
        pid = pid_of(victim, root)
        if pid is None:
            return Result(victim.name, "", "", 0, 0.0, ["no such process"])
        os.kill(pid, signal.SIGKILL)
        takes = await ended(client, comparison)
    return Result(
        victim.name,
        ", ".join(sorted({take.status.value for take in takes})),
        "/".join(str(take.attempt) for take in takes),
        sum(take.credits.charged for take in takes),
        time.monotonic() - began,
        faults(takes, await statement(url)),
    )


async def audit(url: str) -> list[str]:
    """Whether the statement sums to the balance, with nothing left on hold."""
    until = time.monotonic() + ENDS_WITHIN_S
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as http:
        # The comparison that an empty canvas is given runs beside the first of these.
        while (budget := (await http.get("/api/v1/budget")).json())["held"] and time.monotonic() < until:
            await asyncio.sleep(1)
    entries = await statement(url)
    found = []
    if sum(entry["change"] for entry in entries) != budget["available"]:
        found.append(f"entries sum to {sum(e['change'] for e in entries)}, available {budget['available']}")
    if budget["held"]:
        found.append(f"{budget['held']} credits still on hold")
    return found


async def main() -> int:
    """Kill everyone in turn; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", help="victims whose name contains this")
    parser.add_argument("--port", type=int, default=8900)
    arguments = parser.parse_args()
    chosen = [victim for victim in victims() if not arguments.only or arguments.only in victim.name]
    url = f"http://127.0.0.1:{arguments.port}"
    console = Console()
    table = Table("killed", "takes", "attempts", "charged", "seconds", "problems", box=None, pad_edge=False)
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"DATA_DIR": folder, "PORT": str(arguments.port)}
        up = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "up"], env=environment, stdout=subprocess.DEVNULL
        )
        try:
            async with Client(url) as client:
                while not await client.is_ready():
                    if up.poll() is not None:
                        return 1
                    await asyncio.sleep(0.2)
            problems = []
            for victim in chosen:
                result = await kill_one(victim, url, up.pid)
                problems += result.problems
                said = "; ".join(result.problems) or "none"
                table.add_row(
                    result.victim,
                    result.statuses,
                    result.attempts,
                    str(result.charged),
                    f"{result.seconds:.0f}",
                    said,
                )
                console.print(f"{victim.name}: {result.statuses}, {said}")
            books = await audit(url)
        finally:
            up.send_signal(signal.SIGINT)
            up.wait(30)
    console.print()
    console.print(table)
    console.print("ledger: " + ("; ".join(books) or "sums to the balance, nothing on hold"))
    return int(bool(problems or books))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
