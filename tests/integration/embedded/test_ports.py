"""Ports on loopback."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from haetae.embedded.ports import any_free, choose

pytestmark = pytest.mark.integration
_CHOOSE = "import sys; from haetae.embedded.ports import choose; print(choose(int(sys.argv[1]), set()))"


def test_busy_port_is_replaced() -> None:
    """A port that somebody listens on, or that another part has got, is left alone."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken: set[int] = set()
        first = choose(other.getsockname()[1], taken)
        second = choose(first, taken)
        assert len({other.getsockname()[1], first, second}) == 3
        assert taken == {first, second}


def test_two_stacks_never_choose_the_same_port() -> None:
    """A port that is chosen but not yet listened on is not chosen by another process as well."""
    mine = choose(any_free(), set())
    other = subprocess.run([sys.executable, "-c", _CHOOSE, str(mine)], capture_output=True, text=True, check=True)
    assert int(other.stdout) != mine
