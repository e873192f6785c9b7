"""What processors do in one instruction and numba has no name for."""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic


@intrinsic
def bits_set(typing_context, word):  # type: ignore[no-untyped-def]
    """How many bits of a uint64 are 1, as uint64."""
    return types.uint64(types.uint64), lambda context, builder, signature, given: builder.ctpop(given[0])


@intrinsic
def as_single(typing_context, word):  # type: ignore[no-untyped-def]
    """The float32 whose bits are those of an int32."""
    return types.float32(types.int32), lambda context, builder, signature, given: builder.bitcast(given[0], ir.FloatType())
