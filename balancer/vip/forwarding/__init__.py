"""What is done with a packet once its VIP is known: answered, clamped, sent on; pure.

One file for each mode; to which backend it goes is in `decision`.
"""
