"""Mininet's command line, for host names with hyphens."""

from mininet.cli import CLI


class LabCLI(CLI):
    """Mininet's command line; "fra-be1 ping fra-be2" is a command to fra-be1."""

    # The standard library's would end a command's first word at the hyphen.
    identchars = CLI.identchars + "-"
