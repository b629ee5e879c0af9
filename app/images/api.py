"""Reference images over HTTP."""

from typing import Annotated

from fastapi import APIRouter, File, Path, Request, UploadFile
from fastapi.responses import Response
from pydantic import BaseModel

from app import files
from app.config import settings
from app.db import read
from app.errors import AppError
from app.ids import is_id
from app.images import service as images
from app.images.models import ReferenceImage
from app.projects import service as projects

router = APIRouter(prefix="/api/v1/reference-images", tags=["reference images"])


class ReferenceImageOut(BaseModel):
    """A picture that takes may start from, as it was kept: upright, RGB, at most 1024 px long."""

    id: str
    width: int
    height: int
    url: str


@router.post("", status_code=201)
def add_image(file: Annotated[UploadFile, File()]) -> ReferenceImageOut:
    """Take in a JPEG, PNG or WebP picture."""
    image = images.add(file.file.read(settings().max_upload_bytes + 1))
    return ReferenceImageOut(
        id=image.id, width=image.width, height=image.height, url=f"{router.prefix}/{image.id}"
    )


@router.head("/{image_id}", response_class=Response, include_in_schema=False)
@router.get("/{image_id}", response_class=Response)
def get_image(image_id: Annotated[str, Path(max_length=40)], request: Request) -> Response:
    """The picture as PNG."""
    with read() as session:
        image = session.get(ReferenceImage, image_id) if is_id(image_id) else None
        if image is None or image.project_id != projects.current(session).id:
            raise AppError("reference_image_not_found", f"There is no image {image_id}.", status=404)
    gone = AppError("image_gone", "This image's file is no longer in the storage.", status=410)
    return files.serve(
        request, image.key, media_type="image/png", etag=image.sha256, size=image.size_bytes, gone=gone
    )
