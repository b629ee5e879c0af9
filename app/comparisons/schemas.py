"""What a comparison takes in and looks like from outside."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from app.catalogue import MAX_DURATION_S, MAX_PROMPT_CHARS, MIN_DURATION_S, catalogue
from app.contract import AspectRatio
from app.takes.schemas import TakeOut


class ComparisonIn(BaseModel):
    """One prompt for several backbones. Left out: every backbone, its own aspect ratio, a random seed."""

    model_config = ConfigDict(extra="forbid")

    prompt: str = Field(min_length=1, max_length=MAX_PROMPT_CHARS)
    negative_prompt: str = Field(default="", max_length=MAX_PROMPT_CHARS)
    backbones: list[str] | None = Field(default=None, min_length=1)
    duration_s: float = Field(default=4.0, ge=MIN_DURATION_S, le=MAX_DURATION_S, allow_inf_nan=False)
    aspect_ratio: AspectRatio | None = Field(default=None, description="None: each backbone's own")
    seed: int | None = Field(default=None, ge=0, le=2**32 - 1)
    reference_image_id: str | None = None

    @field_validator("prompt")
    @classmethod
    def says_something(cls, prompt: str) -> str:
        """Refuse a prompt of nothing but blanks."""
        if not prompt.strip():
            raise PydanticCustomError("blank", "it may not be blank")
        return prompt

    @field_validator("prompt", "negative_prompt")
    @classmethod
    def can_be_kept(cls, text: str) -> str:
        """Refuse the one character that PostgreSQL cannot store."""
        if "\0" in text:
            raise PydanticCustomError("null_character", "it may not contain the character U+0000")
        return text

    @field_validator("backbones")
    @classmethod
    def known_and_once(cls, names: list[str] | None) -> list[str] | None:
        """Refuse names that the catalogue does not have, and names given twice."""
        for name in names or []:
            if name not in catalogue():
                known = ", ".join(catalogue())
                shown = name[:40].encode("ascii", "replace").decode()  # half a surrogate pair has no UTF-8
                raise PydanticCustomError(
                    "unknown_backbone",
                    "{name} is unknown; known are {known}",
                    {"name": shown, "known": known},
                )
        if names and len(set(names)) < len(names):
            raise PydanticCustomError("duplicate_backbone", "each backbone may be named once")
        return names


class TakeEstimate(BaseModel):
    """What one take of the comparison would cost and need, and what would differ from the order."""

    backbone: str
    credits: int
    seconds: float = Field(description="Expected run time, waiting not included")
    width: int
    height: int
    fps: int
    num_frames: int
    notes: list[str] = Field(description="Every parameter that this backbone rounds or ignores, in words")


class EstimateOut(BaseModel):
    """The bill before the run. Backbones render at once, so `seconds` is that of the slowest queue."""

    credits: int
    seconds: float
    available: int
    available_after: int
    affordable: bool
    fits: list[str] = Field(description="Backbones that would still fit the budget, in catalogue order")
    takes: list[TakeEstimate]


class ComparisonOut(BaseModel):
    """A comparison and its takes, in catalogue order."""

    id: str
    prompt: str
    negative_prompt: str
    duration_s: float
    aspect_ratio: AspectRatio | None
    seed: int
    reference_image_id: str | None
    reference_image_url: str | None
    takes: list[TakeOut]
    created_at: datetime


class ComparisonList(BaseModel):
    """A page of comparisons, newest first."""

    items: list[ComparisonOut]
    next_cursor: str | None
