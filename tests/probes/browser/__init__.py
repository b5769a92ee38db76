"""The browser engine, with a real browser."""
