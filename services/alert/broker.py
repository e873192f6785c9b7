"""Celery's way to Redis, mended: a task whose end could not be told to Redis no longer keeps its worker from taking others.

kombu (5.7) counts what was handed to a worker and not acknowledged, and takes nothing new once that is as many as the worker has
threads; then it does not look at its connection either. An acknowledgement that fails, as where Redis is started anew while
webhooks are being sent, was logged and counted for ever: after as many the worker stood still, with healthy probes.
"""

from __future__ import annotations

from kombu.transport import redis
from kombu.transport.virtual import QoS as Counted
from redis.exceptions import RedisError


class QoS(redis.QoS):
    """What was handed out. One whose acknowledgement fails is handed out again when its lease is over, to whoever is there."""

    def ack(self, delivery_tag: str) -> None:
        """Raises RedisError, after which it is not counted any more."""
        try:
            super().ack(delivery_tag)
        except (RedisError, OSError):
            Counted.ack(self, delivery_tag)
            raise


def mend() -> None:
    """For all channels of this process, those through Sentinels among them. May be called many times."""
    redis.Channel.QoS = QoS
