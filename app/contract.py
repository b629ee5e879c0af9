"""What the server and the workers say to each other: pydantic only, JSON on the wire.

An order carries everything a worker needs, since GPU hosts have no database. Every answer
carries the attempt that it belongs to, so that a late one can be told from a current one.
"""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class AspectRatio(StrEnum):
    """Picture shapes that every backbone accepts."""

    WIDE = "16:9"
    TALL = "9:16"
    SQUARE = "1:1"


class TakeStatus(StrEnum):
    """Life of a take; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def is_final(self) -> bool:
        """Whether nothing can happen to the take any more."""
        return self in (TakeStatus.SUCCEEDED, TakeStatus.FAILED, TakeStatus.CANCELED)


class Message(BaseModel):
    """Base of all messages: immutable, and strict about unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TakeOrder(Message):
    """One attempt at one take, as put on the queue `render.<backbone>`."""

    take_id: str
    comparison_id: str
    attempt: int = Field(ge=1)
    backbone: str
    prompt: str
    negative_prompt: str = ""
    seed: int = Field(ge=0, le=2**32 - 1)
    width: int
    height: int
    fps: int
    num_frames: int = Field(ge=1)
    aspect_ratio: AspectRatio
    steps: int = Field(ge=1)
    guidance_scale: float = Field(ge=0)
    reference_image_key: str | None = None
    ordered_at: datetime

    @property
    def folder(self) -> str:
        """Storage prefix that this attempt alone writes to."""
        return f"takes/{self.take_id}/{self.attempt}"


class TakeProgress(Message):
    """How far an attempt is; overwritten in Redis at every step and at least every 5 s."""

    take_id: str
    comparison_id: str
    attempt: int
    phase: Literal["loading", "denoising", "finishing"]
    step: int = Field(ge=0, description="Denoising steps done, over all chunks")
    steps: int = Field(ge=1, description="Denoising steps in all, over all chunks")
    eta_s: float | None = None
    preview: int = Field(default=0, description="Number of the newest preview, 0 when there is none")
    at: datetime


class ClipFile(Message):
    """The files a finished take left in storage, and what is true of them."""

    clip_key: str
    poster_key: str
    sha256: str
    size_bytes: int
    width: int
    height: int
    fps: int
    num_frames: int
    weights_sha256: str
    unknown_words: list[str] = Field(
        default_factory=list, description="Words the backbone did not understand"
    )


class TakeError(Message):
    """Why a take failed: a code for machines, a sentence for people."""

    code: str
    message: str


class TakeStarted(Message):
    """A worker has begun an attempt."""

    take_id: str
    comparison_id: str
    attempt: int
    at: datetime


class TakeOutcome(Message):
    """How an attempt ended; also kept beside the clip as `outcome.json`."""

    take_id: str
    comparison_id: str
    attempt: int
    status: Literal["succeeded", "failed", "canceled"]
    steps_run: int = Field(ge=0)
    steps: int = Field(ge=1)
    started_at: datetime
    finished_at: datetime
    clip: ClipFile | None = None
    error: TakeError | None = None
