"""How fast the city is drawn: milliseconds a person, a frame and a background, and how many cameras one core keeps up with.

    python -m benchmarks.drawing_rate      writes the entry "drawing_rate" of benchmarks/results/<date>-<machine>.json

Processor time of this one process with one thread: medians after everything is compiled. A frame is 1280x720 with three walkers
of 90 to 270 px and sensor noise, encoded by x264 (ultrafast) as a camera's stream would be.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from fractions import Fraction
from statistics import median

import av
import cv2
import numpy as np

from benchmarks.measuring.figures import write
from haetae.domain.geometry import ImageSize
from haetae.simulator.drawing.background import background
from haetae.simulator.drawing.light import light
from haetae.simulator.drawing.painter import Canvas, draw_walker, finish
from haetae.simulator.drawing.response import CameraResponse
from haetae.simulator.drawing.scenes import SCENES
from haetae.simulator.drawing.sprite import sprite
from haetae.simulator.drawing.view import View
from haetae.simulator.drawing.weather import Weather
from haetae.simulator.people.figure import Figure, figure
from haetae.simulator.people.gait import style_of
from haetae.simulator.people.identity import identity
from haetae.simulator.people.postures import Place, walking

RATE_HZ = 15
WALKERS_AT_M = (6.0, 9.0, 16.0)
FAR_PX = 150  # people smaller than this take the coarse mesh
VIEW = View((0.0, 0.0, 4.0), 0.0, 18.0, 900.0, ImageSize(1280, 720))


def cost_ms(run: Callable[[int], object], n: int) -> float:
    """The median processor time of n runs, after one that does not count."""
    run(0)
    times = []
    for i in range(n):
        began = time.process_time()
        run(i)
        times.append(time.process_time() - began)
    return median(times) * 1000


def person(canvas: Canvas, who: Figure, x_m: float, i: int) -> None:
    """Poses and draws one walker, `i` frames into the walk."""
    place = Place(x_m, 0.6 * np.sin(i / 9 + x_m), 40.0 + i)
    far = VIEW.focal_px * 1.75 / x_m < FAR_PX
    draw_walker(canvas, who.posed(walking(i / 20, style_of(who.identity)), place, int(far)), 1 + int(x_m))


def walkers(canvas: Canvas, crowd: list[Figure]) -> dict[str, float]:
    """Milliseconds a person (pose, shadow, drawing) by height in the picture."""

    def alone(who: Figure, x_m: float) -> Callable[[int], None]:
        def run(i: int) -> None:
            canvas.clear()
            person(canvas, who, x_m, i)

        return run

    costs = {f"{VIEW.focal_px * 1.75 / x:.0f} px": cost_ms(alone(who, x), 40) for who, x in zip(crowd, WALKERS_AT_M, strict=True)}
    canvas.clear()
    return costs


def frame_ms(canvas: Canvas, crowd: list[Figure], *, encoded: bool) -> float:
    """Milliseconds a frame with everybody, truth and noise; with the encoder's time where asked."""
    rng = np.random.default_rng(3)
    with av.open(io.BytesIO(), "w", format="mpegts") as sink:
        stream = sink.add_stream("libx264", rate=RATE_HZ)
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        stream.options = {"preset": "ultrafast", "crf": "27", "tune": "zerolatency"}
        stream.thread_count = 1

        def run(i: int) -> None:
            canvas.clear()
            for who, x_m in zip(crowd, WALKERS_AT_M, strict=True):
                person(canvas, who, x_m, i)
            pixels = finish(canvas, Weather(), canvas.response, rng)
            if encoded:
                frame = av.VideoFrame.from_ndarray(pixels, format="bgr24")
                frame.pts, frame.time_base = run.count, Fraction(1, RATE_HZ)  # type: ignore[attr-defined]
                run.count += 1  # type: ignore[attr-defined]
                sink.mux(stream.encode(frame))

        run.count = 0  # type: ignore[attr-defined]
        return cost_ms(run, 45)


def backgrounds(size: ImageSize) -> float:
    """Seconds a background: the median over one of each scene."""
    costs = []
    for number, (name, scene) in enumerate(SCENES.items()):
        rng = np.random.default_rng(number)
        sky = light("indoor" if scene.is_indoor else "day", rng)
        began = time.process_time()
        background(name, scene.a_view(rng, size), sky, Weather(), CameraResponse(), rng)
        costs.append(time.process_time() - began)
    return median(costs)


def sprites_ms(who: Figure) -> float:
    """Milliseconds a sprite of 60 to 180 px."""
    rng, style = np.random.default_rng(1), style_of(who.identity)
    return cost_ms(lambda i: sprite(who, walking(i / 20, style), rng, height_px=float(rng.uniform(60, 180))), 60)


def main() -> None:
    cv2.setNumThreads(1)
    crowd = [figure(identity(seed)) for seed in (11, 12, 13)]
    rng = np.random.default_rng(1)
    response, sky = CameraResponse(), light("day", rng)
    canvas = Canvas(VIEW, background("plaza", VIEW, sky, Weather(), response, rng), sky, response)
    streamed = frame_ms(canvas, crowd, encoded=True)
    measured = {
        "walker_ms": walkers(canvas, crowd),
        "sprite_ms": sprites_ms(figure(identity(14), levels=(0.020,))),
        "frame_of_3_ms": frame_ms(canvas, crowd, encoded=False),
        "frame_of_3_encoded_ms": streamed,
        "cameras_of_720p15_a_core": 1000 / RATE_HZ / streamed,
        "background_480x270_s": backgrounds(ImageSize(480, 270)),
        "background_1280x720_s": backgrounds(ImageSize(1280, 720)),
        "load_average": os.getloadavg()[0],
    }
    print(measured)
    print(write("drawing_rate", measured))


if __name__ == "__main__":
    main()
