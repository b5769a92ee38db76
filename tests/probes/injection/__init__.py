"""Faults that are put between a run and its target."""
