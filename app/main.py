"""The web process: `uvicorn app.main:create_app --factory`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool

from app import dispatch, health, logs, problems
from app.comparisons import api as comparisons_api
from app.comparisons import pages as comparisons_pages
from app.config import settings
from app.db import migrate, transaction
from app.images import api as images_api
from app.ledger import api as ledger_api
from app.ledger import pages as ledger_pages
from app.projects import service as projects
from app.security import SecurityMiddleware
from app.takes import api as takes_api
from app.takes import pages as takes_pages
from app.templating import STATIC


def prepare() -> None:
    """Make the database ready: tables, and the project that pays."""
    migrate()
    with transaction() as session:
        projects.ensure(session)


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Ready before the first request, and the first order no slower than the next."""
    await run_in_threadpool(prepare)
    await run_in_threadpool(dispatch.warm)
    yield


def create_app() -> FastAPI:
    """The web application with its API and pages."""
    logs.configure()
    app = FastAPI(
        title="Triptych",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        lifespan=lifespan,
        # For bodies that declare no length; SecurityMiddleware refuses the others in words.
        max_body_size=2 * settings().max_upload_bytes,
    )
    app.add_middleware(SecurityMiddleware)
    problems.install(app)
    for module in (health, comparisons_api, takes_api, ledger_api, images_api):
        app.include_router(module.router)
    for pages in (comparisons_pages, takes_pages, ledger_pages):
        app.include_router(pages.router, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC, check_dir=False), name="static")
    return app
