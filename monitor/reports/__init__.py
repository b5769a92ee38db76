"""What happened, written down for people who were not there: time lines, post-mortems, months."""
