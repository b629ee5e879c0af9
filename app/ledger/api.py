"""The budget over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.db import read
from app.ledger import service as ledger
from app.ledger.schemas import BudgetOut, EntryList
from app.projects import service as projects

router = APIRouter(prefix="/api/v1", tags=["budget"])


@router.get("/budget")
def get_budget() -> BudgetOut:
    """Credits granted, held, spent and available."""
    with read() as session:
        return ledger.budget(session, projects.current(session))


@router.get("/ledger")
def get_ledger(cursor: str | None = None, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> EntryList:
    """The statement, newest first."""
    with read() as session:
        return ledger.statement(session, projects.current(session), cursor, limit)
