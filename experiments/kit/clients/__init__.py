"""What users and their programs do in a lab: ask resolvers, open connections, fetch.

Nothing is judged here, nor how far a client was sent: that is in `names`.
"""
