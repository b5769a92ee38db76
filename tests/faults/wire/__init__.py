"""Servers that do what no decent server does, and what becomes of a run that meets them."""
