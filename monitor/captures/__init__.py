"""What is fetched at the moment of failure: logs, as they were then."""
