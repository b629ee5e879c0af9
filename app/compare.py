"""`triptych compare`: one prompt to several backbones, from the command line."""

import asyncio
import contextlib
import uuid
from dataclasses import dataclass
from pathlib import Path

import httpx
from rich.console import Console
from rich.markup import escape

from app.client import Client
from app.comparisons.schemas import ComparisonIn, ComparisonOut, EstimateOut
from app.console import show, table
from app.contract import TakeStatus
from app.errors import AppError
from app.takes.schemas import TakeOut

CANCEL_WITHIN_S = 30.0


@dataclass(frozen=True)
class Errand:
    """What to order, where, and what to do with the clips."""

    order: ComparisonIn
    url: str
    reference_image: Path | None
    save: Path | None
    as_json: bool


async def carry_out(errand: Errand) -> int:
    """Order, follow, report; 1 when a take failed. AppError when the order was refused."""
    console = Console(stderr=errand.as_json)
    async with Client(errand.url) as client:
        try:
            order = await with_image(client, errand)
            console.print(bill(await client.estimate(order)), highlight=False)
            comparison = await client.submit(order, idempotency_key=str(uuid.uuid4()))
        except httpx.TransportError as error:
            message = f"Nothing answers at {errand.url} ({error}). Is `triptych up` running?"
            raise AppError("unreachable", message, status=503) from None
        takes = await follow(client, comparison, console)
        places = await whereabouts(client, takes, errand.save)
        console.print()
        console.print(table(takes, places))
        console.print(f"\nSide by side: {errand.url}/comparisons/{comparison.id}", highlight=False)
    if errand.as_json:
        print(comparison.model_copy(update={"takes": takes}).model_dump_json(indent=2))
    return int(any(take.status is TakeStatus.FAILED for take in takes))


async def with_image(client: Client, errand: Errand) -> ComparisonIn:
    """The order with its reference image sent ahead."""
    if errand.reference_image is None:
        return errand.order
    if not errand.reference_image.is_file():
        message = f"{errand.reference_image} is not a file."
        raise AppError("no_such_file", message, status=422, field="reference_image")
    image_id = await client.upload(errand.reference_image)
    return errand.order.model_copy(update={"reference_image_id": image_id})


def bill(estimate: EstimateOut) -> str:
    """The estimate in a line, and every parameter that a backbone would not honour."""
    count = len(estimate.takes)
    takes = f"{count} take{'s' if count != 1 else ''}"
    line = f"{takes} · {estimate.credits} credits · about {estimate.seconds:.0f} s"
    notes = [f"  {take.backbone}: {escape(note)}" for take in estimate.takes for note in take.notes]
    return "\n".join([f"{line} · leaves {estimate.available_after}", *notes])


async def follow(client: Client, comparison: ComparisonOut, console: Console) -> list[TakeOut]:
    """The finished takes in the comparison's order. Interrupted: cancels them and says what it cost."""
    seen = {take.id: take for take in comparison.takes}
    try:
        await show(client.follow(comparison.id), console, seen)
    except asyncio.CancelledError:
        await stop(client, comparison.id, seen, console)
        raise
    return [seen[take.id] for take in comparison.takes]


async def stop(client: Client, comparison_id: str, seen: dict[str, TakeOut], console: Console) -> None:
    """Ask the server to end what is not finished, wait for the steps under way, and give the bill."""
    console.print("Stopping the takes; only the steps that were run are charged ...")
    for take in seen.values():
        if not take.status.is_final:
            # It may have ended in the meantime.
            with contextlib.suppress(AppError):
                await client.cancel(take.id)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(CANCEL_WITHIN_S):
            async for take in client.follow(comparison_id):
                seen[take.id] = take
    charged = sum(take.credits.charged for take in seen.values())
    console.print(table(seen.values(), {}))
    console.print(f"Charged: {charged} credits.")


async def whereabouts(client: Client, takes: list[TakeOut], save: Path | None) -> dict[str, str]:
    """Where each clip is: saved below `save`, or its URL."""
    places: dict[str, str] = {}
    for take in takes:
        if take.urls.clip is None:
            continue
        places[take.id] = f"{client.url}{take.urls.clip}"
        if save is not None:
            save.mkdir(parents=True, exist_ok=True)
            # Named by what cannot contain a path: a backbone of the catalogue and an opaque id.
            target = save / f"{take.backbone}-{take.id}.mp4"
            target.write_bytes(await client.download(take.urls.clip))
            places[take.id] = str(target)
    return places
