"""Sighting <-> bytes: stream haetae.sightings."""

from __future__ import annotations

from collections.abc import Iterable

from haetae.domain.attributes import VALUES, AttributeName, Attributes
from haetae.domain.ids import TrackletId, camera_id
from haetae.domain.sighting import Sighting
from haetae.domain.timing import from_us, to_us
from haetae.wire.best_shot import shot_from_wire, shot_to_wire, waypoint_from_wire, waypoint_to_wire
from haetae.wire.embedding import embedding_from_wire, embedding_to_wire
from haetae.wire.geometry import size_from_wire, size_to_wire
from haetae.wire.reading import finite, reading, uuid_of
from haetae.wire.v1 import sighting_pb2


def to_bytes(sighting: Sighting) -> bytes:
    """The sighting with its embedding; its crops stay in the blobs."""
    wire = sighting_pb2.Sighting(
        id=sighting.id.bytes,
        camera_id=sighting.camera_id,
        started_at_us=to_us(sighting.started_at),
        ended_at_us=to_us(sighting.ended_at),
        n_detections=sighting.n_detections,
        best_shots=[shot_to_wire(shot) for shot in sighting.best_shots],
        path=[waypoint_to_wire(waypoint) for waypoint in sighting.path],
        frame_size=size_to_wire(sighting.frame_size),
        closed=sighting.closed,
        revision=sighting.revision,
        attributes=_attributes_to_wire(sighting.attributes),
        attribute_model=sighting.attribute_model,
    )
    if sighting.embedding is not None:
        wire.embedding.CopyFrom(embedding_to_wire(sighting.embedding))
    return wire.SerializeToString()


def from_bytes(payload: bytes) -> Sighting:
    """The inverse of `to_bytes`. Raises Poison."""
    with reading("Sighting"):
        wire = sighting_pb2.Sighting.FromString(payload)
        if not wire.best_shots:
            raise ValueError("a sighting has no best shot")
        return Sighting(
            id=TrackletId(uuid_of(wire.id)),
            camera_id=camera_id(wire.camera_id),
            started_at=from_us(wire.started_at_us),
            ended_at=from_us(wire.ended_at_us),
            n_detections=wire.n_detections,
            best_shots=tuple(shot_from_wire(shot) for shot in wire.best_shots),
            path=tuple(waypoint_from_wire(waypoint) for waypoint in wire.path),
            frame_size=size_from_wire(wire.frame_size),
            closed=wire.closed,
            revision=wire.revision,
            attributes=_attributes_from_wire(wire.attributes),
            attribute_model=wire.attribute_model,
            embedding=embedding_from_wire(wire.embedding) if wire.HasField("embedding") else None,
        )


def _attributes_to_wire(attributes: Attributes) -> list[sighting_pb2.AttributeScores]:
    return [
        sighting_pb2.AttributeScores(
            name=name, values=[sighting_pb2.ValueScore(value=value, score=score) for value, score in scores.items()]
        )
        for name, scores in attributes.scores.items()
    ]


def _attributes_from_wire(wire: Iterable[sighting_pb2.AttributeScores]) -> Attributes:
    scores: dict[AttributeName, dict[str, float]] = {}
    for attribute in wire:
        name = AttributeName(attribute.name)
        unknown = [score.value for score in attribute.values if score.value not in VALUES[name]]
        if unknown:
            raise ValueError("an attribute has a value outside the vocabulary")
        scores[name] = {score.value: finite(score.score)[0] for score in attribute.values}
    return Attributes(scores)
