"""The first page: the answer, what is open, every component, and what was."""
