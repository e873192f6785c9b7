"""The first look at Haetae: clips as live cameras, a person out of one of them found again through the API."""
