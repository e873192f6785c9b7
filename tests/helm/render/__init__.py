"""The chart as Helm renders it: what it makes of every profile and of many combinations of values."""
