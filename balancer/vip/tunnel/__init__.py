"""Health checks by the way that clients' packets take: encapsulated as they leave."""
