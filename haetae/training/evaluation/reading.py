"""Reads the attributes of crops and says how well."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from haetae.domain.attributes import Attributes
from haetae.inference.attribute_classifier import AttributeClassifier
from haetae.training.evaluation.attributes import AttributeScores, attribute_scores
from haetae.training.evaluation.crops import Crops

_BATCH = 64


@dataclass(frozen=True, slots=True)
class AttributesReport:
    """`cpu_ms` is processor time a crop."""

    n_crops: int
    scores: AttributeScores
    cpu_ms: float


def attributes_report(classifier: AttributeClassifier, crops: Crops, progress: Callable[[int], None]) -> AttributesReport:
    """The figures of one network. Raises ValueError where the crops' truth and the network have no attribute in common."""
    read: list[Attributes] = []
    cpu_s = 0.0
    for batch in crops.batches(_BATCH):
        began = time.process_time()
        read += classifier.classify(batch)
        cpu_s += time.process_time() - began
        progress(len(read))
    return AttributesReport(crops.n, attribute_scores(crops.attributes, read), 1000 * cpu_s / max(1, crops.n))
