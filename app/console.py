"""What the command line shows: a bar per take while they run, a table when they are done."""

from collections.abc import AsyncIterator, Iterable

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from app.contract import TakeStatus
from app.takes.schemas import TakeOut

COLOURS = {
    TakeStatus.QUEUED: "dim",
    TakeStatus.RUNNING: "cyan",
    TakeStatus.SUCCEEDED: "green",
    TakeStatus.FAILED: "red",
    TakeStatus.CANCELED: "yellow",
}


async def show(
    takes: AsyncIterator[TakeOut], console: Console, seen: dict[str, TakeOut] | None = None
) -> dict[str, TakeOut]:
    """Draw a bar per take until the stream ends; the last state of each, by id.

    `seen` is filled on the way, for a caller that may be interrupted.
    """
    last: dict[str, TakeOut] = {} if seen is None else seen
    bars: dict[str, TaskID] = {}
    columns = (
        TextColumn("  {task.fields[backbone]}", table_column=Column(no_wrap=True, min_width=18)),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
        TextColumn("{task.fields[state]}"),
    )
    with Progress(*columns, console=console) as progress:
        async for take in takes:
            if take.id not in bars:
                bars[take.id] = progress.add_task("", total=1.0, backbone=take.backbone, state="")
            last[take.id] = take
            bar = bars[take.id]
            progress.update(bar, completed=done(take), state=state(take))
            if take.status.is_final:
                progress.stop_task(bar)
    return last


def done(take: TakeOut) -> float:
    """How much of the bar is filled."""
    return 1.0 if take.status.is_final else take.progress.fraction


def state(take: TakeOut) -> str:
    """Where a take is, in words, as rich markup."""
    colour = COLOURS[take.status]
    if take.status is TakeStatus.QUEUED:
        words = take.progress.waits_for or "queued"
    elif take.status is TakeStatus.RUNNING:
        words = running(take)
    elif take.status is TakeStatus.SUCCEEDED:
        words = f"done · {take.credits.charged} credits"
    else:
        words = f"{take.status.value} · {take.credits.charged} credits"
    return f"[{colour}]{escape(words)}[/]"


def running(take: TakeOut) -> str:
    """Phase, step and time left of a running take."""
    progress = take.progress
    if progress.phase != "denoising":
        return progress.phase
    left = f" · {progress.eta_s:.0f} s left" if progress.eta_s is not None else ""
    return f"step {progress.step} of {progress.steps}{left}"


def table(takes: Iterable[TakeOut], places: dict[str, str]) -> Table:
    """Status, credits and whereabouts of each take. `places` names the clips by take id."""
    found = Table(box=None, pad_edge=False, header_style="bold")
    found.add_column("backbone")
    found.add_column("status")
    found.add_column("credits", justify="right")
    found.add_column("clip", overflow="fold")
    for take in takes:
        status = f"[{COLOURS[take.status]}]{take.status.value}[/]"
        reason = take.error.message if take.error else ""
        clip = escape(places.get(take.id, reason))
        found.add_row(take.backbone, status, str(take.credits.charged), clip)
    return found
