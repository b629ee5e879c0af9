"""Reference images: decoded in a limited process, encoded anew, kept under an opaque key."""

import hashlib

from sqlalchemy.orm import Session

from app import storage
from app.config import settings
from app.db import now, transaction
from app.errors import AppError
from app.ids import is_id, new_id
from app.images.decoding import DecodedImage, decode
from app.images.models import ReferenceImage
from app.projects import service as projects
from app.projects.models import Project

FIELD = "file"


def url(image_id: str | None) -> str | None:
    """Where the image can be fetched."""
    return image_id and f"/api/v1/reference-images/{image_id}"


def find(session: Session, project: Project, image_id: str) -> ReferenceImage:
    """The project's image, or a refusal that names the field."""
    image = session.get(ReferenceImage, image_id) if is_id(image_id) else None
    if image is None or image.project_id != project.id:
        raise AppError(
            "reference_image_not_found",
            f"There is no reference image {image_id[:40]!r}; upload it first.",
            status=422,
            field="reference_image_id",
        )
    return image


def add(content: bytes) -> ReferenceImage:
    """Take an upload in: decode, store, record. Whatever refuses leaves nothing behind."""
    limit = settings().max_upload_bytes
    if len(content) > limit:
        raise AppError(
            "image_too_large",
            f"An image may have {limit:,} bytes; this one has more.",
            status=413,
            field=FIELD,
        )
    decoded = decode(content)
    return _store(decoded)


def _store(decoded: DecodedImage) -> ReferenceImage:
    image_id = new_id()
    key = f"images/{image_id}.png"
    storage.put(key, decoded.png)
    try:
        with transaction() as session:
            image = ReferenceImage(
                id=image_id,
                project_id=projects.current(session).id,
                key=key,
                sha256=hashlib.sha256(decoded.png).hexdigest(),
                width=decoded.width,
                height=decoded.height,
                size_bytes=len(decoded.png),
                created_at=now(),
            )
            session.add(image)
    except BaseException:
        storage.delete(key)
        raise
    return image
