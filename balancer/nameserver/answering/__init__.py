"""From a message's octets to its answer's: slow path, fast path, and counts; pure.

No sockets (`transport`); what a zone says to a question is in `zones`, and who is sent
where in `policies`.
"""
