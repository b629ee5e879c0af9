"""The supervisor with small programs of its own: restarts, crash loops, clean ends."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from app import supervisor as module
from app.supervisor import CrashLoopError, Program, Supervisor, rotate

# A program that starts a second one in its group, as a Celery worker does, and notes both pids.
FAMILY = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open(sys.argv[1], "a").write(f"{os.getpid()} {child.pid}\\n")
time.sleep(60)
"""


def family(notes: Path) -> Program:
    return Program("family", [sys.executable, "-c", FAMILY, str(notes)])


def alive(pid: int) -> bool:
    try:
        # Field 3 of stat; a zombie is dead already, it waits for its parent only.
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def until(condition: Callable[[], bool], within_s: float = 10.0) -> None:
    async with asyncio.timeout(within_s):
        while not condition():
            await asyncio.sleep(0.02)


def lines(path: Path) -> list[list[int]]:
    text = path.read_text() if path.exists() else ""
    return [[int(word) for word in line.split()] for line in text.splitlines()]


def run(scenario: Callable[[Supervisor, list[str]], Awaitable[None]], logs: Path) -> list[str]:
    said: list[str] = []

    async def main() -> None:
        supervisor = Supervisor(logs, lambda name, what: said.append(f"{name} {what}"))
        try:
            await scenario(supervisor, said)
        finally:
            await supervisor.stop()

    asyncio.run(main())
    return said


def test_a_killed_program_is_started_again_and_said_so(tmp_path: Path) -> None:
    notes = tmp_path / "notes"

    async def scenario(supervisor: Supervisor, said: list[str]) -> None:
        supervisor.start(family(notes))
        await until(lambda: len(lines(notes)) == 1)
        parent, child = lines(notes)[0]
        os.kill(parent, signal.SIGKILL)
        await until(lambda: len(lines(notes)) == 2)
        assert not alive(child), "what it had started went on beside its successor"

    said = run(scenario, tmp_path)
    assert said == ["family was killed by SIGKILL; starting it again in 0.5 s"]
    for parent, child in lines(notes):
        assert not alive(parent)
        assert not alive(child)


def test_a_program_that_never_starts_ends_the_run_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE_S", 0.01)
    crashes: list[CrashLoopError] = []

    async def scenario(supervisor: Supervisor, said: list[str]) -> None:
        supervisor.start(
            Program("broken", [sys.executable, "-c", "print('no weights'); raise SystemExit(3)"])
        )
        crashes.append(await asyncio.wait_for(supervisor.crashed, 20))

    said = run(scenario, tmp_path)
    assert str(crashes[0]) == "broken does not start: it ended with status 3, 4 times in a row"
    assert crashes[0].output == ["no weights"] * 4
    assert [line.rsplit(" ", 2)[1] for line in said] == ["0.01", "0.02", "0.04"]


def test_a_command_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    async def scenario(supervisor: Supervisor, said: list[str]) -> None:
        supervisor.start(Program("missing", [str(tmp_path / "nothing")]))
        with pytest.raises(FileNotFoundError):
            await asyncio.wait_for(supervisor.crashed, 20)

    assert run(scenario, tmp_path) == []


def test_a_program_that_ignores_the_request_is_killed(tmp_path: Path) -> None:
    stubborn = (
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    )
    began = 0.0

    async def scenario(supervisor: Supervisor, said: list[str]) -> None:
        nonlocal began
        supervisor.start(Program("stubborn", [sys.executable, "-c", stubborn], grace_s=0.3))
        await until(
            lambda: (tmp_path / "stubborn.log").exists() and bool((tmp_path / "stubborn.log").read_text())
        )
        began = time.monotonic()

    run(scenario, tmp_path)
    assert 0.3 <= time.monotonic() - began < 5


def test_layers_stop_in_order(tmp_path: Path) -> None:
    order = tmp_path / "order"
    noted = (
        "import signal, sys, time\n"
        "def end(*_): open(sys.argv[1], 'a').write(sys.argv[2]); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end); print(1, flush=True); time.sleep(60)"
    )

    async def main() -> None:
        supervisor = Supervisor(tmp_path, print)
        for name in "cab":
            supervisor.start(Program(name, [sys.executable, "-c", noted, str(order), name]))
        logs = [tmp_path / f"{name}.log" for name in "abc"]
        await until(lambda: all(log.exists() and log.read_text() for log in logs))
        await supervisor.stop(["a"], ["b"], ["c"])

    asyncio.run(main())
    assert order.read_text() == "abc"


def test_a_supervisor_that_is_killed_takes_everything_with_it(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    script = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from tests.launcher.test_supervisor import family\n"
        "from app.supervisor import Supervisor\n"
        "async def main():\n"
        "    supervisor = Supervisor(Path(sys.argv[1]), print)\n"
        "    supervisor.start(family(Path(sys.argv[2])))\n"
        "    await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )

    async def main() -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", script, str(tmp_path), str(notes), cwd=Path(__file__).parents[2]
        )
        await until(lambda: len(lines(notes)) == 1)
        process.kill()
        await process.wait()
        await until(lambda: not any(map(alive, lines(notes)[0])), within_s=5)

    asyncio.run(main())


def test_the_log_of_the_run_before_is_kept(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    for text in ("first", "second"):
        rotate(log)
        log.write_text(text)
    assert (tmp_path / "web.log.1").read_text() == "first"
