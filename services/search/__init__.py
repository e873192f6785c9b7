"""The search service: photos and attributes in, people with their ways over the cameras out."""

import os

# Matrix products of a query are small: spread over threads, which wait for each other by spinning, they take twice the processor
# time. To be said before numpy is loaded; what the environment says counts.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
