"""Orders onto the queues, after the commit. What is lost here, the sweeper sends again."""

import json
from collections.abc import Iterable
from functools import lru_cache

import structlog
from celery import Celery
from kombu.exceptions import OperationalError

from app import progress
from app.broker import GENERATE_TAKE, make_celery
from app.catalogue import catalogue
from app.contract import TakeOrder

log = structlog.get_logger()


@lru_cache
def _celery() -> Celery:
    """One app, and with it one pool of connections, per process."""
    celery = make_celery("triptych")
    celery.conf.broker_transport_options |= {"max_retries": 0, "interval_start": 0, "interval_max": 0}
    return celery


def warm() -> None:
    """Open the producer's connection, so that the first order need not."""
    try:
        with _celery().producer_pool.acquire(block=True, timeout=1) as producer:
            producer.connection.ensure_connection(max_retries=0, timeout=1)
            producer.channel  # noqa: B018 - opened by being looked at
    except (OperationalError, OSError) as problem:
        log.warning("broker_unreachable", problem=str(problem))


def send(orders: Iterable[TakeOrder]) -> None:
    """Put each order on its backbone's queue. A broker that is away is logged, never an error."""
    for order in orders:
        try:
            _celery().send_task(
                GENERATE_TAKE,
                kwargs={"order": order.model_dump(mode="json")},
                queue=catalogue()[order.backbone].queue,
                task_id=task_id(order.take_id, order.attempt),
                retry=False,
            )
        except (OperationalError, OSError) as problem:
            log.warning("order_not_sent", take=order.take_id, attempt=order.attempt, problem=str(problem))
            return  # the others would fare no better, and the one who ordered waits


def task_id(take_id: str, attempt: int) -> str:
    """The Celery id of an attempt's order: the same each time it is sent."""
    return f"{take_id}.{attempt}"


def waiting(backbone: str) -> set[str]:
    """Task ids of the orders that lie in the backbone's queue now."""
    messages = progress.client().lrange(catalogue()[backbone].queue, 0, -1)
    assert isinstance(messages, list)
    return {json.loads(message)["headers"]["id"] for message in messages}
