"""Kernels compiled ahead are used by those processors alone that can run them."""

from __future__ import annotations

import platform

import pytest
from llvmlite import binding

from haetae.ranking.ready_made import family

HASWELL = dict.fromkeys(("avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe", "popcnt"), True)


@pytest.mark.parametrize("lacking", ["avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe"])
def test_an_older_processor_compiles_for_itself(lacking: str) -> None:
    """One instruction of the family that is missing is reason enough: running it would end the process."""
    assert family("x86_64", HASWELL) == "x86-64-v3"
    assert family("x86_64", {**HASWELL, lacking: False}) is None
    assert family("x86_64", {name: True for name in HASWELL if name != lacking}) is None


def test_kinds_of_processors() -> None:
    """Every 64-bit Arm processor is of one family; of others none are compiled."""
    assert family("aarch64", {}) == "generic"
    assert family("riscv64", HASWELL) is None


def test_names_are_those_of_the_compiler() -> None:
    """What this processor is said to have is said in the words that the families are described in."""
    if platform.machine() == "x86_64":
        assert "avx2" in binding.get_host_cpu_features()
