"""The tests mirror the source; stories/ replays whole incidents, faults/ breaks things."""
