"""What people write, and what they are told about it."""
