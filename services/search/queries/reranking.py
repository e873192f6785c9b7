"""How a caller may ask for candidates to be re-ranked."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from haetae.ranking import CameraAware, GraphPropagation, KReciprocal
from services.search.shapes import Strict

Share = Annotated[float, Field(ge=0, le=1)]


class KReciprocalIn(Strict):
    """By reciprocal neighbours (Zhong et al., CVPR 2017)."""

    method: Literal["k-reciprocal"] = "k-reciprocal"
    k1: int = Field(default=20, ge=1, le=200)
    k2: int = Field(default=6, ge=1, le=100)
    weight_of_original: Share = 0.3

    def how(self) -> KReciprocal:
        """The same as the ranking takes it."""
        return KReciprocal(self.k1, self.k2, self.weight_of_original)


class CameraAwareIn(Strict):
    """By reciprocal neighbours found apart within a camera and across cameras (CA-Jaccard, Chen et al., CVPR 2024)."""

    method: Literal["camera-aware"]
    k1_within: int = Field(default=5, ge=0, le=200)
    k1_across: int = Field(default=20, ge=1, le=200)
    k2_within: int = Field(default=2, ge=1, le=100)
    k2_across: int = Field(default=4, ge=0, le=100)
    weight_of_original: Share = 0.3

    def how(self) -> CameraAware:
        """The same as the ranking takes it."""
        return CameraAware(self.k1_within, self.k1_across, self.k2_within, self.k2_across, self.weight_of_original)


class GraphIn(Strict):
    """By rows of neighbours passed along the graph of neighbours (Zhang et al., 2020)."""

    method: Literal["graph"]
    k1: int = Field(default=26, ge=1, le=200)
    k2: int = Field(default=7, ge=1, le=50)
    n_layers: int = Field(default=2, ge=0, le=3)
    alpha: float = Field(default=2.0, ge=0, le=10)

    def how(self) -> GraphPropagation:
        """The same as the ranking takes it."""
        return GraphPropagation(self.k1, self.k2, self.n_layers, self.alpha)


def _method(given: Any) -> str | None:
    """`k-reciprocal` where none is named: requests that only give k1, k2 and the weight stay valid."""
    method = given.get("method", "k-reciprocal") if isinstance(given, dict) else getattr(given, "method", None)
    return method if isinstance(method, str) else None


RerankingIn = Annotated[
    Annotated[KReciprocalIn, Tag("k-reciprocal")]
    | Annotated[CameraAwareIn, Tag("camera-aware")]
    | Annotated[GraphIn, Tag("graph")],
    Discriminator(_method),
]
"""One of the three, told by `method`."""


def shown_reranking(how: KReciprocal | CameraAware | GraphPropagation) -> RerankingIn:
    """The inverse of `how`: every parameter as it is used."""
    match how:
        case KReciprocal():
            return KReciprocalIn(k1=how.k1, k2=how.k2, weight_of_original=how.weight_of_original)
        case CameraAware():
            return CameraAwareIn.model_validate({"method": "camera-aware", **asdict(how)})
        case GraphPropagation():
            return GraphIn.model_validate({"method": "graph", **asdict(how)})
