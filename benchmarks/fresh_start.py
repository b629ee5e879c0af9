"""From a fresh clone to the page, and to its first three clips: `python -m benchmarks.fresh_start`.

Clones this repository's HEAD into a temporary folder, runs `make run` there, and reads the clock
when the URL is printed and when the first comparison's takes have ended. Then it starts a second
time, to see how soon everything is back. Package caches are left as they are.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from app.contract import TakeStatus

URL_WITHIN_S, CLIPS_WITHIN_S, AGAIN_WITHIN_S = 240.0, 180.0, 10.0
REPOSITORY = Path(__file__).resolve().parents[1]


def start(clone: Path, port: int) -> subprocess.Popen[bytes]:
    """`make run` in the clone, on a port and in a data directory of its own."""
    mine = {"PORT": str(port), "DATA_DIR": str(clone / "measured"), "PATH": os.environ["PATH"]}
    kept = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    return subprocess.Popen(["make", "run"], cwd=clone, env=kept | mine, start_new_session=True)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ctrl-C, and wait."""
    os.killpg(process.pid, signal.SIGINT)
    process.wait(60)


def wait_until_ready(client: httpx.Client, began: float) -> float:
    """Seconds from `began` until the server is ready."""
    while time.monotonic() - began < 3 * URL_WITHIN_S:
        try:
            if client.get("/readyz").status_code == httpx.codes.OK:
                return time.monotonic() - began
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError("the server was never ready")


def first_takes(client: httpx.Client) -> list[TakeStatus]:
    """How the takes of the newest comparison stand."""
    items = client.get("/api/v1/comparisons").raise_for_status().json()["items"]
    return [TakeStatus(take["status"]) for take in items[0]["takes"]] if items else []


def wait_for_clips(client: httpx.Client, began: float) -> tuple[float, list[TakeStatus]]:
    """Seconds from `began` until every first take has ended, and how."""
    while time.monotonic() - began < 3 * CLIPS_WITHIN_S:
        states = first_takes(client)
        if states and all(state.is_final for state in states):
            return time.monotonic() - began, states
        time.sleep(0.5)
    raise TimeoutError("the first comparison never ended")


def measure(clone: Path, port: int) -> tuple[float, float, list[TakeStatus], float]:
    """Seconds to the URL, from there to the clips, how they ended, and seconds of a second start."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10, trust_env=False) as client:
        process = start(clone, port)
        try:
            ready = wait_until_ready(client, time.monotonic())
            clips, states = wait_for_clips(client, time.monotonic())
        finally:
            stop(process)
        process = start(clone, port)
        try:
            again = wait_until_ready(client, time.monotonic())
            assert first_takes(client) == states, "the second start shows something else"
        finally:
            stop(process)
    return ready, clips, states, again


def main() -> int:
    """Print the figures; exit 1 when one misses its target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8950)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="triptych-fresh-", ignore_cleanup_errors=True) as folder:
        clone = Path(folder) / "triptych"
        subprocess.run(["git", "clone", "--quiet", str(REPOSITORY), str(clone)], check=True)
        ready, clips, states, again = measure(clone, options.port)
    print(f"fresh clone to URL        {ready:6.1f} s  target {URL_WITHIN_S:g}")
    print(f"URL to first three clips  {clips:6.1f} s  target {CLIPS_WITHIN_S:g}  {', '.join(states)}")
    print(f"second start to URL       {again:6.1f} s  target {AGAIN_WITHIN_S:g}")
    missed = ready > URL_WITHIN_S or clips > CLIPS_WITHIN_S or again > AGAIN_WITHIN_S
    return int(missed or set(states) != {TakeStatus.SUCCEEDED})


if __name__ == "__main__":
    sys.exit(main())
