"""What the trial left on the bus and in the database: nothing unread, nothing stored twice."""

from __future__ import annotations

import time
from typing import Any

from tests.helm.cluster.kubernetes import Cluster
from tests.helm.node.course import Course
from tests.helm.node.installation import NAMESPACE

_LENGTHS = """
export REDISCLI_AUTH="$REDIS_PASSWORD"
for stream in $(valkey-cli --no-auth-warning --scan --pattern "haetae.*"); do
    [ "$(valkey-cli --no-auth-warning type "$stream")" = stream ] || continue
    added=$(valkey-cli --no-auth-warning xinfo stream "$stream" | grep -A1 entries-added | tail -n 1)
    echo "$stream $added $(valkey-cli --no-auth-warning xlen "$stream")"
done
"""


def messages(cluster: Cluster) -> dict[str, Any]:
    """What was put on the bus, by stream, and what lies there still once the cameras are off: a message goes when it is
    acknowledged, so none may be left, and no dead letter."""
    said = cluster.kubectl("exec", f"--namespace={NAMESPACE}", "haetae-redis-0", "--", "sh", "-c", _LENGTHS)
    streams = {name: (int(added), int(left)) for name, added, left in (line.split() for line in said.splitlines())}
    return {
        "published": {name: added for name, (added, _) in sorted(streams.items())},
        "left": {name: left for name, (_, left) in streams.items() if left},
    }


def sightings(course: Course) -> dict[str, Any]:
    """How many were stored; how many of them are of one camera and one moment with the same path, that is stored twice; and how
    many were never closed, that is whose tracklet's end did not arrive within a minute."""
    deadline_s = time.monotonic() + 60
    while int(course.sql("SELECT count(*) FROM sightings WHERE NOT closed")) and time.monotonic() < deadline_s:
        time.sleep(1)
    stored = int(course.sql("SELECT count(*) FROM sightings"))
    distinct = int(
        course.sql("SELECT count(*) FROM (SELECT DISTINCT camera_id, started_at, ended_at, best_shots::text FROM sightings) AS s")
    )
    return {
        "stored": stored,
        "doubled": stored - distinct,
        "open": int(course.sql("SELECT count(*) FROM sightings WHERE NOT closed")),
    }
