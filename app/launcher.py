"""`triptych up`: everything that Triptych needs, on one machine, under one supervisor."""

import asyncio
import contextlib
import fcntl
import ipaddress
import os
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.markup import escape

from app import embedded_redis, processes, progress
from app.catalogue import catalogue
from app.client import Client
from app.comparisons.schemas import ComparisonIn, ComparisonOut
from app.config import Settings
from app.console import show
from app.errors import AppError
from app.supervisor import CrashLoopError, Supervisor

FIRST_PROMPT = "A woman in a red dress waves at the camera on a sunny beach"
READY_WITHIN_S = 60.0
RETRY_S = 0.5
PORT_PATIENCE_S = 2.0
"""A run that was killed a moment ago may still be letting go of its port."""


def run(settings: Settings, console: Console) -> int:
    """Run until interrupted; the exit status. AppError says why nothing was started."""
    refuse_open_address(settings.host)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    with only_one(settings.data_dir), listen(settings.host, settings.port) as listener:
        return asyncio.run(Launcher(settings, console, listener).run())


class Launcher:
    """One run of `triptych up`."""

    def __init__(self, settings: Settings, console: Console, listener: socket.socket) -> None:
        self._settings = settings
        self._console = console
        self._listener = listener
        self._began = time.monotonic()
        self._workers = [processes.worker(name) for name in catalogue()]

    async def run(self) -> int:
        """Start, watch, and stop when asked to or when a process cannot be kept running."""
        interrupted = on_signals(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        supervisor = Supervisor(self._settings.data_dir / "logs", self._say)
        work = asyncio.create_task(self._work(supervisor))
        ends: list[asyncio.Future[Any]] = [interrupted, supervisor.crashed, work]
        try:
            done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            await self._stop(supervisor)
        if supervisor.crashed in done:
            return self._give_up(supervisor.crashed.result())
        if work in done:
            work.result()
        return 0

    async def _work(self, supervisor: Supervisor) -> None:
        """Bring everything up, fill an empty canvas, then go on until cancelled."""
        await self._bring_up(supervisor)
        url = f"http://{bracketed(self._settings.host)}:{self._settings.port}"
        async with Client(url) as client:
            await self._ready(client)
            # Importing torch three times takes both cores for a while: the page comes first.
            await asyncio.to_thread(mark_workers)
            # Before the URL is printed: whoever opens it finds the takes there.
            first = await self._fill(client)
            for program in self._workers:
                supervisor.start(program)
            self._announce(url)
            if first is not None:
                await self._first_comparison(client, first)
        await asyncio.Event().wait()

    async def _fill(self, client: Client) -> ComparisonOut | None:
        """Order a first comparison for an empty canvas; the server may be restarted meanwhile."""
        order = ComparisonIn(prompt=FIRST_PROMPT)
        while True:
            try:
                if await client.is_empty():
                    return await client.submit(order, idempotency_key="first-comparison")
            except httpx.TransportError:
                await asyncio.sleep(RETRY_S)
            except AppError as refusal:
                self._say("first comparison", f"was refused: {refusal.message}")
                return None
            else:
                return None

    async def _bring_up(self, supervisor: Supervisor) -> None:
        """Redis first, then those who need it; web and keeper migrate the database, one after the other."""
        if not self._settings.redis_url:
            server = self._settings.embedded_redis_socket
            supervisor.start(embedded_redis.program(server, self._settings.data_dir))
            await embedded_redis.ready(server)
        for program in (processes.web(self._listener.fileno()), processes.keeper()):
            supervisor.start(program)

    async def _ready(self, client: Client) -> None:
        """Wait for the server to say that it is ready."""
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                while not await client.is_ready():
                    await asyncio.sleep(0.1)
        except TimeoutError:
            logs = self._settings.data_dir / "logs"
            message = f"The server was not ready within {READY_WITHIN_S:.0f} s; see {logs}."
            raise AppError("not_ready", message, status=503) from None

    async def _first_comparison(self, client: Client, comparison: ComparisonOut) -> None:
        """Show how the first comparison goes."""
        said = f"  The canvas was empty. A first comparison:\n  [italic]{FIRST_PROMPT}[/]\n"
        self._console.print(said, soft_wrap=True)
        try:
            takes = await show(client.follow(comparison.id), self._console)
        except AppError as refusal:
            self._say("first comparison", f"cannot be followed: {refusal.message}")
            return
        charged = sum(take.credits.charged for take in takes.values())
        for take in takes.values():
            if take.error is not None:
                self._console.print(f"  {take.backbone}: {take.error.message}", markup=False, soft_wrap=True)
        self._console.print(
            f"\n  Done, for {charged} credits. Side by side: {client.url}/comparisons/{comparison.id}"
            f"\n  The canvas, for your own prompt: [bold underline]{client.url}[/]\n",
            highlight=False,
            soft_wrap=True,
        )

    def _announce(self, url: str) -> None:
        """Say where to look."""
        seconds = time.monotonic() - self._began
        self._console.print(
            f"\n  Triptych is ready after {seconds:.1f} s:  [bold underline]{url}[/]"
            f"\n  Files and logs: {escape(str(self._settings.data_dir.resolve()))}   Stop with Ctrl-C.\n",
            highlight=False,
            soft_wrap=True,
        )

    def _give_up(self, crash: CrashLoopError) -> int:
        """Say which process would not start, and what it said last."""
        self._console.print(
            f"\n[bold red]{escape(str(crash))}[/]. Its last lines ({escape(str(crash.log))}):\n"
        )
        for line in crash.output:
            self._console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
        return 1

    async def _stop(self, supervisor: Supervisor) -> None:
        """No new orders first, then no more work, then what the outcomes go through."""
        self._console.print("\nStopping ...")
        self._listener.close()
        await supervisor.stop(["web", *(program.name for program in self._workers)], ["keeper"], ["redis"])
        if not self._settings.redis_url:
            shutil.rmtree(self._settings.embedded_redis_socket.parent, ignore_errors=True)
        self._console.print("Stopped.")

    def _say(self, name: str, what: str) -> None:
        clock = time.strftime("%H:%M:%S")
        self._console.print(f"{clock}  {escape(name)} {escape(what)}", highlight=False)


def mark_workers() -> None:
    """Say that the workers are coming, which for some seconds they cannot say themselves."""
    for backbone in catalogue():
        progress.mark_worker(backbone, "starting")


def on_signals(*numbers: signal.Signals) -> asyncio.Future[None]:
    """A future that the first of the signals resolves; the next ones find everything ending already."""
    loop = asyncio.get_running_loop()
    came: asyncio.Future[None] = loop.create_future()

    def resolve() -> None:
        if not came.done():
            came.set_result(None)

    for number in numbers:
        loop.add_signal_handler(number, resolve)
    return came


def refuse_open_address(host: str) -> None:
    """Nobody but this machine may reach a server that asks for no key."""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise AppError(
            "open_address",
            f"{host} is not a loopback address, and there are no API keys yet to protect it: "
            "anybody who reaches it could spend the budget. Use 127.0.0.1 and a tunnel.",
            status=403,
            field="host",
        )


@contextlib.contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Hold the data directory; two supervisors would start two of everything on the same files."""
    # Opened for appending, so that a refused run leaves the holder's pid in place.
    with (data_dir / "triptych.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise AppError(
                "already_up",
                f"Triptych is already running on {data_dir.resolve()} (pid {lock.read().strip()}). "
                "Stop it, or use another directory: DATA_DIR=other make run",
                status=409,
                field="data_dir",
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextlib.contextmanager
def listen(host: str, port: int) -> Iterator[socket.socket]:
    """The listening socket. It is opened here and handed to the web process, so that a restart of
    that process loses no connection: they wait."""
    until = time.monotonic() + PORT_PATIENCE_S
    while True:
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            listener = socket.create_server((host, port), family=family, backlog=512)
            break
        except OSError as error:
            reason = os.strerror(error.errno or 0).lower()
            if time.monotonic() > until:
                raise AppError(
                    "port_taken",
                    f"Port {port} is taken: {reason}. Use another one: PORT={port + 1} make run",
                    status=409,
                    field="port",
                ) from None
            time.sleep(0.1)
    with listener:
        yield listener


def bracketed(host: str) -> str:
    """The host as it stands in a URL."""
    return f"[{host}]" if ":" in host else host
