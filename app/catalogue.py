"""The backbones that can be ordered, read from `backbones.toml`: formats, prices, loaders."""

import tomllib
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from app.contract import AspectRatio

DRAFT_SIZES: dict[AspectRatio, tuple[int, int]] = {
    AspectRatio.WIDE: (256, 144),
    AspectRatio.TALL: (144, 256),
    AspectRatio.SQUARE: (192, 192),
}
MIN_DURATION_S, MAX_DURATION_S = 2.0, 10.0
MAX_PROMPT_CHARS = 2_500


class Backbone(BaseModel):
    """One entry of the catalogue. `loader` names the module that builds its pipeline."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    summary: str
    loader: str
    hue: str
    aspect_ratio: AspectRatio
    fps: int = Field(gt=0)
    steps: int = Field(ge=1)
    guidance_scale: float = Field(ge=0)
    draft_credits_per_second: int = Field(ge=1)
    seconds_per_second: float = Field(gt=0)

    @property
    def queue(self) -> str:
        """Name of the Celery queue whose worker runs this backbone."""
        return f"render.{self.name}"

    def num_frames(self, duration_s: float) -> int:
        """Frames in a take of `duration_s` seconds."""
        return round(duration_s * self.fps)


@lru_cache
def catalogue() -> dict[str, Backbone]:
    """Every backbone by name, in the order of the file."""
    with Path(__file__).with_name("backbones.toml").open("rb") as file:
        return {name: Backbone(name=name, **entry) for name, entry in tomllib.load(file).items()}
