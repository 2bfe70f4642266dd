"""Messages by UDP and TCP: sockets, batches, streams; what they say is `answering`'s.

No start and no end of programs: that is `processes`.
"""
