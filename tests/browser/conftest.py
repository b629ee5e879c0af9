"""A real browser on a real installation.

A page that logs an error (a CSP violation is one) fails its test.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser import stack

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

Open = Callable[..., Page]


def chromium() -> str | None:
    """$CHROMIUM, or the system's; None leaves it to Playwright's own."""
    named = os.environ.get("CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a running installation, shared by all browser tests."""
    with stack.running(tmp_path_factory.mktemp("stack")) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def open_page(browser: Browser, url: str) -> Iterator[Open]:
    """Opens pages in contexts of their own; at the end none of them may have logged an error."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    refused: list[int] = []

    def opened(path: str = "/", **options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}} | options)
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "response", lambda answer: refused.append(answer.status) if answer.status in (404, 422) else None
        )
        page.goto(url + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    # The browser itself reports every 4xx; one that a test asked for is no complaint.
    asked_for = [line for line in complaints if re.search("status of (404|422)", line)]
    assert len(asked_for) <= len(refused)
    assert [line for line in complaints if line not in asked_for] == []
