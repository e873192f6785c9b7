"""What is answered about the parts of two crops."""

from __future__ import annotations

from pydantic import Field

from services.search.shapes import Shown


class StripeOut(Shown):
    """A horizontal stripe of a crop, and what it is worth for the likeness."""

    top: float = Field(ge=0, le=1, description="In shares of the crop's height.")
    bottom: float = Field(ge=0, le=1)
    worth: float = Field(
        description="By how much the similarity falls when the stripe is covered: above 0 it makes the two alike, below 0 unlike."
    )


class PartsOut(Shown):
    """What makes a photo's person and a candidate look alike to the network that serves now. A hint for whoever looks."""

    model: str
    similarity: float = Field(description="Cosine of the two crops, -1 to 1; the candidate's best shot alone.")
    photo_crop_url: str
    candidate_crop_url: str
    photo: list[StripeOut]
    candidate: list[StripeOut]
