"""`python -m haetae.models.builtin`: renews the facts of the built-in networks after their weights have changed."""

from __future__ import annotations

import sys

from haetae.errors import Misconfigured
from haetae.models.builtin.renewal import renewed

if __name__ == "__main__":
    try:
        sys.stdout.write("".join(f"{name}\n" for name in renewed()))
    except Misconfigured as error:
        sys.exit(str(error))
