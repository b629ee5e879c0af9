"""Which project a request belongs to: for now there is one."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.config import settings
from app.db import insert_unless_exists, now
from app.ledger import service as ledger
from app.projects.models import Project

DEFAULT = "default"


def ensure(session: Session) -> Project:
    """The default project; on first start it is made, with the grant that the settings name."""
    name, amount = settings().project_name, settings().initial_grant_credits
    if insert_unless_exists(session, Project, id=DEFAULT, name=name, created_at=now()):
        ledger.open_account(session, DEFAULT)
        if amount > 0:
            ledger.grant(session, project_id=DEFAULT, amount=amount, note="First grant")
    return current(session)


def current(session: Session) -> Project:
    """The project whose budget pays."""
    return session.scalars(select(Project).where(Project.id == DEFAULT)).one()
