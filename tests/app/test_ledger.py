"""The ledger itself: no mocks, both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.db import now, read, transaction
from app.ledger import service as ledger
from app.projects import service as projects
from tests.app import acts

pytestmark = pytest.mark.usefixtures("database")
P = projects.DEFAULT


def hold(amount: int, take_id: str = "t1") -> None:
    with transaction() as session:
        ledger.hold(
            session,
            project_id=P,
            what=ledger.For(take_id, "c1", "cinematic"),
            amount=amount,
            expires_at=now() + timedelta(days=1),
        )


def resolve(verb: str, take_id: str = "t1", **amount: int) -> None:
    with transaction() as session:
        getattr(ledger, verb)(session, take_id=take_id, **amount)


def sums() -> tuple[int, int, int]:
    budget = acts.budget()
    return budget.held, budget.spent, budget.available


def test_hold_sets_aside_and_settle_gives_back_the_rest() -> None:
    hold(300)
    assert sums() == (300, 0, 700)
    resolve("settle", amount=120)
    assert sums() == (0, 120, 880)


@pytest.mark.parametrize("verb", ["release", "expire"])
def test_a_hold_given_back_costs_nothing(verb: str) -> None:
    hold(300)
    resolve(verb)
    assert sums() == (0, 0, 1000)


@pytest.mark.parametrize("second", ["settle", "release", "expire"])
def test_a_hold_ends_once(second: str) -> None:
    hold(300)
    resolve("settle", amount=300)
    with pytest.raises(ledger.HoldAlreadyResolvedError):
        resolve(second, **({"amount": 1} if second == "settle" else {}))
    assert sums() == (0, 300, 700)


def test_the_database_itself_refuses_a_second_end() -> None:
    hold(300)
    resolve("settle", amount=300)
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(
            text(
                "INSERT INTO entries "
                "(project_id, kind, amount, change, available_after, hold_id, note, created_at) "
                "SELECT project_id, 'release', amount, amount, 1, id, '', created_at "
                "FROM entries WHERE kind = 'hold'"
            )
        )


def test_more_than_there_is_cannot_be_held() -> None:
    hold(900)
    with pytest.raises(ledger.InsufficientBudgetError) as refusal:
        hold(101, "t2")
    assert (refusal.value.needed, refusal.value.available) == (101, 100)
    assert acts.kinds("t2") == []
    hold(100, "t3")
    assert sums() == (1000, 0, 0)


def test_a_charge_never_exceeds_its_hold() -> None:
    hold(300)
    with pytest.raises(ValueError, match="301 credits against a hold of 300"):
        resolve("settle", amount=301)
    assert sums() == (300, 0, 700)


@pytest.mark.parametrize("amount", [0, -5])
def test_nothing_is_not_an_amount(amount: int) -> None:
    with pytest.raises(ValueError, match="credits"):
        hold(amount)
    with pytest.raises(ValueError, match="credits"), transaction() as session:
        ledger.grant(session, project_id=P, amount=amount)


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ("held = 1001", "ck_budgets_within_grant"),
        ("held = -1", "ck_budgets_held_not_negative"),
        ("spent = -1", "ck_budgets_spent_not_negative"),
    ],
)
def test_named_checks_stand_behind_the_guard(change: str, check: str) -> None:
    with pytest.raises(IntegrityError, match=check), transaction() as session:
        session.execute(text(f"UPDATE budgets SET {change}"))  # noqa: S608


@pytest.mark.parametrize("statement", ["UPDATE entries SET amount = 1", "DELETE FROM entries"])
def test_what_is_booked_stays_booked(statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(text(statement))
    assert acts.budget().granted == 1000


def test_verify_finds_a_sum_that_its_entries_do_not_carry() -> None:
    hold(300)
    with transaction() as session:
        session.execute(text("UPDATE budgets SET held = held + 1, spent = spent + 2"))
    with read() as session:
        faults = ledger.verify(session)
    assert [fault.split(": ")[1].split(" is")[0] for fault in faults] == ["held", "spent", "available"]


def test_the_statement_runs_from_line_to_line() -> None:
    hold(300)
    resolve("settle", amount=120)
    hold(50, "t2")
    resolve("release", "t2")
    with read() as session:
        lines = ledger.statement(session, projects.current(session)).items
    assert [(line.kind, line.amount, line.change, line.available_after) for line in reversed(lines)] == [
        ("grant", 1000, 1000, 1000),
        ("hold", 300, -300, 700),
        ("settle", 120, 180, 880),
        ("hold", 50, -50, 830),
        ("release", 50, 50, 880),
    ]
    assert {line.backbone for line in lines if line.take_id} == {"cinematic"}


def test_the_statement_comes_in_pages() -> None:
    for number in range(5):
        hold(1, f"t{number}")
    seen, cursor = [], None
    while True:
        with read() as session:
            page = ledger.statement(session, projects.current(session), cursor, 2)
        seen += [line.id for line in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == 6
    assert seen == sorted(seen, reverse=True)
