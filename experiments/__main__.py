"""`python -m experiments`: the frontlab command."""

import os
import sys

INTERRUPTED_STATUS = 130


def main() -> None:
    """Run the command; Ctrl-C ends it quietly even while it is being loaded."""
    if os.environ.get("COLUMNS") == "0":
        del os.environ["COLUMNS"]  # So says who does not know; nothing would be shown.
    try:
        from experiments.cli import app

        app.run()
    except KeyboardInterrupt:
        print("frontlab: interrupted; nothing is left running", file=sys.stderr)
        sys.exit(INTERRUPTED_STATUS)


if __name__ == "__main__":
    main()
