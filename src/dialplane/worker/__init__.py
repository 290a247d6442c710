"""What time does while nobody asks."""
