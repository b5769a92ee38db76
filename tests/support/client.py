"""One client for all questions of tests: making another for each costs more than the question."""

from __future__ import annotations

import httpx

CLIENT = httpx.Client(
    timeout=10, trust_env=False, verify=False, limits=httpx.Limits(max_keepalive_connections=0)
)
"""Keeps no connection: whoever is asked may have been killed in between."""
