"""How packets reach backends: octets at both ends, and on the balancer's link."""
