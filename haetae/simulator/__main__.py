"""`python -m haetae.simulator --clips FOLDER --port N`: every clip of a folder as a live RTSP camera."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from haetae.domain.geometry import ImageSize
from haetae.errors import Misconfigured
from haetae.simulator.serving.clip import clips_in, load_clip
from haetae.simulator.serving.rtsp_server import RtspServer
from haetae.simulator.serving.transcode import Encoding


def main() -> int:
    """Prints one JSON line a camera ({"name", "url"}) once the port is open, and serves until it is told to stop."""
    options = _parser().parse_args()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    encoding = _encoding(options)
    try:
        server = RtspServer(options.host, options.port)
        for name, path in clips_in(options.clips).items():
            clip = load_clip(path, cache=options.cache, encoding=encoding, progress=_progress)
            for copy in range(options.copies):
                server.add(name if options.copies == 1 else f"{name}-{copy + 1}", clip, began_at=options.began_at)
        with server:
            for name in server.names:
                sys.stdout.write(json.dumps({"name": name, "url": server.url(name)}) + "\n")
            sys.stdout.flush()
            stop.wait()
    except Misconfigured as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m haetae.simulator", description=main.__doc__)
    parser.add_argument("--clips", type=Path, required=True, help="folder of video files")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8554)
    parser.add_argument("--cache", type=Path, help="folder for clips that have to be encoded (default ~/.cache/haetae/clips)")
    parser.add_argument("--copies", type=int, default=1, help="cameras made of each clip")
    parser.add_argument("--began-at", type=float, help="Unix seconds at which all clips began (default: each when it is loaded)")
    parser.add_argument("--encode", choices=("h264", "h265"), help="encode the clips once, instead of copying their packets")
    parser.add_argument("--size", help="with --encode: WIDTHxHEIGHT")
    parser.add_argument("--rate", type=float, help="with --encode: frames a second")
    return parser


def _encoding(options: argparse.Namespace) -> Encoding | None:
    if not (options.encode or options.size or options.rate):
        return None
    width, _, height = (options.size or "").partition("x")
    size = ImageSize(width=int(width), height=int(height)) if options.size else None
    return Encoding(codec=options.encode or "h264", size=size, rate_hz=options.rate)


def _progress(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
