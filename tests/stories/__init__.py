"""Whole incidents, replayed through the real daemon, browser, database and practice site."""
