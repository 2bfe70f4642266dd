"""The broadcast domain that the balancer stands in: who is there, and where."""
