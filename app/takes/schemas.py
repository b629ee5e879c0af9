"""What a take looks like from outside: the same object feeds the API, the pages and the stream."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.contract import AspectRatio, TakeError, TakeStatus


class CreditsOut(BaseModel):
    """Credits of one take: quoted, still on hold, and finally charged."""

    estimated: int
    held: int
    charged: int


class ProgressOut(BaseModel):
    """Where a take is. `step` of `steps` counts denoising steps over all chunks."""

    phase: str = Field(description="queued, loading, denoising, finishing or done")
    step: int
    steps: int
    fraction: float = Field(ge=0, le=1)
    eta_s: float | None
    preview: int = Field(description="Number of the newest preview, 0 when there is none")
    waits_for: str | None = Field(description="Why a queued take has not begun, in words")


class TakeUrls(BaseModel):
    """Where to fetch the take's files; None until they exist."""

    self: str
    clip: str | None
    poster: str | None
    preview: str | None


class TakeOut(BaseModel):
    """A take with its live progress merged in."""

    id: str
    comparison_id: str
    backbone: str
    status: TakeStatus
    attempt: int
    progress: ProgressOut
    seed: int
    prompt: str
    aspect_ratio: AspectRatio
    width: int
    height: int
    fps: int
    num_frames: int
    duration_s: float
    credits: CreditsOut
    error: TakeError | None
    unknown_words: list[str]
    sha256: str | None
    weights_sha256: str | None
    urls: TakeUrls
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
