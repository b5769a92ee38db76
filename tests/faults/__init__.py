"""Things that break, and what must come of it."""
