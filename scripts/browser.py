"""Find a Chromium for the browser tests, or install one; print its path.

Tried in this order: one on PATH, the one Playwright has already fetched, Playwright's own
download, the system's package manager. Everything but the path goes to stderr.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def on_path() -> Path | None:
    """A Chromium or Chrome that the system has."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return Path(found) if found else None


def of_playwright() -> Path | None:
    """The Chromium that Playwright has fetched, if it starts here."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    if not path.exists():
        return None
    # A fetched browser still needs the system's libraries, which a bare machine lacks.
    return path if subprocess.run([path, "--version"], capture_output=True).returncode == 0 else None


def say(line: str) -> None:
    """Tell the person at the terminal."""
    print(line, file=sys.stderr, flush=True)


def run(*command: str) -> bool:
    """Run a command, its output on stderr; whether it worked."""
    say("$ " + " ".join(command))
    try:
        return subprocess.run(command, stdout=sys.stderr, stderr=sys.stderr).returncode == 0
    except FileNotFoundError:
        return False


def from_playwright() -> Path | None:
    """Fetch Playwright's own Chromium."""
    return of_playwright() if run(sys.executable, "-m", "playwright", "install", "chromium") else None


def from_system() -> Path | None:
    """Install the system's Chromium, when apt and the rights to use it are there."""
    if shutil.which("apt-get") is None:
        return None
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    install = [*prefix, *environment, "apt-get", "install", "-y", "--no-install-recommends", "chromium"]
    if run(*install):
        return on_path()
    # The package lists may be stale or missing.
    return on_path() if run(*prefix, "apt-get", "update") and run(*install) else None


def main() -> int:
    """Print the path of a Chromium; exit 1 with the reasons when there is none to be had."""
    for source in (on_path, of_playwright, from_playwright, from_system):
        path = source()
        if path is not None:
            print(path)
            return 0
    say(
        "The browser tests need a Chromium, and none could be found or installed:\n"
        f"  - none of {', '.join(NAMES)} is on PATH\n"
        "  - `playwright install chromium` did not work (no network?)\n"
        "  - `apt-get install chromium` did not work (no apt, no rights, or no network)\n"
        "Install Chromium by hand, then run `make test` again."
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
