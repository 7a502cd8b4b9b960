"""Each record names the submission it came with, which stands before it; a submission
and the home record name themselves. Says what is wrong, the types and the acts."""
import json, sqlite3, sys
db = sqlite3.connect("file:%s/custody.db?mode=ro" % sys.argv[1], uri=True)
seen, wrong, types, acts = set(), [], {}, []
for idx, header, facts, words in db.execute("SELECT idx, header, facts, words FROM kept_record ORDER BY idx"):
    h = json.loads(header)
    kind, into = h["type"], h["origin"]["in"]
    types[kind] = types.get(kind, 0) + 1
    if kind.startswith("submission."):
        seen.add(h["about"])
        if json.loads(facts)["source"] == "custody":
            acts.append(json.loads(words)["query"])
    if into not in seen and not (idx == 0 and kind.startswith("home.") and into == h["about"]):
        wrong.append("record %d, %s, names %s, which is no submission before it" % (idx, kind, into))
print("\n".join(wrong) or "every record came with a submission")
print("types: " + " ".join(sorted(types)))
print("acts: " + ", ".join(acts))
