"""`python -m haetae.models.builtin [--sure-at SCORE]`: renews the facts of the built-in networks after a change of weights.

--sure-at is the detector's own threshold, chosen on validation frames; left out, it stays what it was.
"""

from __future__ import annotations

import argparse
import sys

from haetae.errors import Misconfigured
from haetae.models.builtin.renewal import renewed

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sure-at", type=float)
    try:
        sys.stdout.write("".join(f"{name}\n" for name in renewed(sure_at=parser.parse_args().sure_at)))
    except Misconfigured as error:
        sys.exit(str(error))
