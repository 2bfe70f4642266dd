"""How a steered name chooses among its answers: pure, and one file for each policy.

Beside them what they go by: who asks, and the steering map; the maps of networks are in
`geography`.
"""
