"""GStreamer's RTSP server as a recorder: it counts the decoded pictures that are announced and recorded at /in.

Run with the system's python3, which has its bindings. Prints its port, then one line a picture: the width. Everything that it
needs is loaded before: off a cold disk the decoder's libraries alone take longer than a client waits for the answer to SETUP.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

PIPELINE = "( rtph264depay name=depay0 ! h264parse ! avdec_h264 ! fakesink name=last )"


def shown(pad: Gst.Pad, _: Gst.PadProbeInfo) -> Gst.PadProbeReturn:
    sys.stdout.write(f"{pad.get_current_caps().get_structure(0).get_value('width')}\n")
    sys.stdout.flush()
    return Gst.PadProbeReturn.OK


def configure(_: GstRtspServer.RTSPMediaFactory, media: GstRtspServer.RTSPMedia) -> None:
    media.get_element().get_by_name("last").get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, shown)


Gst.init(None)
Gst.parse_launch(PIPELINE).set_state(Gst.State.NULL)
for name in ("rtpbin", "rtpsession", "rtpjitterbuffer", "rtpssrcdemux", "rtpptdemux", "appsrc", "appsink", "funnel"):
    Gst.ElementFactory.make(name)
server = GstRtspServer.RTSPServer(address="127.0.0.1", service="0")
factory = GstRtspServer.RTSPMediaFactory()
factory.set_transport_mode(GstRtspServer.RTSPTransportMode.RECORD)
factory.set_launch(PIPELINE)
factory.connect("media-configure", configure)
server.get_mount_points().add_factory("/in", factory)
server.attach(None)
sys.stdout.write(f"{server.get_bound_port()}\n")
sys.stdout.flush()
GLib.MainLoop().run()
