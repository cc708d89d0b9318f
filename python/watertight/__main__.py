"""`python -m watertight` is `watertight`."""

import os
import subprocess
import sys

from watertight import binary


def main() -> None:
    """Run the program in place of this process, or as its child where that cannot be."""
    command = [binary(), *sys.argv[1:]]
    if os.name == "nt":
        # `exec` on Windows returns to the shell at once, and loses the exit code.
        sys.exit(subprocess.run(command).returncode)
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
