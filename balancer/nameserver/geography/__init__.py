"""Where networks are and how far that is: maps of prefixes, and reading their files."""
