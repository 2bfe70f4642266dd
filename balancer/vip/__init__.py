"""VIP forwarding: what is sent to a VIP goes on to a healthy backend, inside GRE.

`agent` is the program. `settings` > `pools` > `tables` is the way from a file to what
decides; `decision`, with `forwarding` and `nat`, is the reference of what `xdp` has the
kernel do with `packets`; `checks` and `link` ask how others are; `operations` and
`seeing` answer people.
"""
