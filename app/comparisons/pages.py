"""The canvas with its composer, and the page of one comparison."""

from typing import Any, NamedTuple

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from app import dispatch
from app.comparisons import service as comparisons
from app.comparisons.forms import FIELDS, ComposerForm, errors_of
from app.comparisons.schemas import ComparisonOut
from app.comparisons.stream import SHOWN
from app.comparisons.stream import router as stream_router
from app.config import settings
from app.db import read, transaction
from app.errors import AppError
from app.images import service as images
from app.ledger import service as ledger
from app.projects import service as projects
from app.templating import page, render, wants_partial

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
router.include_router(stream_router)


class Example(NamedTuple):
    """A prompt of the empty canvas, and the backbone that it flatters."""

    backbone: str
    prompt: str
    why: str


EXAMPLES = (
    Example(
        "cinematic",
        "A slow push-in over a mountain lake at golden hour",
        "slow camera, light that changes over the take",
    ),
    Example(
        "vertical-social",
        "A woman in a yellow raincoat waves with both hands on a pier",
        "people and gestures, upright and cheap",
    ),
    Example(
        "fast-action",
        "A red car races from left to right across a desert",
        "fast subjects that stay sharp",
    ),
)


@router.get("/")
def canvas(request: Request, cursor: str | None = None, example: str = "") -> HTMLResponse:
    """The canvas: the composer and the newest comparisons."""
    form = ComposerForm(prompt=next((each.prompt for each in EXAMPLES if each.backbone == example), ""))
    return _canvas(request, form, cursor=cursor)


@router.get("/comparisons/{comparison_id}")
def player(request: Request, comparison_id: str) -> HTMLResponse:
    """One comparison, large: a permalink to what is true now."""
    with read() as session:
        comparison = comparisons.get(session, comparison_id)
        budget = ledger.budget(session, projects.current(session))
    return page("comparisons/page.html", request, budget, comparison=comparison)


@router.get("/estimate")
def estimate(request: Request) -> HTMLResponse:
    """The composer's live line, for the order as typed so far."""
    with read() as session:
        live = _live(session, ComposerForm.read(request.query_params))
    return HTMLResponse(render("comparisons/_live.html", **live))


@router.post("/reference-images")
async def reference_image(request: Request) -> HTMLResponse:
    """Take a reference image in as soon as it is chosen, and show it."""
    form = await request.form()
    try:
        reference, errors = await _uploaded(form), {}
    except AppError as refusal:
        reference, errors = None, {"reference_image": refusal.message}
    html = render(
        "comparisons/_referenced.html", reference=reference, error=errors.get("reference_image", "")
    )
    return HTMLResponse(html, status_code=422 if errors else 200)


@router.post("/comparisons")
async def order(request: Request) -> Response:
    """Order a comparison. Refusals are shown at their fields, and nothing typed is lost."""
    values = await request.form()
    form = ComposerForm.read(values)
    try:
        form.order()
        if not form.reference_image_id and (reference := await _uploaded(values)):
            form.reference_image_id = reference["id"]
        made = await run_in_threadpool(_submit, form)
    except (ValidationError, AppError) as problem:
        status = problem.status if isinstance(problem, AppError) else 422
        return await run_in_threadpool(_refused, request, form, errors_of(problem), status)
    if not wants_partial(request):
        return RedirectResponse(f"/comparisons/{made.id}", status_code=303)
    return await run_in_threadpool(_ordered, made)


def _submit(form: ComposerForm) -> ComparisonOut:
    with transaction() as session:
        made, orders = comparisons.submit(session, projects.current(session), form.order())
    dispatch.send(orders)
    with read() as session:
        return comparisons.get(session, made)


def _ordered(made: ComparisonOut) -> HTMLResponse:
    with read() as session:
        budget = ledger.budget(session, projects.current(session))
    html = render("comparisons/_ordered.html", comparison=made, budget=budget, fields=FIELDS, errors={})
    return HTMLResponse(html, headers={"HX-Trigger": "ordered"})


def _refused(request: Request, form: ComposerForm, errors: dict[str, str], status: int) -> HTMLResponse:
    if wants_partial(request):
        html = render("comparisons/_errors.html", fields=FIELDS, errors=errors)
        return HTMLResponse(html, status_code=status)
    return _canvas(request, form, errors=errors, status=status)


def _canvas(
    request: Request,
    form: ComposerForm,
    *,
    cursor: str | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> HTMLResponse:
    with read() as session:
        project = projects.current(session)
        shown = comparisons.page(session, project, cursor, SHOWN)
        budget = ledger.budget(session, project)
        live = _live(session, form)
    return page(
        "canvas/page.html",
        request,
        budget,
        status=status,
        comparisons=shown.items,
        next_cursor=shown.next_cursor,
        examples=EXAMPLES,
        form=form,
        errors=errors or {},
        reference=_reference(form.reference_image_id),
        **live,
    )


def _live(session: Session, form: ComposerForm) -> dict[str, Any]:
    """What the live line needs. A price needs no prompt, so an empty one does not stand in its way."""
    try:
        order = form.order(prompt=form.prompt.strip() or "to be written")
        bill = comparisons.estimate(session, projects.current(session), order)
    except (ValidationError, AppError) as problem:
        errors = errors_of(problem)
        button = "No backbone" if set(errors) == {"backbones"} else "Not yet"
        return {"estimate": None, "why_not": _why_not(errors), "button": button}
    return {"estimate": bill, "why_not": "", "button": ""}


def _why_not(errors: dict[str, str]) -> str:
    """The messages in one line, each with the name of its field."""
    if set(errors) == {"backbones"}:
        return "Choose at least one backbone."
    names = {"duration_s": "Duration", "aspect_ratio": "Aspect", "form": ""}
    titled = ((names.get(name, name.replace("_", " ").capitalize()), words) for name, words in errors.items())
    return " ".join(f"{name}: {words[:1].lower()}{words[1:]}" if name else words for name, words in titled)


async def _uploaded(form: FormData) -> dict[str, str] | None:
    """The form's reference image, stored; None when none was chosen."""
    file = form.get("reference_image")
    if not isinstance(file, UploadFile) or not file.filename:
        return None
    content = await file.read(settings().max_upload_bytes + 1)
    return _reference((await run_in_threadpool(images.add, content)).id)


def _reference(image_id: str) -> dict[str, str] | None:
    return {"id": image_id, "url": images.url(image_id) or ""} if image_id else None
