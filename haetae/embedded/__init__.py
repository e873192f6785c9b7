"""The whole stack on one machine, without containers and without root: its parts as child processes."""
