"""The practice site, served for real."""
