"""vip.toml: as people write it, and as records."""
