"""The outages this software exists for, replayed on the practice site."""
