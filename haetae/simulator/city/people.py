"""The inhabitants of a city as people who can be drawn."""

from __future__ import annotations

from dataclasses import replace

from haetae.simulator.city.agenda import Walker
from haetae.simulator.people.identity import Identity, identity, look_alike
from haetae.simulator.people.wardrobe import HeadgearKind, OuterKind


def identity_of(walker: Walker) -> Identity:
    """Who the walker is. A worker who forgot helmet and vest wears neither; whoever shares an outfit wears the same clothes,
    with a hat, glasses and bag of their own (workers: with the same helmet)."""
    person = identity(walker.identity_seed, worker=walker.worker)
    if walker.like is not None:
        alike = look_alike(identity(walker.like, worker=walker.worker), walker.identity_seed)
        return replace(
            alike, headgear=person.headgear if not walker.worker else alike.headgear, eyewear=person.eyewear, bag=person.bag
        )
    if walker.worker is not False:
        return person
    no_helmet = person.headgear is None or person.headgear.kind is not HeadgearKind.HELMET
    no_vest = person.outerwear is None or person.outerwear.kind is not OuterKind.WORK_VEST
    return replace(person, headgear=person.headgear if no_helmet else None, outerwear=person.outerwear if no_vest else None)
