"""Is it alive, and can it do its work?"""

from collections.abc import Callable

import redis
import structlog
from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from app import progress
from app.catalogue import Backbone, catalogue
from app.db import missing_migrations
from app.errors import AppError

log = structlog.get_logger()
router = APIRouter(tags=["installation"])


@router.get("/healthz")
def alive() -> dict[str, str]:
    """Answers as long as the process does."""
    return {"status": "ok"}


@router.get("/readyz")
def ready() -> JSONResponse:
    """200 when database, migrations and Redis are there; 503 with what is missing."""
    checks: tuple[Callable[[], str | None], ...] = (_database, _redis)
    missing = [part for check in checks if (part := check())]
    if not missing:
        return JSONResponse({"status": "ready"})
    problem = AppError("not_ready", f"Missing: {', '.join(missing)}.", status=503, missing=missing)
    return JSONResponse(problem.problem(), status_code=503, media_type="application/problem+json")


@router.get("/api/v1/backbones")
def list_backbones() -> dict[str, list[Backbone] | None]:
    """The catalogue: formats, prices, speeds."""
    return {"items": list(catalogue().values()), "next_cursor": None}


def _database() -> str | None:
    try:
        return "migrations" if missing_migrations() else None
    except (SQLAlchemyError, OSError) as problem:
        log.warning("database_unreachable", problem=str(problem))
        return "database"


def _redis() -> str | None:
    try:
        progress.client().ping()
    except (redis.RedisError, OSError) as problem:
        log.warning("redis_unreachable", problem=str(problem))
        return "redis"
    return None
