"""Every setting, typed, with its unit in its name. Read from the environment as `TRIPTYCH_<NAME>`."""

import hashlib
import tempfile
from functools import lru_cache
from pathlib import Path

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of every process: web, keeper and workers share one environment."""

    model_config = SettingsConfigDict(env_prefix="TRIPTYCH_", populate_by_name=True, extra="ignore")

    host: str = Field(default="127.0.0.1", description="Address the web server listens on.")
    port: int = Field(
        default=8000,
        ge=1,
        le=65_535,
        validation_alias=AliasChoices("PORT", "TRIPTYCH_PORT"),
        description="Port the web server listens on.",
    )
    allowed_hosts: list[str] = Field(
        default=[],
        description="Host names the web server answers to, beside those of this machine; JSON list.",
    )
    data_dir: Path = Field(
        default=Path("data"),
        validation_alias=AliasChoices("DATA_DIR", "TRIPTYCH_DATA_DIR"),
        description="Where the embedded database, Redis and the clips live.",
    )
    database_url: str = Field(default="", description="SQLAlchemy URL; empty: SQLite below data_dir.")
    redis_url: str = Field(default="", description="redis:// or unix:// URL; empty: the embedded Redis.")
    storage_url: str = Field(default="", description="file:// or s3:// URL; empty: files below data_dir.")

    project_name: str = Field(default="My project", description="Name of the project made on first start.")
    initial_grant_credits: int = Field(default=1_600, ge=0, description="Credits granted to that project.")

    heartbeat_s: float = Field(default=5.0, description="Longest time between two signs of life of a take.")
    silence_s: float = Field(
        default=45.0, description="A running take silent for this long gets a new attempt."
    )
    max_attempts: int = Field(default=3, ge=1, description="Attempts before a take counts as failed.")
    sweep_every_s: float = Field(default=5.0, description="Pause between two sweeps of the keeper.")
    ring_again_s: float = Field(
        default=20.0, description="A queued take unheard of for this long is ordered again."
    )
    hold_s: float = Field(
        default=86_400.0, description="A take not finished after this long fails, and its hold expires."
    )

    max_upload_bytes: int = Field(default=20_000_000, description="Largest reference image accepted.")
    max_image_pixels: int = Field(
        default=50_000_000, description="Most pixels a reference image may decode to."
    )

    device: str = Field(default="cpu", description="torch device of the workers: cpu, cuda, cuda:1, ...")
    threads: int = Field(default=1, ge=1, description="torch threads of each worker on CPU.")

    @property
    def database(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'triptych.db'}"

    @property
    def embedded_redis_socket(self) -> Path:
        """Unix socket of the embedded Redis: one per data_dir, and short (such paths end at 107 bytes)."""
        digest = hashlib.sha256(str(self.data_dir.resolve()).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"triptych-{digest}" / "redis.sock"

    @property
    def redis(self) -> str:
        """URL for redis-py."""
        return self.redis_url or f"unix://{self.embedded_redis_socket}"

    @property
    def broker(self) -> str:
        """The same server as kombu spells it."""
        return self.redis.replace("unix://", "redis+socket://", 1)

    @property
    def storage(self) -> str:
        """URL of the object store in force."""
        return self.storage_url or (self.data_dir.resolve() / "files").as_uri()


@lru_cache
def settings() -> Settings:
    """The process's settings, read once."""
    return Settings()
