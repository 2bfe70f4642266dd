"""Files that people write: read, checked, made into `content`, and read anew.

Whoever answers leaves the reading, with its libraries, to the process of `loader`.
"""
