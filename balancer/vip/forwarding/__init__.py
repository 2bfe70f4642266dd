"""What is done with a packet once its VIP is known: answered, clamped, sent on."""
