"""The Celery application: one queue of short tasks, each of which may be run twice without harm."""

from __future__ import annotations

from celery import Celery

from haetae.bus.address import celery_broker
from services.alert.broker import mend

QUEUE = "deliveries"
DELIVER = "haetae.alert.deliver"
PREFIX = "haetae.celery."
LEASE_S = 120.0
"""How long a delivery that was handed to a worker belongs to it; longer than any task waits and runs."""


def make_celery(redis_url: str) -> Celery:
    """The application on one Redis; nothing is connected before the first task."""
    mend()
    broker, told = celery_broker(redis_url)
    app = Celery("haetae.alert", broker=broker)
    app.conf.update(
        broker_use_ssl=told.get("broker_use_ssl"),
        task_default_queue=QUEUE,
        task_ignore_result=True,
        task_acks_late=True,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_pool_limit=2,
        broker_transport_options={
            "visibility_timeout": LEASE_S,
            "global_keyprefix": PREFIX,
            "socket_timeout": 10,
            "socket_connect_timeout": 3,
            "socket_keepalive": True,
            "health_check_interval": 10,
            **told.get("broker_transport_options", {}),
        },
    )
    return app


def queue_key() -> str:
    """The Redis list in which tasks wait for a worker."""
    return f"{PREFIX}{QUEUE}"
