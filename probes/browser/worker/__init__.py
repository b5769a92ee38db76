"""The part of the engine that touches the browser."""
