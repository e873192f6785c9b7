"""GStreamer's RTSP server with an encoded test picture: run with the system's python3, which has its bindings."""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

ENCODE = {
    "h264": "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 ! rtph264pay name=pay0 pt=96",
    "h265": "x265enc tune=zerolatency speed-preset=ultrafast key-int-max=15 ! rtph265pay name=pay0 pt=96",
}

Gst.init(None)
server = GstRtspServer.RTSPServer(address="127.0.0.1", service="0")
for codec, pipeline in ENCODE.items():
    factory = GstRtspServer.RTSPMediaFactory()
    source = "videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=320,height=240,framerate=15/1"
    factory.set_launch(f"( {source} ! {pipeline} )")
    factory.set_shared(True)
    server.get_mount_points().add_factory(f"/{codec}", factory)
server.attach(None)
sys.stdout.write(f"{server.get_bound_port()}\n")
sys.stdout.flush()
GLib.MainLoop().run()
