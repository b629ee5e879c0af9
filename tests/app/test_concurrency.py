"""Many at once: the guard holds, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.db import transaction
from app.ledger.service import InsufficientBudgetError
from app.projects import service as projects
from app.takes import service as takes
from tests.app import acts

pytestmark = pytest.mark.usefixtures("database")


def test_200_at_once_against_a_budget_for_100() -> None:
    """Each costs 10 of the 1,000 credits."""

    def one(_: int) -> bool:
        try:
            acts.submit(backbones=["cinematic"], duration_s=10 / 3)
        except InsufficientBudgetError:
            return False
        return True

    with ThreadPoolExecutor(32) as pool:
        admitted = sum(pool.map(one, range(200)))
    budget = acts.budget()
    assert admitted == 100
    assert (budget.held, budget.available) == (1000, 0)
    counted = acts.rows()
    assert (counted["takes"], counted["comparisons"], counted["entries"]) == (100, 100, 101)


def test_duplicates_at_once_make_one_comparison() -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: acts.submit("the-key", seed=1), range(32)))
    assert len({comparison.id for comparison, _ in answers}) == 1
    assert sum(bool(orders) for _, orders in answers) == 1
    assert acts.rows()["comparisons"] == 1


def test_an_outcome_that_comes_many_times_at_once_is_charged_once() -> None:
    order = acts.submit_one()
    result = acts.outcome(order, "succeeded")

    def hear(_: int) -> bool:
        with transaction() as session:
            return takes.finish(session, result)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(hear, range(16))) == 1
    assert acts.budget().spent == acts.take(order.take_id).credits.charged == 6


def test_processes_that_start_together_make_one_project() -> None:
    def begin(_: int) -> int:
        with transaction() as session:
            projects.ensure(session)
        return acts.budget().granted

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(begin, range(16))) == {1000}
