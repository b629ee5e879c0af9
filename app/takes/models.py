"""Prompts and the takes that backbones make of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base


class Prompt(Base):
    """What was asked for, frozen: every take of a comparison shares it."""

    __tablename__ = "prompts"

    id: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    negative_text: Mapped[str]
    reference_image_id: Mapped[str | None] = mapped_column(ForeignKey("reference_images.id"))
    reference_image_key: Mapped[str | None]
    seed: Mapped[int] = mapped_column(BigInteger)
    duration_s: Mapped[float]
    aspect_ratio: Mapped[str | None]


class Take(Base):
    """One backbone's attempt at a prompt.

    `first_attempt` is the attempt that a person last ordered; those after it are the sweeper's.
    `placed_at` is when that person did, `ordered_at` when its order was last sent.
    `estimated` is the quote that each of them holds, `charged` what all of them came to.
    """

    __tablename__ = "takes"
    __table_args__ = (
        CheckConstraint("status IN ('queued', 'running', 'succeeded', 'failed', 'canceled')", name="status"),
        CheckConstraint("attempt >= first_attempt AND first_attempt >= 1", name="attempts"),
        CheckConstraint("charged >= 0", name="charged_not_negative"),
        UniqueConstraint("comparison_id", "position"),
        Index("ix_takes_status_backbone", "status", "backbone"),
        Index("ix_takes_backbone_finished_at", "backbone", "finished_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id"))
    comparison_id: Mapped[str] = mapped_column(ForeignKey("comparisons.id"))
    prompt_id: Mapped[str] = mapped_column(ForeignKey("prompts.id"))
    position: Mapped[int]
    backbone: Mapped[str]
    status: Mapped[str]
    attempt: Mapped[int] = mapped_column(default=1)
    first_attempt: Mapped[int] = mapped_column(default=1)
    aspect_ratio: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    fps: Mapped[int]
    num_frames: Mapped[int]
    steps: Mapped[int]
    guidance_scale: Mapped[float]
    estimated: Mapped[int]
    charged: Mapped[int] = mapped_column(default=0)
    clip: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    created_at: Mapped[datetime]
    placed_at: Mapped[datetime]
    ordered_at: Mapped[datetime]
    cancel_requested_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    prompt: Mapped[Prompt] = relationship(lazy="joined", innerjoin=True)
