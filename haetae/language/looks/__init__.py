"""What a person looks like: things with their colours, traits, and what is denied, as conditions on attributes."""
