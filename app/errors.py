"""The one exception the server raises on purpose, and how it looks on the wire (RFC 9457)."""

from typing import Any


class AppError(Exception):
    """A refusal that a person can act on.

    `message` says what was wrong, with the value, and what would be right; `field` names the
    input it is about; `extra` goes into the problem document as it is.
    """

    def __init__(
        self, code: str, message: str, *, status: int, field: str | None = None, **extra: Any
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.field = field
        self.extra = extra

    def problem(self) -> dict[str, Any]:
        """The problem+json document."""
        document: dict[str, Any] = {
            "type": f"/problems/{self.code}",
            "title": self.code.replace("_", " ").capitalize(),
            "status": self.status,
            "code": self.code,
            "detail": self.message,
        }
        if self.field is not None:
            document["field"] = self.field
        return document | self.extra
