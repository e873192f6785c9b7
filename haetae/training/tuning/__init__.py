"""Finds good parameters: searches over a recipe or over re-ranking, and studies over a grid, data sets and folds."""
