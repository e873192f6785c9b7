"""Pictures come out of packets as they went in: H.264 and H.265, fragmented, aggregated, reordered, lost."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haetae.media.access_units import AccessUnit, AccessUnits
from haetae.media.reorder import Reorder
from haetae.media.rtp_packet import RtpPacket, parse_rtp
from haetae.simulator.serving.packets import aggregate, fragment, onvif_extension, rtp_packet

START = b"\x00\x00\x00\x01"
IDR = {"h264": b"\x65", "h265": b"\x26\x01"}
SLICE = {"h264": b"\x41", "h265": b"\x02\x01"}
SETS = {"h264": (b"\x67sps", b"\x68pps"), "h265": (b"\x40\x01vps", b"\x42\x01sps", b"\x44\x01pps")}


def packets_of(codec: str, nals: list[bytes], timestamp: int, first: int, sets: tuple[bytes, ...] = ()) -> list[RtpPacket]:
    """The packets of one picture, parsed."""
    payloads = ([aggregate(codec, sets)] if sets else []) + [piece for nal in nals for piece in fragment(codec, nal)]
    last = len(payloads) - 1
    parsed = [parse_rtp(rtp_packet(p, first + i, timestamp, 7, marker=i == last)) for i, p in enumerate(payloads)]
    return [each for each in parsed if each is not None]


def collect(units: AccessUnits, packets: list[RtpPacket]) -> list[AccessUnit]:
    """What comes out."""
    return [unit for packet in packets for unit in units.put(packet)]


@pytest.mark.parametrize("codec", ["h264", "h265"])
@given(sizes=st.lists(st.integers(1, 5000), min_size=1, max_size=5), first=st.integers(0, 65535))
def test_pictures_survive_packets(codec: str, sizes: list[int], first: int) -> None:
    """Whatever the sizes of its NAL units and wherever the sequence numbers wrap, a picture comes back byte for byte."""
    nals = [SLICE[codec] + bytes(random.Random(size).randbytes(size)) for size in sizes]
    (unit,) = collect(AccessUnits(codec, ()), packets_of(codec, nals, 900, first))
    assert unit.data == b"".join(START + nal for nal in nals)
    assert unit.whole
    assert not unit.key


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_key_pictures_get_their_parameter_sets(codec: str) -> None:
    """Sets from the description go before a key picture that brings none, and are not doubled where it brings its own."""
    sets = SETS[codec]
    (without,) = collect(AccessUnits(codec, sets), packets_of(codec, [IDR[codec] + b"i"], 1, 0))
    (with_own,) = collect(AccessUnits(codec, sets), packets_of(codec, [IDR[codec] + b"i"], 1, 0, sets))
    assert without.key
    assert with_own.key
    assert without.data == with_own.data == b"".join(START + nal for nal in (*sets, IDR[codec] + b"i"))


@pytest.mark.parametrize("codec", ["h264", "h265"])
@pytest.mark.parametrize("missing", [0, 2, 4])
def test_picture_with_a_lost_packet_is_not_whole(codec: str, missing: int) -> None:
    """A lost packet at the start, in the middle or at the end damages its own picture and no other."""
    pictures = [packets_of(codec, [SLICE[codec] + b"\x80" + bytes([n]) * 6500], 100 * n, 5 * n) for n in range(3)]
    packets = [p for n, each in enumerate(pictures) for i, p in enumerate(each) if not (n == 1 and i == missing)]
    units = collect(AccessUnits(codec, ()), packets)
    assert [unit.whole for unit in units if unit.timestamp != 100] == [True, True]
    assert all(not unit.whole for unit in units if unit.timestamp == 100)


@given(seed=st.integers(0, 10_000))
def test_reordered_packets_come_in_order(seed: int) -> None:
    """Packets that overtake each other by up to eight places come out in order, each once, doubles dropped."""
    rng = random.Random(seed)
    sent = [RtpPacket((65_500 + i) & 0xFFFF, i, False, 96, 1, b"x") for i in range(120)]
    shuffled = sorted([*sent, *rng.sample(sent, 5)], key=lambda packet: packet.timestamp + rng.uniform(0, 8))
    first = shuffled[0].timestamp
    reorder = Reorder()
    got = [packet.timestamp for packet in shuffled for packet in reorder.put(packet)]
    assert got == [packet.timestamp for packet in sent if packet.timestamp >= first]
    assert reorder.n_lost == 0


def test_lost_packet_is_given_up_and_counted() -> None:
    """Behind a packet that never comes the others wait for a while, then go on."""
    reorder = Reorder()
    got = [p.sequence for i in range(60) if i != 10 for p in reorder.put(RtpPacket(i, 0, False, 96, 1, b"x"))]
    assert got == [i for i in range(60) if i != 10]
    assert reorder.n_lost == 1


@given(data=st.binary(max_size=200))
def test_no_bytes_break_the_parser(data: bytes) -> None:
    """Anything at all can come over the network; nothing is raised."""
    packet = parse_rtp(data)
    for codec in ("h264", "h265"):
        if packet is not None:
            list(AccessUnits(codec, ()).put(packet))


def test_absolute_time_of_a_picture_is_read() -> None:
    """ONVIF's extension carries the camera's own time with microseconds."""
    packet = parse_rtp(rtp_packet(b"\x41abc", 1, 2, 3, marker=True, extension=onvif_extension(1_800_000_000.123456, key=True)))
    assert packet is not None
    assert packet.absolute_us is not None
    assert abs(packet.absolute_us - 1_800_000_000_123_456) <= 1
    assert packet.payload == b"\x41abc"
