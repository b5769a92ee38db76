"""What is behind the first page: one page for each component, incident and month."""
