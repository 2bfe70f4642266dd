"""Against forged senders and floods: cookies, rate limits, signature budget; pure.

No answers are made here: who makes them asks here first, and obeys.
"""
