"""How long from the POST to every worker having started: `python -m benchmarks.submit_latency`.

Runs against a server of its own on this machine (`make run`), idle but for this. Each run orders
one take per backbone, waits until each worker has said that it began, and stops them again. The
figure is from just before the request is sent to the last worker's own clock.
"""

import argparse
import statistics
import sys
import time
from datetime import UTC, datetime
from typing import Any

import httpx


def wait_for(client: httpx.Client, comparison_id: str, done: str) -> list[dict[str, Any]]:
    """Poll until every take has the field `done`; answers the takes."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        takes = client.get(f"/api/v1/comparisons/{comparison_id}").raise_for_status().json()["takes"]
        if all(take[done] is not None for take in takes):
            return list(takes)
        time.sleep(0.02)
    raise TimeoutError(f"comparison {comparison_id}: a take has no {done} after 120 s")


def one_run(client: httpx.Client) -> float:
    """Milliseconds from the POST to the last start."""
    began = datetime.now(UTC)
    answer = client.post("/api/v1/comparisons", json={"prompt": "A latency probe", "duration_s": 2})
    comparison = answer.raise_for_status().json()
    takes = wait_for(client, comparison["id"], "started_at")
    for take in takes:
        client.post(f"/api/v1/takes/{take['id']}/cancel").raise_for_status()
    wait_for(client, comparison["id"], "finished_at")
    last = max(datetime.fromisoformat(take["started_at"]) for take in takes)
    return (last - began).total_seconds() * 1000


def main() -> int:
    """Print the distribution; exit 1 when the median misses the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--target-ms", type=float, default=25.0)
    options = parser.parse_args()
    with httpx.Client(base_url=options.url, timeout=30, trust_env=False) as client:
        one_run(client)  # weights are loaded, connections opened
        times = []
        for _ in range(options.runs):
            time.sleep(0.3)
            times.append(one_run(client))
    median = statistics.median(times)
    print(f"submit to {options.runs} x 3 workers started, ms:")
    print(f"  median {median:.1f}  min {min(times):.1f}  p90 {sorted(times)[int(0.9 * len(times))]:.1f}"
          f"  max {max(times):.1f}  target {options.target_ms:g}")  # fmt: skip
    return 0 if median < options.target_ms else 1


if __name__ == "__main__":
    sys.exit(main())
