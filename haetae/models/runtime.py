"""Runs one network from uint8 images to its results: normalisation, the network itself, non-maximum suppression.

This file stands alone on purpose: it is imported in process and it is copied into the Triton model repository, where `haetae`
is not installed. It needs numpy (1.26 or 2) and onnxruntime or openvino. Both ways thus give the same numbers.

`network.json` beside it says what to run:
  kind       rtmdet | retail-detector | embedder | attributes | movenet: public networks
             haetae-detector | haetae-embedder | haetae-attributes | haetae-pose: ours, with their normalisation inside
  file       weights: .onnx, .xml (+ .bin) or .tflite
  engine     onnxruntime | openvino
  precision  f32 | bf16 (openvino only)
  threads    of one network run
  warm_up    height and width of a first run, where whoever loads it wants one
  batch      free: the file takes any number of images at once; one (if absent): only one
  sure_at    of haetae-detector: the network's own threshold, chosen on validation frames; it becomes the platform's, .4
  mean, scale, max_detections, min_score, iou, dimensions   where the kind needs them
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Raw = Callable[[Array], list[Array]]
"""A network as it is: one input batch in, its outputs in the file's order out. A closure over a loaded engine."""

Results = dict[str, Array]


def load(parameters: Mapping[str, Any], folder: str | Path, raw: Raw | None = None) -> Callable[[Array], Results]:
    """A function from images (n, height, width, 3) uint8 BGR to named results with n rows each; n may be 0.

    `raw` stands in for the network's own engine where it is served elsewhere. Raises ValueError on an unknown kind or engine.
    """
    network = raw or _engine(parameters, Path(folder))
    kinds: dict[str, Callable[[Mapping[str, Any], Raw, Array], Results]] = {
        "rtmdet": _rtmdet,
        "retail-detector": _retail_detector,
        "embedder": _embedder,
        "attributes": _attributes,
        "movenet": _movenet,
        "haetae-detector": _haetae_detector,
        "haetae-embedder": _embedder,
        "haetae-attributes": _haetae_attributes,
        "haetae-pose": _haetae_pose,
    }
    kind = kinds.get(parameters["kind"])
    if kind is None:
        raise ValueError(f"unknown kind of network: {parameters['kind']}")

    def run(images: Array) -> Results:
        if images.dtype != np.uint8 or images.ndim != 4 or images.shape[-1] != 3:
            raise ValueError(f"images must be (n, height, width, 3) uint8, not {images.shape} {images.dtype}")
        return kind(parameters, network, images)

    return run


# -- engines ------------------------------------------------------------------------------------------------------------------


def _engine(parameters: Mapping[str, Any], folder: Path) -> Raw:
    engines = {"onnxruntime": _onnxruntime, "openvino": _openvino}
    if parameters["engine"] not in engines:
        raise ValueError(f"unknown engine: {parameters['engine']}")
    return engines[parameters["engine"]](folder / parameters["file"], parameters["precision"], int(parameters.get("threads", 1)))


def _onnxruntime(file: Path, precision: str, threads: int) -> Raw:
    import onnxruntime

    if precision != "f32":
        raise ValueError("onnxruntime runs f32 only")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting threads leave the core to others
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name

    def run(batch: Array) -> list[Array]:
        return list(session.run(None, {name: batch}))

    return run


def _openvino(file: Path, precision: str, threads: int) -> Raw:
    import openvino

    core = openvino.Core()
    settings = {
        "INFERENCE_PRECISION_HINT": precision,  # left alone, it rounds to bf16 where the processor can
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
    }
    requests: dict[tuple[int, ...], Any] = {}

    def request_for(shape: tuple[int, ...]) -> Any:
        if shape not in requests:
            model = core.read_model(str(file))
            if model.is_dynamic():  # compiled for the one shape it is half as fast again
                model.reshape({model.inputs[0]: openvino.PartialShape(list(shape))})
            if len(requests) >= 8:  # cameras share a few input sizes; a stray one must not stay for ever
                requests.pop(next(iter(requests)))
            requests[shape] = core.compile_model(model, "CPU", settings).create_infer_request()
        return requests[shape]

    def run(batch: Array) -> list[Array]:
        request = request_for(batch.shape)
        request.infer({0: batch}, share_inputs=True)
        return [np.array(output.data) for output in request.output_tensors]

    return run


# -- kinds --------------------------------------------------------------------------------------------------------------------


def _planar(images: Array, mean: Sequence[float] | None = None, scale: Sequence[float] | None = None) -> Array:
    """(n, h, w, 3) uint8 as (n, 3, h, w) float32, (x - mean) / scale per channel."""
    planes = np.empty((len(images), 3, images.shape[1], images.shape[2]), dtype=np.float32)
    for channel in range(3):
        if mean is None or scale is None:
            planes[:, channel] = images[..., channel]
        else:
            factor = np.float32(1.0 / scale[channel])
            np.multiply(images[..., channel], factor, out=planes[:, channel])
            planes[:, channel] -= np.float32(mean[channel]) * factor
    return planes


_AT_ONCE = 64


def _batched(parameters: Mapping[str, Any], network: Raw, batch: Array, shapes: Sequence[tuple[int, ...]]) -> list[Array]:
    """The first outputs, flattened to (n, *shape) each.

    Where the file's batch is free the images go together, in powers of two: engines that compile for each shape see few shapes.
    """
    results = [np.empty((len(batch), *shape), dtype=np.float32) for shape in shapes]
    largest = _AT_ONCE if parameters.get("batch") == "free" else 1
    start = 0
    while start < len(batch):
        n = min(largest, 1 << ((len(batch) - start).bit_length() - 1))
        outputs = network(batch[start : start + n])
        if len(outputs) < len(shapes):
            raise ValueError(f"the network gave {len(outputs)} outputs, not {len(shapes)}")
        for result, output in zip(results, outputs, strict=False):
            result[start : start + n] = np.asarray(output).reshape(n, *result.shape[1:])
        start += n
    return results


def _packed(found: Sequence[tuple[Array, Array]], capacity: int) -> Results:
    """Detections of n images in arrays of fixed size: boxes (n, capacity, 4), scores (n, capacity), count (n, 1)."""
    boxes = np.zeros((len(found), capacity, 4), dtype=np.float32)
    scores = np.zeros((len(found), capacity), dtype=np.float32)
    count = np.zeros((len(found), 1), dtype=np.int32)
    for i, (xyxy, score) in enumerate(found):
        n = min(capacity, len(score))
        best = np.argsort(-score, kind="stable")[:n]
        boxes[i, :n], scores[i, :n], count[i, 0] = xyxy[best], score[best], n
    return {"boxes": boxes, "scores": scores, "count": count}


def _rtmdet(parameters: Mapping[str, Any], network: Raw, images: Array) -> Results:
    found = []
    for image in images:  # the file says that its batch is free, but its suppression inside works for one image only
        dets, labels = network(_planar(image[None], parameters["mean"], parameters["scale"]))[:2]
        people = dets[0, (labels[0] == 0) & (dets[0, :, 4] >= parameters["min_score"])]
        keep = suppressed(people[:, :4], people[:, 4], parameters["iou"], parameters["max_detections"])
        found.append((people[keep, :4], people[keep, 4]))
    return _packed(found, parameters["max_detections"])


def _retail_detector(parameters: Mapping[str, Any], network: Raw, images: Array) -> Results:
    found = []
    size = np.array([images.shape[2], images.shape[1]] * 2, dtype=np.float32)
    for image in images:
        outputs = network(_planar(image[None]))
        if len(outputs) == 1:  # the public file ends in a DetectionOutput layer: [image, label, score, x1, y1, x2, y2]
            rows = np.asarray(outputs[0]).reshape(-1, 7)
            rows = rows[(rows[:, 0] >= 0) & (rows[:, 1] == 1)]
            boxes, scores = rows[:, 3:7], rows[:, 2]
        else:
            boxes, scores = outputs[0], outputs[1][:, 1]
        likely = scores >= parameters["min_score"]
        boxes, scores = boxes[likely] * size, scores[likely]
        keep = suppressed(boxes, scores, parameters["iou"], parameters["max_detections"])
        found.append((boxes[keep], scores[keep]))
    return _packed(found, parameters["max_detections"])


def _embedder(parameters: Mapping[str, Any], network: Raw, images: Array) -> Results:
    (vectors,) = _batched(parameters, network, _planar(images), [(parameters["dimensions"],)])
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return {"embedding": vectors / np.maximum(lengths, np.float32(1e-12))}


def _attributes(parameters: Mapping[str, Any], network: Raw, images: Array) -> Results:
    scores, top, bottom = _batched(parameters, network, _planar(images), [(8,), (2,), (2,)])
    return {"scores": scores, "points": np.stack([top, bottom], axis=1)}


def _movenet(parameters: Mapping[str, Any], network: Raw, images: Array) -> Results:
    rgb = np.ascontiguousarray(images[..., ::-1])
    (joints,) = _batched(parameters, network, rgb, [(17, 3)])
    return {"keypoints": np.ascontiguousarray(joints[:, :, [1, 0, 2]])}


def _haetae_detector(parameters: Mapping[str, Any], network: Raw, images: Array) -> Results:
    found = []
    for image in images:  # a frame by itself fills a core; how many boxes there are depends on its size
        boxes, scores = (np.asarray(output)[0] for output in network(_planar(image[None]))[:2])
        scores = _rescaled(scores, parameters.get("sure_at", _SURE))
        likely = scores >= parameters["min_score"]
        boxes, scores = boxes[likely], scores[likely]
        keep = suppressed(boxes, scores, parameters["iou"], parameters["max_detections"])
        found.append((boxes[keep], scores[keep]))
    return _packed(found, parameters["max_detections"])


_SURE = 0.4  # where the platform's thresholds take a detection for a person


def _rescaled(scores: Array, sure_at: float) -> Array:
    """Scores in which `sure_at` has become _SURE, 0 and 1 are as they were, and the order is the same."""
    below, above = scores * (_SURE / sure_at), _SURE + (scores - sure_at) * ((1 - _SURE) / (1 - sure_at))
    return np.where(scores < sure_at, below, above).astype(np.float32)


def _haetae_attributes(parameters: Mapping[str, Any], network: Raw, images: Array) -> Results:
    (probabilities,) = _batched(parameters, network, _planar(images), [(parameters["dimensions"],)])
    return {"probabilities": probabilities}


def _haetae_pose(parameters: Mapping[str, Any], network: Raw, images: Array) -> Results:
    (keypoints,) = _batched(parameters, network, _planar(images), [(17, 3)])
    return {"keypoints": keypoints}


_CANDIDATES = 300  # more boxes than people fit into a frame
_CONTAINED_SHARE, _CONTAINED_IOU = 0.9, 0.4  # head and shoulders of a person, found beside the whole person


def suppressed(boxes: Array, scores: Array, iou: float, limit: int) -> Array:
    """Indices of the boxes (n, 4) xyxy that stay, best first.

    Greedy non-maximum suppression: a box goes where it overlaps a better one by more than `iou`, or lies nearly wholly in one (or
    around it) and is not much smaller.
    """
    order = np.argsort(-scores, kind="stable")[:_CANDIDATES]
    best = boxes[order]
    areas = (best[:, 2] - best[:, 0]).clip(0) * (best[:, 3] - best[:, 1]).clip(0)
    width = np.minimum(best[:, None, 2], best[None, :, 2]) - np.maximum(best[:, None, 0], best[None, :, 0])
    height = np.minimum(best[:, None, 3], best[None, :, 3]) - np.maximum(best[:, None, 1], best[None, :, 1])
    shared = width.clip(0) * height.clip(0)
    union = areas[:, None] + areas[None, :] - shared
    contained = shared > _CONTAINED_SHARE * np.minimum(areas[:, None], areas[None, :])
    same = (shared > iou * union) | (contained & (shared > _CONTAINED_IOU * union))
    alive = np.ones(len(order), dtype=bool)
    keep: list[int] = []
    for i in range(len(order)):
        if alive[i] and len(keep) < limit:
            keep.append(i)
            alive &= ~same[i]
    return np.asarray(order[keep], dtype=np.intp)
