"""Health checks: who is asked how they are, by which way, and when that counts."""
