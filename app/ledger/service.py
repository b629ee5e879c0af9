"""The ledger's verbs: each moves the sums under a guard and appends one entry, in one transaction."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from app.db import now
from app.errors import AppError
from app.ledger.models import Budget, Entry
from app.ledger.schemas import BudgetOut, EntryList, EntryOut
from app.projects.models import Project


class For(NamedTuple):
    """What a hold is for: kept on its entries, so that the statement needs no other table."""

    take_id: str
    comparison_id: str
    backbone: str


class InsufficientBudgetError(AppError):
    """The guard let no more credits through."""

    def __init__(self, needed: int, available: int, *, fits: list[str] | None = None) -> None:
        would_fit = f" {' and '.join(fits)} would still fit." if fits else ""
        super().__init__(
            "insufficient_budget",
            f"This needs {needed} credits; {available} are available.{would_fit}",
            status=402,
            needed=needed,
            available=available,
            fits=fits or [],
        )
        self.needed, self.available = needed, available


class HoldAlreadyResolvedError(AppError):
    """A hold ends once; this one has ended, or never was."""

    def __init__(self, take_id: str) -> None:
        super().__init__("hold_already_resolved", f"Take {take_id} has no open hold.", status=409)


def open_account(session: Session, project_id: str) -> None:
    """Begin a project's budget at nothing."""
    session.add(Budget(project_id=project_id, granted=0, held=0, spent=0))
    session.flush()


def grant(session: Session, *, project_id: str, amount: int, note: str = "") -> Entry:
    """Add credits to what the project may spend."""
    if amount <= 0:
        raise ValueError(f"a grant of {amount} credits")
    available = _move(session, project_id, granted=amount)
    return _append(session, "grant", project_id, amount, amount, available, note=note)


def hold(session: Session, *, project_id: str, what: For, amount: int, expires_at: datetime) -> Entry:
    """Set credits aside for a take; InsufficientBudgetError when they are not there."""
    if amount <= 0:
        raise ValueError(f"a hold of {amount} credits: what has no price is not run")
    available = _move(session, project_id, Budget.held + Budget.spent + amount <= Budget.granted, held=amount)
    if available is None:
        raise InsufficientBudgetError(amount, budget_of(session, project_id).available)
    return _append(session, "hold", project_id, amount, -amount, available, what=what, expires_at=expires_at)


def settle(session: Session, *, take_id: str, amount: int) -> Entry:
    """Charge `amount` of the take's hold and give the rest back."""
    held = open_hold(session, take_id)
    if not 0 <= amount <= held.amount:
        raise ValueError(f"a charge of {amount} credits against a hold of {held.amount}")
    available = _move(session, held.project_id, held=-held.amount, spent=amount)
    return _resolve(session, "settle", held, amount, held.amount - amount, available)


def release(session: Session, *, take_id: str) -> Entry:
    """Give the take's hold back whole."""
    return _give_back(session, "release", take_id)


def expire(session: Session, *, take_id: str) -> Entry:
    """Give back a hold that outlived its time."""
    return _give_back(session, "expire", take_id)


def open_hold(session: Session, take_id: str) -> Entry:
    """The take's hold that nothing has ended yet; HoldAlreadyResolvedError when there is none."""
    ended = aliased(Entry)
    found = session.scalar(
        select(Entry)
        .where(Entry.take_id == take_id, Entry.kind == "hold", ~exists().where(ended.hold_id == Entry.id))
        .order_by(Entry.id.desc())
        .limit(1)
    )
    if found is None:
        raise HoldAlreadyResolvedError(take_id)
    return found


def held_for(session: Session, comparison_id: str) -> int:
    """Credits ever held for a comparison."""
    return _total(session, Entry.comparison_id == comparison_id, Entry.kind == "hold")


def budget_of(session: Session, project_id: str) -> Budget:
    """The project's sums as the database has them now."""
    return session.get_one(Budget, project_id, populate_existing=True)


def budget(session: Session, project: Project) -> BudgetOut:
    """The project's budget."""
    sums = budget_of(session, project.id)
    return BudgetOut(
        project=project.name,
        granted=sums.granted,
        held=sums.held,
        spent=sums.spent,
        available=sums.available,
    )


def statement(session: Session, project: Project, cursor: str | None = None, limit: int = 50) -> EntryList:
    """A page of the entries, newest first."""
    wanted = select(Entry).where(Entry.project_id == project.id)
    if cursor is not None:
        if not cursor.isascii() or not cursor.isdigit() or len(cursor) > 18:
            raise AppError("bad_cursor", f"{cursor!r} is no cursor.", status=422, field="cursor")
        wanted = wanted.where(Entry.id < int(cursor))
    entries = session.scalars(wanted.order_by(Entry.id.desc()).limit(limit + 1)).all()
    shown = entries[:limit]
    return EntryList(
        items=[EntryOut.model_validate(entry, from_attributes=True) for entry in shown],
        next_cursor=str(shown[-1].id) if len(entries) > limit else None,
    )


def verify(session: Session) -> list[str]:
    """Every way in which the sums and the entries disagree, in words; none when all is well."""
    return [
        fault
        for project_id in session.scalars(select(Budget.project_id))
        for fault in _faults(session, project_id)
    ]


def _faults(session: Session, project_id: str) -> list[str]:
    sums = budget_of(session, project_id)
    resolution = aliased(Entry)
    granted = _total(session, Entry.project_id == project_id, Entry.kind == "grant")
    spent = _total(session, Entry.project_id == project_id, Entry.kind == "settle")
    held = _total(
        session,
        Entry.project_id == project_id,
        Entry.kind == "hold",
        ~exists().where(resolution.hold_id == Entry.id),
    )
    changes = session.scalar(
        select(func.coalesce(func.sum(Entry.change), 0)).where(Entry.project_id == project_id)
    )
    overcharged = session.scalars(
        select(resolution.id)
        .join(Entry, Entry.id == resolution.hold_id)
        .where(Entry.project_id == project_id, resolution.amount > Entry.amount)
    ).all()
    compared = {
        "granted": (sums.granted, granted),
        "held": (sums.held, held),
        "spent": (sums.spent, spent),
        "available": (sums.available, changes),
    }
    faults = [
        f"project {project_id}: {name} is {stored}, its entries sum to {summed}"
        for name, (stored, summed) in compared.items()
        if stored != summed
    ]
    return faults + [f"project {project_id}: entry {entry} exceeds its hold" for entry in overcharged]


def _total(session: Session, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.coalesce(func.sum(Entry.amount), 0)).where(*conditions)) or 0


def _move(
    session: Session,
    project_id: str,
    *guard: ColumnElement[bool],
    granted: int = 0,
    held: int = 0,
    spent: int = 0,
) -> int | None:
    """Change the sums at once and answer the credits then available; None when the guard forbids it."""
    return session.scalar(
        update(Budget)
        .where(Budget.project_id == project_id, *guard)
        .values(granted=Budget.granted + granted, held=Budget.held + held, spent=Budget.spent + spent)
        .returning(Budget.granted - Budget.held - Budget.spent)
        .execution_options(synchronize_session=False)
    )


def _give_back(session: Session, kind: str, take_id: str) -> Entry:
    held = open_hold(session, take_id)
    available = _move(session, held.project_id, held=-held.amount)
    return _resolve(session, kind, held, held.amount, held.amount, available)


def _resolve(
    session: Session, kind: str, held: Entry, amount: int, change: int, available: int | None
) -> Entry:
    what = For(held.take_id or "", held.comparison_id or "", held.backbone or "")
    return _append(session, kind, held.project_id, amount, change, available, what=what, hold_id=held.id)


def _append(
    session: Session,
    kind: str,
    project_id: str,
    amount: int,
    change: int,
    available: int | None,
    *,
    what: For | None = None,
    hold_id: int | None = None,
    expires_at: datetime | None = None,
    note: str = "",
) -> Entry:
    if available is None:
        raise LookupError(f"project {project_id} has no budget")
    entry = Entry(
        project_id=project_id,
        kind=kind,
        amount=amount,
        change=change,
        available_after=available,
        hold_id=hold_id,
        take_id=what and what.take_id,
        comparison_id=what and what.comparison_id,
        backbone=what and what.backbone,
        note=note,
        expires_at=expires_at,
        created_at=now(),
    )
    session.add(entry)
    session.flush()
    return entry
