"""The words that are known, a file for each subject.

A space in a form may be left out; English plurals are made by themselves.
"""
