"""Public data sets, the city and plain folders, as they lie on disk: one file a layout."""
