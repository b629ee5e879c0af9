"""The command line: what it offers, how quickly, and what it refuses."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.launcher.running import environment, free_port


def triptych(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        env=environment(tmp_path, free_port()),
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_help_names_every_command_and_is_quick(tmp_path: Path) -> None:
    # Processor time, since other tests may keep the cores busy.
    seconds = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        found = triptych(tmp_path, "--help")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert found.returncode == 0
    for command in ("up", "web", "worker", "keeper", "compare", "train", "migrate"):
        assert f" {command} " in found.stdout
    assert min(seconds) < 0.5


def test_help_imports_neither_the_server_nor_the_models() -> None:
    script = (
        "import sys, app.cli\n"
        "heavy = 'fastapi', 'sqlalchemy', 'celery', 'httpx', 'torch', 'workers'\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["compare", ""], "prompt: "),
        (["compare", "x" * 2501], "prompt: "),
        (["compare", "a car", "--duration", "60"], "duration_s: "),
        (["compare", "a car", "--duration", "0"], "duration_s: "),
        (["compare", "a car", "--aspect", "4:3"], "aspect_ratio: "),
        (["compare", "a car", "--seed", "-1"], "seed: "),
        (
            ["compare", "a car", "--reference-image", "nowhere.png"],
            "reference_image: nowhere.png is not a file",
        ),
        (["compare", "a car"], "Is `triptych up` running?"),
        (["worker", "sora"], "backbone: No backbone 'sora'; there are cinematic, "),
    ],
)
def test_refused_input_exits_with_2_and_names_the_field(
    tmp_path: Path, arguments: list[str], words: str
) -> None:
    found = triptych(tmp_path, *arguments)
    assert found.returncode == 2, found.stderr
    assert words in found.stderr
    assert "Traceback" not in found.stderr


def test_web_alone_refuses_an_open_address(tmp_path: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-m", "app.cli", "web"],
        env=environment(tmp_path, free_port()) | {"TRIPTYCH_HOST": "0.0.0.0"},  # noqa: S104
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert found.returncode == 2
    assert "not a loopback address" in found.stderr
