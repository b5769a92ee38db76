"""Against software that other people wrote and run."""
