"""`triptych up` for real: web, keeper, Redis and the workers of every backbone."""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from app.catalogue import catalogue
from tests.launcher.running import Running, environment, free_port, processes, running, until

pytestmark = [pytest.mark.xdist_group("heavy"), pytest.mark.timeout(240)]

CHILDREN = {
    "web": r"app\.cli web",
    "keeper": r"app\.cli keeper",
    "redis": r"redis-server|valkey-server",
    **{f"worker-{name}": rf"celery .*-n {name}@" for name in catalogue()},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One run that the tests below share, in their order."""
    with running(tmp_path_factory.mktemp("up") / "data") as found:
        yield found


def test_everything_runs_and_the_first_comparison_is_ordered(run: Running) -> None:
    for name, words in CHILDREN.items():
        until(partial(run.pid_of, words), f"{name} runs")
    found = until(lambda: run.get("/api/v1/comparisons")["items"], "a first comparison")
    assert {take["backbone"] for take in found[0]["takes"]} == set(catalogue())
    until(lambda: "The canvas was empty" in run.said(), "it says so in the terminal")


def test_a_second_one_on_the_same_directory_is_refused(run: Running) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "app.cli", "up"],
        env=environment(run.data_dir, free_port()),
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert second.returncode == 2
    assert f"already running on {run.data_dir} (pid {run.process.pid})" in second.stderr
    assert run.get("/healthz")


def test_compare_orders_follows_and_saves(run: Running, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "app.cli",
        "compare",
        "a red ball bounces",
        "--backbone",
        "vertical-social",
    ]
    options = ["--duration", "2", "--seed", "7", "--save", str(tmp_path / "clips"), "--json"]
    found = subprocess.run(
        [*command, *options],
        env=environment(run.data_dir, run.port),
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert found.returncode == 0, found.stderr
    take = json.loads(found.stdout)["takes"][0]
    assert (take["status"], take["seed"]) == ("succeeded", 7)
    assert "1 take · 4 credits" in found.stderr
    clip = tmp_path / "clips" / f"vertical-social-{take['id']}.mp4"
    assert hashlib.sha256(clip.read_bytes()).hexdigest() == take["sha256"]


def test_compare_refused_by_the_server_exits_with_2(run: Running) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "app.cli", "compare", "a ball", "--backbone", "sora"],
        env=environment(run.data_dir, run.port),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert found.returncode == 2
    assert "backbones: sora is unknown" in found.stderr


def test_interrupted_compare_cancels_its_takes_and_says_what_was_charged(run: Running) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "compare", "a slow dusk", "--duration", "10"],
        env=environment(run.data_dir, run.port),
        stdout=subprocess.PIPE,
        text=True,
    )
    ordered = until(lambda: newest(run, "a slow dusk"), "the order is in")
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Charged: " in said
    takes = run.get(f"/api/v1/comparisons/{ordered['id']}")["takes"]
    assert {take["status"] for take in takes} == {"canceled"}


def newest(run: Running, prompt: str) -> dict[str, Any] | None:
    """The newest comparison, if it is of this prompt."""
    items = run.get("/api/v1/comparisons?limit=1")["items"]
    return items[0] if items and items[0]["prompt"] == prompt else None


@pytest.mark.parametrize("name", CHILDREN)
def test_a_killed_process_is_started_again(run: Running, name: str) -> None:
    pid = until(lambda: run.pid_of(CHILDREN[name]), f"{name} runs")
    os.kill(pid, signal.SIGKILL)
    until(lambda: f"{name} was killed by SIGKILL" in run.said(), f"the terminal tells of {name}")
    until(lambda: run.pid_of(CHILDREN[name]) not in (0, pid), f"{name} runs again")


def test_after_all_that_it_is_ready(run: Running) -> None:
    until(lambda: run.get("/readyz"), "ready again")
    assert run.get("/api/v1/comparisons")["items"]


def test_an_interrupt_ends_it_with_nothing_left_and_the_next_start_shows_what_was_there(run: Running) -> None:
    before = [item["id"] for item in run.get("/api/v1/comparisons")["items"]]
    seconds = run.end(signal.SIGINT)
    assert run.process.returncode == 0, run.said()
    assert seconds < 10
    assert processes(run.data_dir) == {}
    with Running(run.data_dir) as second:
        assert second.ready() < 10
        items = second.get("/api/v1/comparisons")["items"]
        assert [item["id"] for item in items] == before


def test_killing_the_supervisor_leaves_nothing_behind(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with running(data_dir) as run:
        until(lambda: run.pid_of(CHILDREN["worker-cinematic"]), "a worker runs")
        run.process.kill()
        run.process.wait()
        until(lambda: not processes(data_dir), "everything is gone", within_s=30)


def test_a_taken_port_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = subprocess.run(
            [sys.executable, "-m", "app.cli", "up"],
            env=environment(tmp_path, port),
            capture_output=True,
            text=True,
            timeout=30,
        )
    assert refused.returncode == 2
    assert f"Port {port} is taken" in refused.stderr
    assert f"PORT={port + 1} make run" in refused.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.20", "example.org"])  # noqa: S104
def test_an_open_address_is_refused(tmp_path: Path, host: str) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "app.cli", "up"],
        env=environment(tmp_path, free_port()) | {"TRIPTYCH_HOST": host},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert refused.returncode == 2
    assert "not a loopback address" in refused.stderr
    assert not list(tmp_path.iterdir())
