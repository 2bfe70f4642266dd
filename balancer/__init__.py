"""The balancer: authoritative DNS, VIP forwarding and the backend's side of it."""
