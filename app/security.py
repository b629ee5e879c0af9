"""What every request must pass and every answer must carry."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.config import settings
from app.errors import AppError

MAX_JSON_BYTES = 100_000
FORM_BYTES = 100_000
"""What a form may hold beside its file."""

_LOCAL = {"localhost", "127.0.0.1", "::1"}
_SAFE = {"GET", "HEAD", "OPTIONS"}
_CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "media-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "content-security-policy": _CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class SecurityMiddleware:
    """Refuses foreign hosts and cross-site changes; adds the headers that browsers enforce."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.hosts = _LOCAL | {settings().host} | {host.lower() for host in settings().allowed_hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may pass."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(scope)
        if refusal is None:
            await self.app(scope, receive, send_with_headers)
            return
        response = JSONResponse(
            refusal.problem(), status_code=refusal.status, media_type="application/problem+json"
        )
        await response(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> AppError | None:
        request = Request(scope)
        host = request.headers.get("host", "")
        name = _host_name(host)
        if name not in self.hosts:
            message = f"This server does not answer to {name!r}; TRIPTYCH_ALLOWED_HOSTS names its hosts."
            return AppError("unknown_host", message, status=400)
        if request.method not in _SAFE and _is_cross_site(request.headers, host):
            return AppError("cross_site", "Another site may not change anything here.", status=403)
        return _too_large(request.headers)


def _too_large(headers: Headers) -> AppError | None:
    """Refuse by the declared length; bodies without one are counted as they come in."""
    is_json = headers.get("content-type", "").startswith("application/json")
    limit = MAX_JSON_BYTES if is_json else settings().max_upload_bytes + FORM_BYTES
    length = headers.get("content-length", "0")
    if length.isascii() and length.isdigit() and int(length) <= limit:
        return None
    return AppError(
        "content_too_large",
        f"This body may have {limit:,} bytes; it has {length[:20]}.",
        status=413,
        field=None if is_json else "file",
    )


def _host_name(host: str) -> str:
    """The name in a Host header, without port and brackets."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _is_cross_site(headers: Headers, host: str) -> bool:
    """Whether a browser says that another site sent this; a client that is no browser says nothing."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != host.lower()
