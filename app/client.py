"""The REST API as the command line and the launcher use it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from app.comparisons.schemas import ComparisonIn, ComparisonOut, EstimateOut
from app.errors import AppError
from app.takes.schemas import TakeOut

RECONNECT_S = 0.5
SILENCE_S = 60.0
"""A stream without even a keep-alive comment for this long is opened anew."""


class Client:
    """Talks to one server. Refusals come back as the AppError that the server raised."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        timeout = httpx.Timeout(30.0, read=SILENCE_S)
        # A proxy from the environment would be asked for loopback addresses too.
        self._http = httpx.AsyncClient(base_url=self.url, timeout=timeout, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def is_ready(self) -> bool:
        """Whether the server answers and its parts are there."""
        try:
            return (await self._http.get("/readyz", timeout=2.0)).is_success
        except httpx.TransportError:
            return False

    async def is_empty(self) -> bool:
        """Whether nobody has ordered anything yet."""
        page = await self._call("GET", "/api/v1/comparisons", params={"limit": 1})
        return not page["items"]

    async def upload(self, image: Path) -> str:
        """Send a reference image; its id."""
        with image.open("rb") as file:
            found = await self._call("POST", "/api/v1/reference-images", files={"file": (image.name, file)})
        return str(found["id"])

    async def estimate(self, order: ComparisonIn) -> EstimateOut:
        """What the order would cost."""
        body = order.model_dump(mode="json", exclude_none=True)
        return EstimateOut.model_validate(await self._call("POST", "/api/v1/comparisons/estimate", json=body))

    async def submit(self, order: ComparisonIn, *, idempotency_key: str) -> ComparisonOut:
        """Order the comparison; the same key orders it once however often it is sent."""
        body = order.model_dump(mode="json", exclude_none=True)
        headers = {"Idempotency-Key": idempotency_key}
        return ComparisonOut.model_validate(
            await self._call("POST", "/api/v1/comparisons", json=body, headers=headers)
        )

    async def take(self, take_id: str) -> TakeOut:
        """A take as it is now."""
        return TakeOut.model_validate(await self._call("GET", f"/api/v1/takes/{take_id}"))

    async def cancel(self, take_id: str) -> None:
        """Ask the server to stop a take."""
        await self._call("POST", f"/api/v1/takes/{take_id}/cancel")

    async def download(self, path: str) -> bytes:
        """A file that the API names."""
        response = await self._http.get(path)
        raise_refusal(response)
        return response.content

    async def follow(self, comparison_id: str) -> AsyncIterator[TakeOut]:
        """Every state of every take until all are final; outlives a restart of the server."""
        unfinished: set[str] | None = None
        while unfinished is None or unfinished:
            try:
                async for takes in self._events(f"/api/v1/comparisons/{comparison_id}/events"):
                    unfinished = set() if unfinished is None else unfinished
                    for take in takes:
                        (unfinished.discard if take.status.is_final else unfinished.add)(take.id)
                        yield take
                    if not unfinished:
                        return
            except httpx.TransportError:
                await asyncio.sleep(RECONNECT_S)

    async def _events(self, path: str) -> AsyncIterator[list[TakeOut]]:
        """Takes as the stream names them: all of the comparison first, then each that changed."""
        async with self._http.stream("GET", path) as response:
            if response.is_error:
                await response.aread()
            raise_refusal(response)
            event = ""
            async for line in response.aiter_lines():
                name, _, value = line.partition(":")
                if name == "event":
                    event = value.strip()
                elif name == "data":
                    yield takes_in(event, value)

    async def _call(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        response = await self._http.request(method, path, **request)
        raise_refusal(response)
        found: dict[str, Any] = response.json()
        return found


def takes_in(event: str, data: str) -> list[TakeOut]:
    """The takes of one event: those of a whole comparison, the one that changed, or none."""
    if event == "snapshot":
        return ComparisonOut.model_validate_json(data).takes
    return [TakeOut.model_validate_json(data)] if event == "take" else []


def raise_refusal(response: httpx.Response) -> None:
    """Raise the problem document of an error response as the AppError it was."""
    if not response.is_error:
        return
    problem: dict[str, Any] = {}
    if "json" in response.headers.get("content-type", ""):
        problem = response.json()
    raise AppError(
        str(problem.get("code", "http_error")),
        str(problem.get("detail", f"{response.request.url} answered {response.status_code}")),
        status=response.status_code,
        field=problem.get("field"),
    )
