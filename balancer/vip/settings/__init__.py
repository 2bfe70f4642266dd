"""vip.toml as people write it, checked; the records that come out are `pools`' plan."""
