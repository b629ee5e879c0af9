"""A whole Triptych as real processes: Redis, migrated SQLite, web, keeper, one worker per backbone."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from app.catalogue import catalogue
from app.embedded_redis import server_binary

READY_S = 60.0
GRANT = 150
"""Credits of the test project: enough for the journeys, too few for three takes of ten seconds twice."""


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Start everything below `folder`; yields the URL of the pages, stops everything at the end."""
    with tempfile.TemporaryDirectory(prefix="tt-") as short:  # unix socket paths end at 107 bytes
        redis = Path(short) / "redis.sock"
        port = free_port()
        environment = os.environ | {
            "DATA_DIR": str(folder / "data"),
            "PORT": str(port),
            "OMP_NUM_THREADS": "1",
            "TRIPTYCH_REDIS_URL": f"unix://{redis}",
            "TRIPTYCH_INITIAL_GRANT_CREDITS": str(GRANT),
            "TRIPTYCH_PROJECT_NAME": "Browser test",
        }
        started: list[subprocess.Popen[bytes]] = []
        try:
            for name, command in programs(redis, port).items():
                started.append(start(name, command, environment, folder))
            url = f"http://127.0.0.1:{port}"
            wait_until_ready(url, folder)
            yield url
        finally:
            stop(started)


def programs(redis: Path, port: int) -> dict[str, list[str]]:
    """Command lines by name of the process."""
    python = sys.executable
    web = [python, "-m", "uvicorn", "app.main:create_app", "--factory", "--host", "127.0.0.1"]
    keeper = [python, "-m", "app.cli", "keeper"]
    worker = [python, "-m", "celery", "-A", "workers.celery_app", "worker", "-P", "prefork", "-c", "1"]
    workers = {
        f"worker-{name}": [*worker, "-Q", backbone.queue, "-n", f"{name}@%h", "-l", "INFO"]
        for name, backbone in catalogue().items()
    }
    return {
        "redis": [server_binary(), "--port", "0", "--unixsocket", str(redis), "--save", "", "--dir", "."],
        "web": [*web, "--port", str(port), "--timeout-graceful-shutdown", "1"],
        "keeper": keeper,
        **workers,
    }


def start(
    name: str, command: list[str], environment: dict[str, str], folder: Path
) -> subprocess.Popen[bytes]:
    """One process in a group of its own, its output in a file."""
    backbone = {"TRIPTYCH_BACKBONE": name.removeprefix("worker-")} if name.startswith("worker-") else {}
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environment | backbone,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def wait_until_ready(url: str, folder: Path) -> None:
    """Poll /readyz; when it stays away, show what the web process wrote."""
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        try:
            # Not through a proxy of the environment.
            httpx.get(f"{url}/readyz", timeout=2, trust_env=False).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"{url} is not ready:\n{(folder / 'web.log').read_text()[-3000:]}")


def stop(processes: list[subprocess.Popen[bytes]]) -> None:
    """End the groups: asked first, then for good."""
    for process in reversed(processes):
        signal_group(process, signal.SIGTERM)
    deadline = time.monotonic() + 3
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, deadline - time.monotonic()))
        signal_group(process, signal.SIGKILL)
        process.wait(10)


def signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    """Signal a process and its children; nothing happens when they are gone."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def free_port() -> int:
    """A TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
