"""Zones as a server holds them: read from text, checked, and packed for look-ups."""
