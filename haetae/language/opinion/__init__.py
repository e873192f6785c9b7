"""A second opinion on a sentence: what a language model is asked, what its reply says, how that differs from ours."""
