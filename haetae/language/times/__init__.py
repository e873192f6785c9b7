"""Words for days, hours and parts of a day, put together into a window of time."""
