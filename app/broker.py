"""Celery as every process configures it: one queue per backbone for orders, one for outcomes."""

from celery import Celery

from app.catalogue import catalogue
from app.config import settings

GENERATE_TAKE = "workers.generate_take"
TAKE_STARTED = "keeper.take_started"
TAKE_FINISHED = "keeper.take_finished"
OUTCOMES = "outcomes"

_VISIBILITY_S = 6 * 3600
"""Above any render: a message that waits reserved for longer is delivered a second time."""


def make_celery(name: str) -> Celery:
    """A Celery app that speaks JSON over Redis and keeps no results."""
    queues = [*(backbone.queue for backbone in catalogue().values()), OUTCOMES]
    app = Celery(name, broker=settings().broker, set_as_current=False)
    app.conf.update(
        accept_content=["json"],
        task_serializer="json",
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        task_queues={queue: {"exchange": queue, "routing_key": queue} for queue in queues},
        task_default_queue=OUTCOMES,
        task_routes={"keeper.*": {"queue": OUTCOMES}},
        task_publish_retry=False,
        worker_prefetch_multiplier=1,
        worker_disable_prefetch=True,
        worker_concurrency=1,
        worker_pool_start_method="spawn",
        worker_soft_shutdown_timeout=30.0,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "visibility_timeout": _VISIBILITY_S,
            "socket_timeout": 10.0,
            "socket_connect_timeout": 2.0,
            "socket_keepalive": True,
            "health_check_interval": 25,
        },
        timezone="UTC",
        enable_utc=True,
    )
    return app
