"""Who somebody is: body, face and clothes, all from one seed."""

from __future__ import annotations

from dataclasses import replace

from haetae.simulator.people.chances import drawn_identity
from haetae.simulator.people.person import Body, Identity

__all__ = ["Body", "Identity", "identity", "look_alike"]


def identity(seed: int, *, worker: bool | None = None, age_band: str | None = None) -> Identity:
    """The person of a seed. `worker` True: helmet and work vest nearly always; otherwise as often as in a street.

    `age_band` fixes the age, everything else stays drawn from the seed. Raises Refused where it is none of the vocabulary's.
    """
    return drawn_identity(seed, worker=bool(worker), age_band=age_band)


def look_alike(of: Identity, seed: int) -> Identity:
    """Another person, of the seed, in the same outfit: body, face, hair and shoes are their own."""
    own = identity(seed, age_band=of.age_band)
    for offset in range(1, 64):
        if own.gender == of.gender:
            break
        own = identity(seed + offset * 1_000_003, age_band=of.age_band)
    return replace(
        own,
        seed=seed,
        upper=of.upper,
        lower=of.lower,
        outerwear=of.outerwear,
        headgear=of.headgear,
        eyewear=of.eyewear,
        bag=of.bag,
    )
