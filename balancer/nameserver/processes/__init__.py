"""The processes of a server: what each has in force, and how they start, work and end.

`server` is the program around them.
"""
