"""What the budget and its statement look like from outside."""

from datetime import datetime

from pydantic import BaseModel, Field


class BudgetOut(BaseModel):
    """A project's budget in whole credits: granted = available + held + spent."""

    project: str
    granted: int
    held: int
    spent: int
    available: int


class EntryOut(BaseModel):
    """One line of the statement. `change` is what it did to the available credits."""

    id: int
    kind: str = Field(description="grant, hold, settle, release or expire")
    amount: int
    change: int
    available_after: int
    take_id: str | None
    comparison_id: str | None
    backbone: str | None
    note: str
    created_at: datetime


class EntryList(BaseModel):
    """A page of the statement, newest first."""

    items: list[EntryOut]
    next_cursor: str | None
