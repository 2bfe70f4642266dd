"""One request followed, hop by hop: its packets' path, its question, and why.

Statistics over many requests are in `names`, `forwarding` and `survival`.
"""
