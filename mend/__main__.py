"""``python -m mend`` is the same as the command ``mend``."""

from mend.cli import main

if __name__ == "__main__":
    main()
