"""The budget page: what is left, what is held and why, where it went, and the statement."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.db import read
from app.ledger import service as ledger
from app.ledger import summary
from app.projects import service as projects
from app.takes import service as takes
from app.templating import page

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

LINES = 40


@router.get("/budget")
def budget_page(request: Request, cursor: str | None = None) -> HTMLResponse:
    """The budget and a page of its statement."""
    with read() as session:
        project = projects.current(session)
        entries = ledger.statement(session, project, cursor, LINES)
        of_entries = {entry.take_id for entry in entries.items if entry.take_id}
        return page(
            "ledger/page.html",
            request,
            ledger.budget(session, project),
            entries=entries.items,
            next_cursor=entries.next_cursor,
            prompts={take.id: take.prompt for take in takes.out(session, sorted(of_entries))},
            held=takes.out(session, summary.takes_on_hold(session, project)),
            spend=summary.spend_by_backbone(session, project),
            here=f"/budget?cursor={int(cursor)}" if cursor else "/budget",
        )
