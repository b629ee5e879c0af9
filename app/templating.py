"""Jinja: one environment, and the few words and numbers that several templates share."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from app.catalogue import catalogue
from app.contract import AspectRatio, TakeStatus
from app.ledger.schemas import BudgetOut
from app.pricing import charge
from app.takes.schemas import TakeOut

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
ICONS = STATIC / "vendor" / "icons"

SHAPES = {AspectRatio.WIDE: "wide", AspectRatio.TALL: "tall", AspectRatio.SQUARE: "square"}


@lru_cache(maxsize=64)
def icon(name: str) -> Markup:
    """A vendored Lucide icon, inline. Empty before `npm run vendor`: every icon stands beside words."""
    file = ICONS / f"{name}.svg"
    if not file.exists():
        return Markup("")
    svg = re.sub(r"<!--.*?-->\s*", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    return Markup(svg.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1).strip())  # noqa: S704


def number(value: int) -> str:
    """1600 -> '1,600'; a true minus sign for negative numbers."""
    return f"{value:,}".replace("-", "−")


def signed(value: int) -> str:
    """A change with its sign: '+12', '−18', '0'."""
    return f"+{value:,}" if value > 0 else number(value)


def plural(count: int, one: str, many: str | None = None) -> str:
    """'1 take', '3 takes'."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def seconds(value: float) -> str:
    """A length of time for people: '4 s', '2.5 s', '3 min'."""
    if value >= 100:
        return f"{round(value / 60)} min"
    return f"{value:.0f} s" if value >= 10 or value == round(value) else f"{value:.1f} s"


def percent(part: float, whole: float) -> str:
    """Share of a bar as an SVG length, '0%' of an empty whole."""
    return f"{100 * part / whole:.3f}%" if whole > 0 else "0%"


def utc(moment: datetime) -> datetime:
    """The moment in UTC; SQLite hands times back without a zone."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def stop_saves(take: TakeOut) -> int:
    """Credits that a stop at this step would give back."""
    held = take.credits.held or take.credits.estimated
    if take.status is TakeStatus.QUEUED:
        return held
    return held - charge(held, take.progress.step, take.progress.steps)


def shape(ratio: AspectRatio) -> str:
    """CSS name of a picture shape."""
    return SHAPES[ratio]


def hue(backbone: str) -> str:
    """CSS name of a backbone's colour; one that left the catalogue is grey."""
    entry = catalogue().get(backbone)
    return entry.hue if entry else "grey"


@lru_cache
def environment() -> Environment:
    """The environment of every page: autoescaped, and strict about names it does not know."""
    jinja = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for function in (number, signed, seconds, utc, shape, hue):
        jinja.filters[function.__name__] = function
    for helper in (icon, plural, percent, stop_saves, catalogue):
        jinja.globals[helper.__name__] = helper
    jinja.globals["Status"] = TakeStatus
    return jinja


def render(name: str, **context: Any) -> str:
    """A template as text."""
    return environment().get_template(name).render(**context)


def page(
    name: str, request: Request, budget: BudgetOut | None, *, status: int = 200, **context: Any
) -> HTMLResponse:
    """A whole page; `budget` feeds the meter in its corner, which is left out when unknown."""
    return HTMLResponse(render(name, path=request.url.path, budget=budget, **context), status_code=status)


def wants_partial(request: Request) -> bool:
    """Whether htmx asks: then the answer is partials, else a page or a redirect."""
    return request.headers.get("HX-Request") == "true"
