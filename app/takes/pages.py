"""Stop and retry. Partials for htmx; redirects for plain forms."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy.orm import Session

from app import dispatch
from app.db import read, transaction
from app.errors import AppError
from app.ledger import service as ledger
from app.projects import service as projects
from app.takes import service as takes
from app.templating import render, wants_partial

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.post("/takes/{take_id}/cancel")
def cancel(request: Request, take_id: str) -> Response:
    """Stop a take."""
    with transaction() as session:
        takes.cancel(session, take_id)
    return _changed(request, take_id)


@router.post("/takes/{take_id}/retry")
def retry(request: Request, take_id: str) -> Response:
    """Order a failed or stopped take again; a refusal is shown at the take."""
    try:
        with transaction() as session:
            order = takes.retry(session, take_id)
    except AppError as refusal:
        if not wants_partial(request) or refusal.status == 404:
            raise
        html = render("takes/_refused.html", take_id=take_id, message=refusal.message)
        return HTMLResponse(html, status_code=refusal.status)
    dispatch.send([order])
    return _changed(request, take_id)


def _changed(request: Request, take_id: str) -> Response:
    with read() as session:
        comparison_id = takes.find(session, take_id).comparison_id
        if wants_partial(request):
            return HTMLResponse(_partials(session, take_id))
    return RedirectResponse(f"/comparisons/{comparison_id}#take-{take_id}", status_code=303)


def _partials(session: Session, take_id: str) -> str:
    """The take and the budget; the comparison's meta line follows on the stream."""
    return render(
        "takes/_changes.html",
        takes=takes.out(session, [take_id]),
        comparisons=[],
        budget=ledger.budget(session, projects.current(session)),
    )
