#!/usr/bin/env python3
"""Runs a command; prints seconds; in MiB the most that it and all its children held
in memory at one time (resident, summed) and the most that one of them held; and the
seconds that they all computed.

run.py COMMAND [ARGUMENT ...]: what the command prints goes to standard error."""
import os
import resource
import subprocess
import sys
import threading
import time

PAUSE = 0.01  # seconds between two looks


def family(root):
    """The process and everything it started, now."""
    found = [root]
    for pid in found:
        try:
            with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
                found += [int(word) for word in f.read().split()]
        except OSError:
            pass
    return found


def memory(pid):
    """Resident bytes now and at most, in KiB; 0 for one that has ended."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as f:
            lines = dict(line.split(":", 1) for line in f)
        return int(lines["VmRSS"].split()[0]), int(lines["VmHWM"].split()[0])
    except (OSError, KeyError):
        return 0, 0


def watch(root, most, over):
    while not over.wait(PAUSE):
        each = [memory(pid) for pid in family(root)]
        most[0] = max(most[0], sum(now for now, _ in each))
        most[1] = max([most[1]] + [high for _, high in each])


def main():
    most, over = [0, 0], threading.Event()
    began = time.monotonic()
    with subprocess.Popen(sys.argv[1:], stdout=sys.stderr) as child:
        watcher = threading.Thread(target=watch, args=(child.pid, most, over))
        watcher.start()
        code = child.wait()
        took = time.monotonic() - began
    over.set()
    watcher.join()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{took:.3f} {most[0] / 1024:.0f} {most[1] / 1024:.0f} {used.ru_utime + used.ru_stime:.3f}")
    return code


if __name__ == "__main__":
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    sys.exit(main())
