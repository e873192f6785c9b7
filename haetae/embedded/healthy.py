"""`python -m haetae.embedded.healthy`: ends with 0 where a supervisor is at work on HAETAE_HOME and all its parts are ready.

For the health check of a container: it asks no part itself, since the supervisor does so every other second and writes down
what it saw. A supervisor that has stopped looking is told by the age of that.
"""

from __future__ import annotations

import sys
import time

from haetae.embedded import state as state_file
from haetae.embedded.home import Home
from haetae.embedded.state import Phase

_STALE_AFTER_S = 30.0  # the file is written anew every second, and while a part starts or ends every few


def ill(home: Home) -> str | None:
    """None where all is well, else what is wrong in a few words."""
    try:
        state, age_s = state_file.read(home.state_file), time.time() - home.state_file.stat().st_mtime
    except FileNotFoundError:
        state = None
    if state is None or not state.is_running:
        return "nothing runs here"
    if age_s > _STALE_AFTER_S:
        return f"the supervisor has not looked for {age_s:.0f} s"
    waited_for = [f"{part.name} is {part.phase.value}" for part in state.parts if part.phase is not Phase.READY]
    return "; ".join(waited_for) or None


def main() -> None:
    """Says what is wrong on stdout, where the container's runtime keeps it."""
    why = ill(Home.from_environment())
    sys.stdout.write(f"{why or 'all parts are ready'}\n")
    sys.exit(1 if why else 0)


if __name__ == "__main__":
    main()
