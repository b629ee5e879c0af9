"""`python -m app.healthy BACKBONE`: exit 0 while that backbone's worker shows signs of life."""

import sys

from app.progress import worker_alive


def main() -> int:
    """The exit status that a container's health check wants."""
    return 0 if worker_alive(sys.argv[1]) else 1


if __name__ == "__main__":
    sys.exit(main())
