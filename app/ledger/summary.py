"""Where the credits went and where they are now: what the budget page asks beside the statement."""

from typing import NamedTuple

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from app.catalogue import catalogue
from app.ledger.models import Entry
from app.projects.models import Project


class BackboneSpend(NamedTuple):
    """What one backbone's takes were charged."""

    backbone: str
    credits: int
    takes: int


def spend_by_backbone(session: Session, project: Project) -> list[BackboneSpend]:
    """Charges per backbone, every backbone of the catalogue included, the dearest first."""
    rows = session.execute(
        select(Entry.backbone, func.sum(Entry.amount), func.count(Entry.take_id.distinct()))
        .where(Entry.project_id == project.id, Entry.kind == "settle")
        .group_by(Entry.backbone)
    )
    spent = {backbone: (total, takes) for backbone, total, takes in rows if backbone is not None}
    names = [*catalogue(), *(name for name in spent if name not in catalogue())]
    lines = [BackboneSpend(name, *spent.get(name, (0, 0))) for name in names]
    return sorted(lines, key=lambda line: -line.credits)


def takes_on_hold(session: Session, project: Project) -> list[str]:
    """Ids of the takes that hold credits now, oldest hold first."""
    ended = aliased(Entry)
    found = session.scalars(
        select(Entry.take_id)
        .where(
            Entry.project_id == project.id,
            Entry.kind == "hold",
            ~exists().where(ended.hold_id == Entry.id),
        )
        .order_by(Entry.id)
    )
    return [take_id for take_id in found if take_id is not None]
