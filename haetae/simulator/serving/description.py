"""What a simulated camera says about its stream (SDP, RFC 4566)."""

from __future__ import annotations

import base64

from haetae.simulator.serving.packets import PAYLOAD_TYPE
from haetae.simulator.serving.playout import SimulatedCamera


def described(camera: SimulatedCamera, address: str = "0.0.0.0", port: int = 0) -> str:
    """The session description with the parameter sets; address and port only where the stream is sent there unasked."""
    clip = camera.clip
    codec = clip.codec
    if camera.faults.lying_sdp:
        codec = "h265" if codec == "h264" else "h264"
    encoded = [base64.b64encode(each).decode() for each in clip.parameter_sets]
    if codec != clip.codec:
        format_line = f"a=fmtp:{PAYLOAD_TYPE} "
    elif codec == "h264":
        profile = clip.parameter_sets[0][1:4].hex()
        format_line = (
            f"a=fmtp:{PAYLOAD_TYPE} packetization-mode=1;profile-level-id={profile};sprop-parameter-sets={','.join(encoded)}"
        )
    else:
        sets = ";".join(f"sprop-{name}={value}" for name, value in zip(("vps", "sps", "pps"), encoded, strict=False))
        format_line = f"a=fmtp:{PAYLOAD_TYPE} {sets}"
    kind = "IP6" if ":" in address else "IP4"
    lines = ["v=0", "o=- 0 0 IN IP4 127.0.0.1", f"s={camera.name}", f"c=IN {kind} {address}", "t=0 0", "a=control:*"]
    lines += [f"m=video {port} RTP/AVP {PAYLOAD_TYPE}", f"a=rtpmap:{PAYLOAD_TYPE} {codec.upper()}/90000"]
    return "\r\n".join([*lines, format_line, "a=control:track1", ""])
