"""Who compares all candidates with all for a re-ranking, as the service is set up."""

from __future__ import annotations

from haetae.domain.embedding import Vectors
from haetae.inference.nearest import TritonNearest
from haetae.ranking.most_similar import FindsMostSimilar, MostSimilar
from haetae.settings import TritonSettings
from services.search.metrics import compared
from services.search.settings import SearchSection


def chosen(own: SearchSection, triton: TritonSettings) -> FindsMostSimilar | None:
    """Triton, or None where this process does. Raises Misconfigured."""
    if own.nearest == "here":
        return None
    return Counted(
        TritonNearest(triton.address, shared_memory=triton.shared_memory, ca_file=triton.ca_file, deadline_s=triton.deadline_s)
    )


class Counted:
    """Asks somebody else, and counts who compared in the end."""

    def __init__(self, elsewhere: FindsMostSimilar) -> None:
        self._elsewhere = elsewhere

    def __call__(self, vectors: Vectors, kept: int) -> MostSimilar | None:
        """As the port says."""
        found = self._elsewhere(vectors, kept)
        compared("here" if found is None else "triton")
        return found
