"""Vectors as sign bits: 64 bytes that estimate a cosine well enough to choose whom to compare exactly.

A vector less the mean of its gallery is turned at random and each number kept as its sign (RaBitQ, Gao and Long, SIGMOD 2024,
section 3). Without the turn, signs of real embeddings say little: most of their variance lies in few directions. The probe keeps
4 bits a number, and each row one factor that makes its estimate unbiased.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from haetae.domain.embedding import Vectors

Bits = NDArray[np.uint64]
"""(n, words) uint64: a row's signs, 64 a word."""

_BITS_PER_WORD = 64
_LEVELS = 16  # of a probe's numbers: 4 bits


@dataclass(frozen=True, slots=True, eq=False)
class SignCode:
    """How vectors of d numbers become bits: `centre` (d,) float32 is taken away, `turn` (n_bits, d) float32 turns the rest."""

    centre: NDArray[np.float32]
    turn: NDArray[np.float32]

    @classmethod
    def around(cls, sample: Vectors, n_bits: int = 512, *, seed: int = 0) -> SignCode:
        """A code for vectors like the `sample` (n, d), n >= 1; `n_bits` is a multiple of 64."""
        if n_bits < 1 or n_bits % _BITS_PER_WORD:
            raise ValueError(f"{n_bits} signs do not fill words of {_BITS_PER_WORD}")
        d = sample.shape[1]
        rng = np.random.default_rng(seed)
        turns = [np.linalg.qr(rng.standard_normal((d, d)))[0].T for _ in range(-(-n_bits // d))]
        return cls(sample.mean(axis=0, dtype=np.float64).astype(np.float32), np.concatenate(turns)[:n_bits].astype(np.float32))

    @property
    def n_words(self) -> int:
        """64-bit words a row."""
        return len(self.turn) // _BITS_PER_WORD

    def packed(self, vectors: Vectors) -> tuple[Bits, NDArray[np.float32]]:
        """The bits (n, words) and factors (n,) of (n, d) vectors. A vector that is the centre has factor 0."""
        apart = vectors - self.centre
        turned = apart @ self.turn.T
        sums = np.abs(turned).sum(axis=1)
        factors = (apart * apart).sum(axis=1) / np.where(sums > 0, sums, 1)
        as_bytes = np.packbits(turned > 0, axis=1, bitorder="little")
        return np.ascontiguousarray(as_bytes).view("<u8").astype(np.uint64, copy=False), factors.astype(np.float32)

    def planes(self, probes: Vectors) -> Planes:
        """What rows are compared with, for (k, d) probes."""
        turned = probes @ self.turn.T
        step = max(float(np.abs(turned).max()) * 2 / (_LEVELS - 1), 1e-12)
        levels = np.clip(np.rint(turned / step + (_LEVELS - 1) / 2), 0, _LEVELS - 1).astype(np.uint8)
        bits = np.stack([np.packbits((levels >> plane) & 1, axis=1, bitorder="little") for plane in range(4)], axis=1)
        words = np.ascontiguousarray(bits).view("<u8").astype(np.uint64, copy=False)
        middle = (_LEVELS - 1) / 2 * turned.shape[1] - levels.sum(axis=1, dtype=np.int64)
        return Planes(words, middle.astype(np.float32), step)


@dataclass(frozen=True, slots=True, eq=False)
class Planes:
    """k probes by bit: `words` (k, 4, words) uint64, `middle` (k,) float32 and `step` turn counts into dot products."""

    words: NDArray[np.uint64]
    middle: NDArray[np.float32]
    step: float
