"""Whose certificates a command trusts."""

from __future__ import annotations

import ssl
from pathlib import Path

from haetae.errors import Misconfigured


def trusted(ca_file: Path | None) -> ssl.SSLContext | bool:
    """What httpx verifies by: the authority of that PEM file, or the usual ones. Raises Misconfigured where it cannot be read."""
    if ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=str(ca_file))
    except (OSError, ssl.SSLError) as error:
        raise Misconfigured("The certificate to check by cannot be read.", ca_file=ca_file) from error
