"""From a prompt to clips that play side by side, paid for: in a browser, against real processes."""

import re

import pytest
from playwright.sync_api import Page, expect

from app.catalogue import MAX_PROMPT_CHARS, catalogue
from app.pricing import quote
from tests.browser.conftest import Open
from tests.browser.stack import GRANT

pytestmark = [pytest.mark.xdist_group("heavy"), pytest.mark.timeout(420)]

RENDER_MS = 180_000
STEPS_MS = 90_000

IN_STEP = """() => new Promise((resolve) => {
  const videos = [...document.querySelectorAll("#comparisons > .card:first-child video")];
  let samples = 0, worst = 0;
  requestAnimationFrame(function look() {
    const times = videos.map((video) => video.currentTime);
    if (Math.max(...times) > 0.3 && Math.max(...times) < 1.7) {
      worst = Math.max(worst, Math.max(...times) - Math.min(...times));
      samples += 1;
    }
    if (samples < 40) requestAnimationFrame(look); else resolve(worst);
  });
})"""
"""Plays on, and answers the greatest distance in seconds between any two clips; loops are left out."""

SHOWN_FRAMES = """() => new Promise((resolve) => {
  const videos = [...document.querySelectorAll("video")];
  requestAnimationFrame(function look() {
    if (!videos.every((video) => video.paused && !video.seeking && video.readyState >= 2)) {
      requestAnimationFrame(look);
    } else resolve(videos.map((video) => {
      const fps = Number(video.closest("[data-take]").dataset.fps);
      return [Math.floor(video.currentTime * fps), fps];
    }));
  });
})"""


def compose(page: Page, prompt: str, *, duration_s: str = "2", only: str | None = None) -> None:
    """Fill the composer and wait until the live line speaks of this order."""
    page.fill("#prompt", prompt)
    page.fill("#duration_s", duration_s)
    page.fill("#seed", "7")
    for name in catalogue():
        page.locator(f"input[name=backbones][value={name}]").set_checked(only in (None, name), force=True)
    chosen = [backbone for name, backbone in catalogue().items() if only in (None, name)]
    credits = sum(quote(backbone, float(duration_s)) for backbone in chosen)
    expect(page.locator("#live-line")).to_contain_text(f"{credits} credits")


def order(page: Page, prompt: str, *, duration_s: str = "2", only: str | None = None) -> str:
    """Order from the composer; answers the id of the card that appears on top, without a reload."""
    page.evaluate("window.sameDocument = true")
    compose(page, prompt, duration_s=duration_s, only=only)
    page.click("#compare")
    card = page.locator("#comparisons > .card").filter(has_text=prompt).first
    expect(card).to_be_visible()
    assert page.evaluate("window.sameDocument")
    expect(page.locator("#prompt")).to_have_value("")
    return (card.get_attribute("id") or "").removeprefix("comparison-")


def frames(page: Page) -> list[list[float]]:
    """(frame shown, frames per second) of every clip on the page, once all have settled there."""
    shown: list[list[float]] = page.evaluate(SHOWN_FRAMES)
    return shown


def scrolls_sideways(page: Page) -> bool:
    """Whether the page is wider than its window."""
    wide: bool = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return wide


def test_from_prompt_to_clips_in_lock_step(open_page: Open) -> None:
    """The main job: order, watch it become visible, play, scrub, step, and find it on the bill."""
    page = open_page()
    price = sum(quote(backbone, 2) for backbone in catalogue().values())
    before = int(page.locator("#budget-meter b").inner_text())
    comparison = order(page, "A red ball rolls from left to right across a desert")
    card = page.locator(f"#comparison-{comparison}")
    expect(card.locator(".take")).to_have_count(len(catalogue()))
    expect(page.locator("#budget-meter b")).to_have_text(str(before - price))
    expect(card.locator(".take.is-running").first).to_be_visible(timeout=STEPS_MS)
    expect(card.locator(".frame img, .frame video").first).to_be_visible(timeout=STEPS_MS)
    expect(card.locator("video")).to_have_count(len(catalogue()), timeout=RENDER_MS)
    expect(card.locator(".meta")).to_contain_text(f"{price} credits")
    expect(page.locator("#budget-meter")).to_contain_text("· 0 held")

    expect(card.get_by_role("button", name="Pause")).to_be_visible()
    assert page.evaluate(IN_STEP) < 0.1
    heights = card.locator(".frame").evaluate_all("all => all.map((one) => one.offsetHeight)")
    assert max(heights) - min(heights) <= 1

    player_page(open_page, comparison)
    statement(open_page, before, price)


def player_page(open_page: Open, comparison: str) -> None:
    """The permalink, opened late: everything is there, and the transport reaches every frame."""
    page = open_page(f"/comparisons/{comparison}")
    expect(page.locator("video")).to_have_count(len(catalogue()))
    page.get_by_role("button", name="Pause").click()
    scrubber = page.get_by_role("slider", name="Frame")
    scrubber.evaluate("(range) => { range.value = 30; range.dispatchEvent(new Event('input')); }")
    expect(scrubber).to_have_attribute("aria-valuetext", "frame 31 of 60")
    assert frames(page) == [[int((30.5 / 30) * fps), fps] for _, fps in frames(page)]
    page.get_by_role("button", name="One frame forward").click()
    expect(page.locator("[data-timecode]")).to_contain_text("32 of 60")
    assert frames(page) == [[int((31.5 / 30) * fps), fps] for _, fps in frames(page)]
    page.locator("body").press("ArrowLeft")
    expect(page.locator("[data-timecode]")).to_contain_text("31 of 60")
    page.locator("#main").press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download mp4").first.click()
    assert download.value.suggested_filename.endswith(".mp4")


def statement(open_page: Open, before: int, price: int) -> None:
    """The budget page: each line follows from the one before, and the last is what is left."""
    page = open_page("/budget")
    lines: list[list[int]] = page.locator("tr.entry").evaluate_all(
        "rows => rows.map((row) => [Number(row.dataset.change), Number(row.dataset.after)])"
    )
    after = [left for _, left in lines]
    assert all(left - change == older for (change, left), older in zip(lines, after[1:], strict=False))
    assert after[0] == before - price
    assert sum(change for change, _ in lines) == after[0]
    expect(page.locator(".big-figure b")).to_have_text(str(after[0]))


def test_stop_charges_for_the_steps_run(open_page: Open) -> None:
    """A stopped take says what it was charged and what that saved; a retry brings it back."""
    page = open_page()
    comparison = order(page, "A boat drifts over a quiet lake", duration_s="10", only="cinematic")
    take = page.locator(f"#comparison-{comparison} .take")
    expect(take).to_have_class(re.compile("is-running"), timeout=STEPS_MS)
    expect(take.get_by_role("button", name=re.compile("Stop cinematic, saves"))).to_be_visible()
    take.get_by_role("button", name=re.compile("Stop")).click()
    expect(take).to_have_class(re.compile("is-canceled"), timeout=STEPS_MS)
    words = take.locator(".take-state").inner_text()
    charged, saved = map(int, re.findall(r"\d+", words))
    assert charged + saved == quote(catalogue()["cinematic"], 10)
    assert saved > 0
    expect(take.get_by_role("button", name=re.compile("Retry"))).to_be_visible()
    expect(page.locator("#budget-meter")).to_contain_text("· 0 held")


@pytest.mark.parametrize("javascript", [True, False])
def test_bad_prompt_is_refused_at_its_field(open_page: Open, javascript: bool) -> None:
    """2,501 characters: the message names the limit, and everything typed is still there."""
    page = open_page(java_script_enabled=javascript)
    left = page.locator("#budget-meter b").inner_text()
    prompt = "a" * (MAX_PROMPT_CHARS + 1)
    page.fill("#prompt", prompt)
    page.fill("#seed", "11")
    if javascript:
        expect(page.locator("#live-line")).to_contain_text("2,501")
        page.locator("#composer").evaluate("(form) => form.requestSubmit()")
    else:
        page.click("#compare")
    expect(page.locator("#error-prompt")).to_contain_text("2,500")
    expect(page.locator("#prompt")).to_have_value(prompt)
    expect(page.locator("#seed")).to_have_value("11")
    assert page.locator("#budget-meter b").inner_text() == left


def test_live_line_says_what_would_fit(open_page: Open) -> None:
    """Over budget, the button is off and says so; one backbone less, and it is on again."""
    page = open_page()
    left = int(page.locator("#budget-meter b").inner_text())
    assert left <= GRANT
    page.fill("#duration_s", "60")
    expect(page.locator("#live-line")).to_contain_text("2 to 10")
    expect(page.locator("#compare")).to_be_disabled()
    page.fill("#duration_s", "2")
    expect(page.locator("#live-line")).to_contain_text(f"leaves {left - 18}")
    expect(page.locator("#compare")).to_be_enabled()


def test_reference_image_that_is_none(open_page: Open) -> None:
    """A text file is refused at the image field, at once."""
    page = open_page()
    page.set_input_files(
        "#reference_image", {"name": "notes.png", "mimeType": "image/png", "buffer": b"no picture"}
    )
    expect(page.locator("#error-reference_image")).not_to_be_empty()
    expect(page.locator("#reference img")).to_have_count(0)


def test_without_javascript_everything_is_there(open_page: Open) -> None:
    """A plain form orders, and the answer is a page with states and costs."""
    page = open_page(java_script_enabled=False)
    page.fill("#prompt", "A lighthouse at night")
    page.fill("#duration_s", "2")
    for name in ("cinematic", "fast-action"):
        page.locator(f"input[name=backbones][value={name}]").set_checked(False, force=True)
    page.click("#compare")
    expect(page).to_have_url(re.compile("/comparisons/"))
    expect(page.locator(".take")).to_have_count(1)
    expect(page.locator(".take-state")).not_to_be_empty()


@pytest.mark.parametrize("path", ["/", "/budget", "/nothing-here"])
@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_no_sideways_scroll_on_a_phone(open_page: Open, path: str, scheme: str) -> None:
    """Every page fits 390 pixels."""
    page = open_page(path, viewport={"width": 390, "height": 844}, color_scheme=scheme)
    assert not scrolls_sideways(page)
    for comparison in page.locator("h2 a").evaluate_all("links => links.map((link) => link.href)"):
        page.goto(comparison)
        assert not scrolls_sideways(page)


def test_reduced_motion_waits_for_a_press_of_play(open_page: Open) -> None:
    """Who asked for less motion starts the clips themselves."""
    page = open_page(reduced_motion="reduce")
    order(page, "A kite over a meadow", only="vertical-social")
    card = page.locator("#comparisons > .card").first
    expect(card.locator("video")).to_have_count(1, timeout=RENDER_MS)
    expect(card.get_by_role("button", name="Play")).to_be_visible()
    assert card.locator("video").evaluate("(video) => video.paused")
