"""People over cameras: their ways in order of time."""
