"""The browser engine: gives a journey a fresh page and takes everything back afterwards."""


class Browsers:
    """To be built."""
