"""One file per revision; a committed revision is never edited."""
