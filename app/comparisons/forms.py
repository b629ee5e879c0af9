"""The composer's form: what the browser sends, as an order, with every refusal at its field."""

from dataclasses import dataclass, field

from pydantic import ValidationError
from starlette.datastructures import FormData, QueryParams

from app.catalogue import MAX_DURATION_S, MIN_DURATION_S, catalogue
from app.comparisons.schemas import ComparisonIn
from app.errors import AppError
from app.problems import from_validation

FIELDS = (
    "prompt", "backbones", "duration_s", "aspect_ratio", "seed", "reference_image", "negative_prompt", "form",
)  # fmt: skip
"""Ids of the places where the composer shows a message; `form` is for what belongs to no field."""

_NUMBERS = {
    "duration_s": f"It must be a number of seconds from {MIN_DURATION_S:g} to {MAX_DURATION_S:g}.",
    "seed": f"It must be a whole number from 0 to {2**32 - 1:,}.",
}
_PLACES = {"reference_image_id": "reference_image", "file": "reference_image"}


@dataclass
class ComposerForm:
    """The composer's fields as text, exactly as typed."""

    prompt: str = ""
    negative_prompt: str = ""
    backbones: list[str] = field(default_factory=lambda: list(catalogue()))
    duration_s: str = "4"
    aspect_ratio: str = ""
    seed: str = ""
    reference_image_id: str = ""

    @classmethod
    def read(cls, values: FormData | QueryParams) -> "ComposerForm":
        """From a form or a query string; files are left out."""
        names = ("prompt", "negative_prompt", "duration_s", "aspect_ratio", "seed", "reference_image_id")
        texts = {name: value for name in names if isinstance(value := values.get(name), str)}
        backbones = [value for value in values.getlist("backbones") if isinstance(value, str)]
        return cls(backbones=backbones, **texts)

    def order(self, *, prompt: str | None = None) -> ComparisonIn:
        """The order; pydantic's ValidationError when a field cannot be one."""
        seed = self.seed.strip()
        return ComparisonIn.model_validate(
            {
                "prompt": (self.prompt if prompt is None else prompt).strip(),
                "negative_prompt": self.negative_prompt.strip(),
                "backbones": self.backbones,
                "duration_s": self.duration_s.strip().replace(",", "."),
                "aspect_ratio": self.aspect_ratio or None,
                "seed": seed or None,
                "reference_image_id": self.reference_image_id or None,
            }
        )


def errors_of(problem: ValidationError | AppError) -> dict[str, str]:
    """Messages by place on the form: the API's own."""
    if isinstance(problem, AppError):
        return {place(problem.field): problem.message}
    messages: dict[str, str] = {}
    for error in from_validation(problem.errors()).extra["errors"]:
        words = _NUMBERS.get(error["field"]) if error["code"] == "wrong_type" else None
        messages.setdefault(place(error["field"]), words or _sentence(error["message"]))
    return messages


def place(name: str | None) -> str:
    """Where on the form a message about this field goes."""
    known = _PLACES.get(name or "", name)
    return known if known in FIELDS else "form"


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
