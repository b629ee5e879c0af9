"""A real `triptych up` for the tests, in a directory and on a port of its own."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import httpx

from app.config import Settings

READY_WITHIN_S = 60.0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def environment(data_dir: Path, port: int) -> dict[str, str]:
    """What the process reads its settings from; nothing of the tester's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRIPTYCH_")}
    return kept | {"DATA_DIR": str(data_dir), "PORT": str(port), "COLUMNS": "120"}


def up(data_dir: Path, port: int, **options: Any) -> subprocess.Popen[str]:
    """Start `triptych up`."""
    command = [sys.executable, "-m", "app.cli", "up"]
    return subprocess.Popen(command, env=environment(data_dir, port), text=True, **options)


def until(condition: Callable[[], Any], what: str, within_s: float = 20.0) -> Any:
    """Wait for a true value and return it; AssertionError names `what` was waited for."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {within_s:g} s: {what}")


def processes(data_dir: Path) -> dict[int, str]:
    """Command lines by pid of everything alive that was started with this DATA_DIR."""
    mark = f"DATA_DIR={data_dir}\0".encode()
    # Redis writes its title over its environment; the title names the socket.
    socket_path = str(Settings(data_dir=data_dir).embedded_redis_socket)
    found: dict[int, str] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            ours = socket_path in line or mark in (folder / "environ").read_bytes() + b"\0"
            # A zombie has no command line.
            if ours and line:
                found[int(folder.name)] = line
    return found


class Running:
    """A run of `triptych up`, with what it has said so far."""

    def __init__(self, data_dir: Path, port: int | None = None) -> None:
        self.data_dir = data_dir
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        data_dir.mkdir(parents=True, exist_ok=True)
        self.output = data_dir / "terminal.txt"
        self._file = self.output.open("w")
        self.began = time.monotonic()
        self.process = up(data_dir, self.port, stdout=self._file, stderr=subprocess.STDOUT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self._file.close()

    def said(self) -> str:
        """Everything on its terminal."""
        return self.output.read_text()

    def ready(self) -> float:
        """Wait for the URL to be printed; seconds since the start."""

        def printed() -> bool:
            assert self.process.poll() is None, self.said()
            return self.url in self.said()

        until(printed, f"ready\n{self.said()}", READY_WITHIN_S)
        return time.monotonic() - self.began

    def end(self, number: signal.Signals = signal.SIGINT) -> float:
        """Signal it and wait; seconds until it was gone."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(30)
        return time.monotonic() - began

    def get(self, path: str) -> dict[str, Any]:
        """JSON from the API."""
        response = httpx.get(self.url + path, timeout=20, trust_env=False)
        response.raise_for_status()
        found: dict[str, Any] = response.json()
        return found

    def pid_of(self, words: str) -> int:
        """The oldest process whose command line matches; 0 when there is none."""
        matching = [pid for pid, line in processes(self.data_dir).items() if re.search(words, line)]
        return min(matching, default=0)


@contextlib.contextmanager
def running(data_dir: Path) -> Iterator[Running]:
    """A run that is ready."""
    with Running(data_dir) as run:
        run.ready()
        yield run
