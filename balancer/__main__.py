"""`python -m balancer PROGRAM ...`: starts a program; imports nothing of the others."""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from balancer.errors import ConfigError, FrontlabError

PROGRAMS = {
    "dns": "balancer.nameserver.server",
    "ds": "balancer.nameserver.digests",
    "vip": "balancer.vip.agent",
    "backend": "balancer.backend.agent",
    "announce": "balancer.announce.agent",
    "check": "balancer.check",
}
TOOLS = {"status": "balancer.status_tool"}
USAGE = f"""\
usage: python -m balancer {{{",".join(PROGRAMS)}}} --config FILE
       python -m balancer vip {{ctl,replay,trace}} ...
       python -m balancer status SOCKET
PROGRAM --help tells more, and docs/ what stands in the files."""
HELP = ("-h", "--help")
CONFIG_ERROR_STATUS = 2


def main(argv: Sequence[str]) -> int:
    """Run the program that the first argument names and return its exit status."""
    if argv and argv[0] in HELP:
        print(USAGE)
        return 0
    if not argv or argv[0] not in {**PROGRAMS, **TOOLS}:
        print(USAGE, file=sys.stderr)
        return CONFIG_ERROR_STATUS
    name = argv[0]
    run: Callable[[Sequence[str]], int] = import_module(
        {**PROGRAMS, **TOOLS}[name]
    ).main
    try:
        return run(argv[1:])
    except FrontlabError as error:
        for line in str(error).splitlines():
            print(f"frontlab-{name}: {line}", file=sys.stderr)
        return CONFIG_ERROR_STATUS if isinstance(error, ConfigError) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
