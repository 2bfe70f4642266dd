"""VIP forwarding: what is sent to a VIP goes on to a healthy backend, inside GRE."""
