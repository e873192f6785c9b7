"""What can be wrong with a simulated camera, as switches that may be turned while it runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Faults:
    """All off: a well-behaved camera. Read at every step, so a change takes effect at once."""

    silent: bool = False  # accepts the connection and never answers
    describe_status: int | None = None  # answer DESCRIBE with this status (301 and 302 go to `location`)
    setup_status: int | None = None
    play_status: int | None = None
    location: str = ""
    setup_delay_s: float = 0.0
    play_without_media: bool = False
    stalled: bool = False  # keeps the connection, sends no more media
    half_unit: bool = False  # sends the first half of one picture, then stalls
    reset: bool = False  # resets the TCP connection of every session (RST) at its next picture
    trickle: bool = False  # one RTP packet a second
    lying_sdp: bool = False  # declares the other codec
    garbage: float = 0.0  # share of RTP packets whose payload is replaced by noise
    packet_loss: float = 0.0  # share of RTP packets that are not sent
    reordering: float = 0.0  # share of RTP packets that are sent after their successor
    sender_reports: bool = True
    onvif_time: bool = False  # absolute time in every picture's RTP extension 0xABAC
    clock_offset_s: float = 0.0  # the camera's wall clock is wrong by this much
    timestamp_offset_s: float = 0.0  # added to the RTP timestamps alone: negative jumps backwards
    session_status: int | None = None  # answer keep-alives with this status (454) and end the session
