"""What the commands in scripts/ do. Needs nothing but Python; runs before anything is installed."""
