"""How trueup itself is doing: its network, its event loop, its lateness, and who hears of it."""
