"""One prompt across several backbones, and the keys that keep it from being ordered twice."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.takes.models import Prompt


class Comparison(Base):
    """One prompt, shown to several backbones."""

    __tablename__ = "comparisons"
    __table_args__ = (Index("ix_comparisons_project_id_id", "project_id", "id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id"))
    prompt_id: Mapped[str] = mapped_column(ForeignKey("prompts.id"))
    created_at: Mapped[datetime]

    prompt: Mapped[Prompt] = relationship(lazy="joined", innerjoin=True)


class IdempotencyKey(Base):
    """A client's key, the digest of what it first came with, and what became of it."""

    __tablename__ = "idempotency_keys"

    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_sha256: Mapped[str]
    # Written before the comparison, since it decides whether there will be one.
    comparison_id: Mapped[str] = mapped_column(
        ForeignKey("comparisons.id", deferrable=True, initially="DEFERRED")
    )
    created_at: Mapped[datetime]
