"""Where networks are and how far that is: maps of prefixes, and reading their files.

Which of them a server uses is said in its configuration, in `loading`.
"""
