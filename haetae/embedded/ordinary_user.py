"""PostgreSQL refuses to run as root: how root becomes somebody else for it, without changing accounts of the machine."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_ACCOUNT = "nobody"


@dataclass(frozen=True, slots=True)
class OrdinaryUser:
    """How to start a program as no root: words to put before its command, and/or a user id to become."""

    prefix: tuple[str, ...] = ()
    user_id: int | None = None

    def own(self, folder: Path, reaching: Sequence[Path]) -> None:
        """Let that user own `folder` and walk to it and to `reaching`."""
        if self.user_id is None:
            return
        for path in (folder, *(Path(below) for below in folder.rglob("*"))):
            os.chown(path, self.user_id, self.user_id, follow_symlinks=False)
        for path in (folder, *reaching):
            _let_pass(path)


@lru_cache(maxsize=1)
def ordinary_user() -> OrdinaryUser:
    """Nothing special unless this process is root.

    Root makes a user namespace in which it appears as `nobody` while its files stay its own; where that is forbidden, as in most
    containers, it really becomes `nobody`.
    """
    if os.geteuid() != 0:
        return OrdinaryUser()
    account = pwd.getpwnam(_ACCOUNT)
    prefix = ("unshare", "--user", f"--map-user={account.pw_uid}", f"--map-group={account.pw_gid}", "--")
    if (
        shutil.which("unshare")
        and subprocess.run([*prefix, "true"], capture_output=True, timeout=10, check=False).returncode == 0
    ):
        return OrdinaryUser(prefix=prefix)
    return OrdinaryUser(user_id=account.pw_uid)


def _let_pass(path: Path) -> None:
    """Others may traverse (not read) the folders above `path`, as a program below them needs."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
