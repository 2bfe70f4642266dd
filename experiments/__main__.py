"""`python -m experiments`: the frontlab command."""

import sys

INTERRUPTED_STATUS = 130


def main() -> None:
    """Run the command; Ctrl-C ends it quietly even while it is being loaded."""
    try:
        from experiments.cli import app

        app.run()
    except KeyboardInterrupt:
        print("frontlab: interrupted; nothing is left running", file=sys.stderr)
        sys.exit(INTERRUPTED_STATUS)


if __name__ == "__main__":
    main()
