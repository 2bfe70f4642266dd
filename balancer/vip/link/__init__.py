"""The interface and the broadcast domain that the balancer stands in: who is there.

The program on the interface is in `xdp`.
"""
