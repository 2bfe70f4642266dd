"""DNS messages (RFC 1035, 6891, 7871): bytes to queries, records to bytes."""
