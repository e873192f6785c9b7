"""Networks at work: one port, served by Triton or in process, and what is asked of it: people, vectors, words, joints."""
