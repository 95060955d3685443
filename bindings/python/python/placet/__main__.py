"""The command `placet`, as it is installed and as `python -m placet`."""

import signal
import sys

from ._placet import _command


def main() -> int:
    # The command is not Python: Ctrl-C ends it at once, as it ends the same command without Python around it.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _command(["placet", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
