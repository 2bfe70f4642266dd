"""`python -m experiments`: the frontlab command."""

from experiments.cli.app import main

if __name__ == "__main__":
    main()
