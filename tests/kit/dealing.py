"""Which tests stay together when two processes share the suite: those that share servers which are expensive to start."""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

TOGETHER = ("tests/congruence", "tests/helm/cluster", "tests/integration/alert", "tests/integration/search")


class ByServers(LoadScopeScheduling):  # type: ignore[misc] # it has no types
    """Deals out files; and whole folders where their tests share servers, tables or a gallery of the session."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((folder for folder in TOGETHER if file.startswith(f"{folder}/")), file)
