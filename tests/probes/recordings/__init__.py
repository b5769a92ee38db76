"""What people record, as the recorder wrote it."""
