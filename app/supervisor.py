"""Keeps processes running: restarts what dies, stops in order, and leaves nothing behind."""

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

STEADY_S = 10.0
"""A process that lived this long did start; its death is an accident and not a misconfiguration."""
MAX_FALSE_STARTS = 4
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
GONE_WITHIN_S = 1.0
TAIL_LINES = 20

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
"""Loaded ahead: between fork and exec there is no time for it."""

Say = Callable[[str, str], None]
"""Tells the person at the terminal: (name of the process, what happened)."""


@dataclass(frozen=True)
class Program:
    """What to run, and how long it may take to stop once it is asked to."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    grace_s: float = 3.0
    pass_fds: tuple[int, ...] = ()


class CrashLoopError(Exception):
    """A process that dies at every start. `output` holds the last lines it wrote."""

    def __init__(self, name: str, how: str, log: Path) -> None:
        self.name = name
        self.log = log
        self.output = log.read_text(errors="replace").splitlines()[-TAIL_LINES:]
        super().__init__(f"{name} does not start: it {how}, {MAX_FALSE_STARTS} times in a row")


class Leash:
    """Kills every process group when this process is gone, however it went.

    The parent-death signal of Linux reaches children only, and not the processes that a Celery
    worker starts in turn. A shell at the other end of a pipe reaches all of them: each line
    is the present list of groups, and the end of the pipe is our end. The signal in turn covers
    the instant between the start of a child and the line that names it.
    """

    SCRIPT = 'while read -r line; do groups=$line; done; for g in $groups; do kill -9 "-$g"; done'

    def __init__(self) -> None:
        self._shell: asyncio.subprocess.Process | None = None
        self._groups: list[int] = []

    async def keep(self) -> None:
        """Hold the leash until cancelled; a shell that was killed is replaced."""
        while True:
            self._shell = await asyncio.create_subprocess_exec(
                "/bin/sh",
                "-c",
                self.SCRIPT,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
            self.tell(self._groups)
            await self._shell.wait()

    def tell(self, groups: Iterable[int]) -> None:
        """Name the groups that must not outlive this process."""
        self._groups = list(groups)
        if self._shell is None or self._shell.stdin is None:
            return
        # A dead shell is noticed by `keep`, which tells its successor.
        with contextlib.suppress(ConnectionError):
            self._shell.stdin.write((" ".join(map(str, self._groups)) + "\n").encode())

    async def let_go(self) -> None:
        """End the shell; by now there is no group left."""
        if self._shell is not None and self._shell.stdin is not None:
            self._shell.stdin.close()
            await self._shell.wait()


class Child:
    """One program, started again whenever it dies."""

    def __init__(self, program: Program, logs: Path, say: Say, changed: Callable[[], None]) -> None:
        self.program = program
        self.log = logs / f"{program.name}.log"
        self._say = say
        self._changed = changed
        self._process: asyncio.subprocess.Process | None = None

    @property
    def group(self) -> int | None:
        """Process group while the program runs: its own pid, for it leads a session of its own."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process is not None and running else None

    async def keep(self) -> None:
        """Run the program until cancelled; CrashLoopError when it dies at every start."""
        rotate(self.log)
        deaths = 0
        while True:
            began = time.monotonic()
            how = await self._run()
            deaths = deaths + 1 if time.monotonic() - began < STEADY_S else 1
            if deaths >= MAX_FALSE_STARTS:
                raise CrashLoopError(self.program.name, how, self.log)
            pause = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (deaths - 1))
            self._say(self.program.name, f"{how}; starting it again in {pause:g} s")
            await asyncio.sleep(pause)

    async def _run(self) -> str:
        """Start the program and wait for its end; how it ended, in words."""
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self.program.command,
                env=os.environ | self.program.environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=self.program.pass_fds,
                start_new_session=True,
                preexec_fn=partial(die_with_parent, os.getpid()),
            )
        self._changed()
        code = await self._process.wait()
        # What it had started must not go on beside its successor.
        signal_group(self._process.pid, signal.SIGKILL)
        await group_gone(self._process.pid)
        self._changed()
        return f"ended with status {code}" if code >= 0 else f"was killed by {signal.Signals(-code).name}"

    async def stop(self) -> None:
        """Ask the program to end, and make it end when it takes too long. `keep` is cancelled by now."""
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), self.program.grace_s)
        signal_group(process.pid, signal.SIGKILL)
        await process.wait()
        await group_gone(process.pid)
        self._changed()


class Supervisor:
    """The children of one `triptych up`."""

    def __init__(self, logs: Path, say: Say) -> None:
        self._logs = logs
        self._say = say
        self._leash = Leash()
        self._kept: dict[Child, asyncio.Task[None]] = {}
        self._leash_kept = asyncio.create_task(self._leash.keep())
        self.crashed: asyncio.Future[CrashLoopError] = asyncio.get_running_loop().create_future()

    def start(self, program: Program) -> None:
        """Start a program and keep it running."""
        self._logs.mkdir(parents=True, exist_ok=True)
        child = Child(program, self._logs, self._say, self._tell_leash)
        task = asyncio.create_task(child.keep())
        task.add_done_callback(self._ended)
        self._kept[child] = task

    async def stop(self, *layers: list[str]) -> None:
        """Stop the named programs layer by layer, then whatever is left."""
        for task in self._kept.values():
            task.cancel()
        await asyncio.gather(*self._kept.values(), return_exceptions=True)
        for names in layers:
            await asyncio.gather(*(child.stop() for child in self._kept if child.program.name in names))
        await asyncio.gather(*(child.stop() for child in self._kept))
        self._leash_kept.cancel()
        await self._leash.let_go()

    def _tell_leash(self) -> None:
        self._leash.tell(child.group for child in self._kept if child.group is not None)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Report what ended a `keep`: a crash loop, or a command that cannot be run at all."""
        if task.cancelled() or self.crashed.done():
            return
        error = task.exception()
        if isinstance(error, CrashLoopError):
            self.crashed.set_result(error)
        elif error is not None:
            self.crashed.set_exception(error)


def die_with_parent(parent: int) -> None:
    """Between fork and exec: ask the kernel to kill this process when its parent dies (Linux only)."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)


def rotate(log: Path) -> None:
    """Begin a new log; the one of the run before is kept as `<name>.log.1`."""
    if log.exists():
        log.replace(log.with_name(log.name + ".1"))
    log.touch()


def signal_group(group: int, number: int) -> bool:
    """Signal a process group; whether there was anything left of it."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


async def group_gone(group: int) -> None:
    """Wait until a killed group is gone. Not for long: orphans are init's to reap, and not every
    container has an init that does."""
    until = time.monotonic() + GONE_WITHIN_S
    while signal_group(group, 0) and time.monotonic() < until:
        await asyncio.sleep(0.005)
