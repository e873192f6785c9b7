"""One video from its first frame to its last, through the rooms of the services, in one process."""
