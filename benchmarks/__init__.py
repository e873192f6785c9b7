"""Measurements: one file per question; figures go into results/<date>-<machine>.json and are quoted from there."""
