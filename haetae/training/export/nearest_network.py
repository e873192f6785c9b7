"""Writes haetae/models/nearest.onnx: all vectors compared with all, some rows at a time, so that no n x n matrix is ever held.

    python -m haetae.training.export.nearest_network

It has no weights: operators alone, for a server whose GPU multiplies faster than this machine's processor.
"""

from __future__ import annotations

import sys

import onnx.checker
import onnx.parser

from haetae.models.nearest import FILE

BLOCK = 1 << 24
"""Products held at a time: 64 MiB of them, but at least 64 rows and at most 1,024."""

TEXT = f"""
<ir_version: 8, opset_import: ["": 17]>
nearest (float[n, d] vectors, int64[1] kept) => (int32[n, k] order, float[n, k] similarities, float[n] least)
{{
    n_rows = Shape <start = 0, end = 1> (vectors)
    block = Constant <value = int64[1] {{{BLOCK}}}> ()
    fewest = Constant <value = int64[1] {{64}}> ()
    most = Constant <value = int64[1] {{1024}}> ()
    one = Constant <value = int64[1] {{1}}> ()
    zero = Constant <value = int64[1] {{0}}> ()
    rest = Constant <value = int64[1] {{-1}}> ()
    everything = Constant <value = int64[1] {{{2**62}}}> ()
    going_on = Constant <value = bool {{1}}> ()

    fitting = Div (block, n_rows)
    enough = Max (fitting, fewest)
    step = Min (enough, most, n_rows)
    last_start = Sub (n_rows, step)
    all_but_one = Sub (n_rows, one)
    n_before_last = Div (all_but_one, step)
    n_blocks = Add (n_before_last, one)

    orders, values, smallest = Loop (n_blocks, going_on) <body = rows (int64 number, bool before) =>
        (bool after, int32[step, k] its_order, float[step, k] its_values, float[step] its_smallest)
    {{
        after = Identity (before)
        wanted_start = Mul (number, step)
        start = Min (wanted_start, last_start)
        end = Add (start, step)
        some = Slice (vectors, start, end, zero)
        products = Gemm <transB = 1> (some, vectors)
        its_values, columns = TopK <axis = 1, largest = 1, sorted = 1> (products, kept)
        its_order = Cast <to = 6> (columns)
        its_smallest = ReduceMin <axes = [1], keepdims = 0> (products)
    }}>

    row = Concat <axis = 0> (rest, kept)
    all_orders = Reshape (orders, row)
    all_values = Reshape (values, row)
    all_smallest = Reshape (smallest, rest)

    back = Neg (step)
    first_orders = Slice (all_orders, zero, last_start, zero)
    last_orders = Slice (all_orders, back, everything, zero)
    order = Concat <axis = 0> (first_orders, last_orders)
    first_values = Slice (all_values, zero, last_start, zero)
    last_values = Slice (all_values, back, everything, zero)
    similarities = Concat <axis = 0> (first_values, last_values)
    first_smallest = Slice (all_smallest, zero, last_start, zero)
    last_smallest = Slice (all_smallest, back, everything, zero)
    least = Concat <axis = 0> (first_smallest, last_smallest)
}}
"""
"""The last block ends with the last row and so may begin within the one before it: all blocks have `step` rows."""


def network() -> bytes:
    """The file's bytes, checked; the same at every call."""
    model = onnx.parser.parse_model(TEXT)
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


if __name__ == "__main__":
    FILE.write_bytes(network())
    sys.stderr.write(f"{FILE}: {FILE.stat().st_size} bytes\n")
