"""Real servers and hand-wound clocks that tests share."""
