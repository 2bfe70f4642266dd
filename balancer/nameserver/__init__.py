"""The authoritative nameserver: `server` is the program, `digests` one beside it.

A message goes `transport` > `answering` > `zones` > `policies` > `geography`, with
`dnssec`, `protection`, `transfer` and `telemetry` at its side, and `xdp` in front;
`loading` makes the `content` that they answer from, and `processes` runs it all.
"""
