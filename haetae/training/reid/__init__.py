"""Re-identification: networks, losses, drawn and real crops of people, teachers, recipes."""
