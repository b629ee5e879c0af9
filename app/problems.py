"""Refusals on the wire: problem+json (RFC 9457) for the API, a page for people."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from app.errors import AppError
from app.security import HEADERS
from app.templating import render

log = structlog.get_logger()

_WHERE = ("body", "query", "path", "header", "form")
_CODES = {
    "string_too_short": "too_short",
    "too_short": "too_short",
    "string_too_long": "too_long",
    "too_long": "too_long",
    "greater_than_equal": "out_of_range",
    "less_than_equal": "out_of_range",
    "finite_number": "out_of_range",
    "int_parsing_size": "out_of_range",
    "enum": "unknown_value",
    "missing": "missing",
    "extra_forbidden": "unknown_field",
}


def install(app: FastAPI) -> None:
    """Make every refusal of the app look alike."""
    app.add_exception_handler(AppError, _app_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _fault)


def from_validation(errors: Sequence[Any]) -> AppError:
    """What pydantic found, as a refusal: of the first field when there are several, listing all."""
    found = [
        {"field": _field(error["loc"]), "code": _CODES.get(error["type"], _own_code(error["type"])),
         "message": _message(error)}
        for error in errors
    ]  # fmt: skip
    first = found[0]
    code = first["code"] if len(found) == 1 else "invalid_input"
    text = "; ".join(f"{one['field'] or 'The body'}: {one['message']}" for one in found)
    return AppError(code, f"{text}.", status=422, field=first["field"] or None, errors=found)


def _field(location: Sequence[str | int]) -> str:
    parts = location[1:] if location and location[0] in _WHERE else location
    return ".".join(str(part) for part in parts)


def _own_code(kind: str) -> str:
    return "wrong_type" if kind.endswith(("_type", "_parsing", "_from_float", "_from_string")) else kind


def _message(error: Mapping[str, Any]) -> str:
    """The sentence after the field's name: what was wrong with the value, and what would be right."""
    limits, given = error.get("ctx", {}), error.get("input")
    match error["type"]:
        case "string_too_long":
            return f"at most {limits['max_length']:,} characters; this has {len(str(given)):,}"
        case "string_too_short":
            return "it may not be empty"
        case "too_short":
            return f"at least {limits['min_length']} must be named"
        case "greater_than_equal" | "less_than_equal" | "finite_number" | "int_parsing_size":
            return f"it must be {_bounds(error)}; this is {str(given)[:40]}"
        case "enum":
            return f"it must be {limits['expected']}; this is {str(given)[:40]!r}"
        case "missing":
            return "it is missing"
        case "extra_forbidden":
            return "there is no such field"
    return str(error["msg"])[:1].lower() + str(error["msg"])[1:]


_RANGES = {"duration_s": "from 2 to 10 seconds", "seed": f"from 0 to {2**32 - 1}"}


def _bounds(error: Mapping[str, Any]) -> str:
    if known := _RANGES.get(_field(error["loc"])):
        return known
    limits = error.get("ctx", {})
    bounds = {"at least": limits.get("ge"), "at most": limits.get("le")}
    return next((f"{words} {limit}" for words, limit in bounds.items() if limit is not None), "a number")


def _answer(request: Request, problem: AppError, headers: Mapping[str, str] | None = None) -> Response:
    """Problem+json below /api and for clients that ask for JSON; a page for everybody else."""
    document = problem.problem()
    wants_page = "text/html" in request.headers.get("accept", "")
    if request.url.path.startswith("/api") or not wants_page:
        return JSONResponse(
            jsonable_encoder(document),
            status_code=problem.status,
            media_type="application/problem+json",
            headers=headers,
        )
    return HTMLResponse(
        render(
            "error.html",
            path=request.url.path,
            budget=None,
            status=problem.status,
            title=document["title"],
            message=problem.message,
        ),
        status_code=problem.status,
        headers=headers,
    )


def _app_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)
    return _answer(request, error)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = error.errors()
    if errors[0]["type"] == "json_invalid":
        reason = errors[0].get("ctx", {}).get("error", "it cannot be parsed")
        return _answer(request, AppError("invalid_json", f"The body is no JSON: {reason}.", status=400))
    return _answer(request, from_validation(errors))


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    code = phrase.lower().replace(" ", "_").replace("-", "_")
    message = f"There is nothing at {request.url.path}." if error.status_code == 404 else str(error.detail)
    return _answer(request, AppError(code, message, status=error.status_code), error.headers)


def _fault(request: Request, error: Exception) -> Response:
    log.error("request_failed", path=request.url.path, exc_info=error)
    message = "Something went wrong here; the log says what."
    # Starlette answers this one outside of every middleware.
    return _answer(request, AppError("internal_error", message, status=500), HEADERS)
