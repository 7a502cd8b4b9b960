#!/usr/bin/env python3
"""Writes a SARIF 2.1.0 report of N results to standard output, deterministic.

make-sarif.py N [--change PERCENT]: with --change, that share of the results
vanishes and as many new ones come, the rest shifts by some lines."""
import json
import sys

n = int(sys.argv[1])
percent = float(sys.argv[sys.argv.index("--change") + 1]) if "--change" in sys.argv else 0.0
out = sys.stdout
rules = [f"rule-{i}" for i in range(400)]
out.write('{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":{"driver":'
          '{"name":"BenchScan","semanticVersion":"1.0.0","rules":')
json.dump([{"id": r, "shortDescription": {"text": f"Something about {r}"},
            "defaultConfiguration": {"level": "warning"}, "properties": {"security-severity": f"{i % 10}.{i % 7}"}}
           for i, r in enumerate(rules)], out)
out.write('}},"results":[')
changed = int(n * percent / 100)
step = n // changed if changed else 0
for i in range(n):
    new = step and i % step == 0
    where = f"src/module{i % 997}/part{i % 89}/file{i // 50}{'_new' if new else ''}.c"
    line = 1 + i % 4000 + (3 if percent else 0)
    out.write(",\n" if i else "\n")
    out.write('{"ruleId":"%s","ruleIndex":%d,"message":{"text":"The value computed here flows into a place where it should be '
              'checked first; see the rule for what to do about it (%d)."},"locations":[{"physicalLocation":{"artifactLocation":'
              '{"uri":"%s","uriBaseId":"%%SRCROOT%%"},"region":{"startLine":%d,"startColumn":5,"endLine":%d,"endColumn":40,'
              '"snippet":{"text":"    result = compute(input_%d, flags);"}}}}],"partialFingerprints":'
              '{"primaryLocationLineHash":"%016x:1"},"properties":{"tags":["security","bench"]}}'
              % (rules[i % 400], i % 400, i % 1000, where, line, line, i, (i * 2654435761 + (1 if new else 0)) & 0xffffffffffffffff))
out.write(']}]}\n')
