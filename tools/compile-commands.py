#!/usr/bin/env python3
"""Prints the compilation database of the named sources for one compiler line."""
import json
import os
import shlex
import sys

command = shlex.split(sys.argv[1])
here = os.getcwd()
json.dump([{"directory": here, "file": source,
            "arguments": command + (["-Itest/unit"] if source.startswith("test/") else []) + ["-c", source]}
           for source in sys.argv[2:]], sys.stdout, indent=1)
print()
