"""The networks: where they come from, what they take and give, and how Triton serves them. No weights are in here."""
