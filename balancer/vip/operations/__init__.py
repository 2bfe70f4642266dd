"""The running balancer: its service, and what people and monitors ask of it.

`agent` puts it together with checks and sockets; why one flow goes where it goes is in
`seeing`.
"""
