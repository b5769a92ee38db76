"""Kinds, engines and expectations, against real servers."""
