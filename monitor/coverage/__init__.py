"""What watches each component, and what watches nothing."""
