"""Credits: a guarded sum per project, and the entries it must always agree with."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Budget(Base):
    """The sums. Changed only by guarded UPDATEs, in the transaction that appends the entry."""

    __tablename__ = "budgets"
    __table_args__ = (
        CheckConstraint("held >= 0", name="held_not_negative"),
        CheckConstraint("spent >= 0", name="spent_not_negative"),
        CheckConstraint("held + spent <= granted", name="within_grant"),
    )

    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    granted: Mapped[int] = mapped_column(default=0)
    held: Mapped[int] = mapped_column(default=0)
    spent: Mapped[int] = mapped_column(default=0)

    @property
    def available(self) -> int:
        """Credits that may still be held."""
        return self.granted - self.held - self.spent


class Entry(Base):
    """One line of the ledger; triggers refuse to change or remove it.

    A hold is an entry. What ends it (settle, release or expire) is another one that names it in
    `hold_id`, which is unique: a hold ends once. A settle's amount is the charge.
    """

    __tablename__ = "entries"
    __table_args__ = (
        CheckConstraint("kind IN ('grant', 'hold', 'settle', 'release', 'expire')", name="kind"),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        CheckConstraint("available_after >= 0", name="available_not_negative"),
        CheckConstraint("(hold_id IS NULL) = (kind IN ('grant', 'hold'))", name="resolution_names_hold"),
        CheckConstraint("(kind = 'hold') = (expires_at IS NOT NULL)", name="hold_expires"),
        Index("uq_entries_hold_id", "hold_id", unique=True),
        Index("ix_entries_project_id_id", "project_id", "id"),
        Index("ix_entries_holds_take_id", "take_id", sqlite_where=text("kind = 'hold'"),
              postgresql_where=text("kind = 'hold'")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    project_id: Mapped[str] = mapped_column(ForeignKey("projects.id"))
    kind: Mapped[str]
    amount: Mapped[int]
    change: Mapped[int]
    available_after: Mapped[int]
    hold_id: Mapped[int | None] = mapped_column(ForeignKey("entries.id"))
    take_id: Mapped[str | None]
    comparison_id: Mapped[str | None]
    backbone: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="")
    expires_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
