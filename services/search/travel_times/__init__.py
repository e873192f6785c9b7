"""Travel times between cameras: learned, looked at, taken back."""
