"""House tests: the rules of the house, checked on the files of the repository."""
