"""What is watched, and how."""
