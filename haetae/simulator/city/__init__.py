"""A city with known truth: who walks where, before which camera, doing what, at any instant."""
