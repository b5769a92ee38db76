"""What programs read: the formats of others, feeds, calendars, badges."""
