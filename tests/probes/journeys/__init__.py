"""The ready-made journeys and the user's own, with a real browser."""
