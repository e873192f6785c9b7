"""What the benchmarks share: where figures go, and what processes use."""
