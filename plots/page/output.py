"""output.py - what scripts say, and the files that they write: whole, or not at all."""

import os
import sys

from page.source import Failure


def printable(text):
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def tell(text):
    print(f"heapbench: {printable(text)}", file=sys.stderr, flush=True)


def write_whole(path, data):
    """A file is renamed into place when it is whole and on the disk; what is no regular file is written to as it is."""
    target = os.path.realpath(path)
    device = os.path.exists(target) and not os.path.isfile(target)
    part = target if device else f"{target}.{os.getpid()}.part"
    try:
        with open(part, "wb") as file:
            file.write(data)
            file.flush()
            if not device:
                os.fsync(file.fileno())
        if not device:
            os.replace(part, target)
    except OSError as error:
        if not device and os.path.lexists(part):
            os.remove(part)
        raise Failure(f"{target if device else path}: cannot be written: {error.strerror}") from None
