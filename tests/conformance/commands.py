#!/usr/bin/python3
"""docs/commands: a page per command, whose example can be read, and every code that commands really came to is on its page."""
import json, pathlib, re, sqlite3, subprocess, sys, tempfile

root, bylaw = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]) / "bylaw"
pages = {p.stem: p.read_text() for p in (root / "docs/commands").glob("*.md")}
common = (root / "docs/commands.md").read_text()
problems = []

names = re.search(r"constexpr std::array names = \{.*?\"define_item\".*?\};", (root / "src/trade/names.cpp").read_text(), re.S).group(0)
kinds = set(re.findall(r'"(\w+)"', names)) - {"fire_timer"}
problems += [f"{kind}: no page" for kind in sorted(kinds - set(pages))]
problems += [f"{kind}: a page of no command" for kind in sorted(set(pages) - kinds)]
problems += [f"{kind}: not in commands.md" for kind in sorted(kinds) if f"(commands/{kind}.md)" not in common]

def codes_of(page):
    return {code for row in re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", page, re.M) for code in re.findall(r"`(\w+)`", row)}

shared = codes_of(common)
with tempfile.TemporaryDirectory() as folder:
    # Every example, through the engine: it may be refused, but not for its form.
    examples = []
    for kind, page in sorted(pages.items()):
        examples += re.findall(r"^```json\n(\{.*?\})\n```$", page, re.M | re.S)
    known = {json.loads(e)["command"] for e in examples}
    problems += [f"{kind}: no example" for kind in sorted(kinds - known)]
    feed = pathlib.Path(folder) / "feed.jsonl"
    feed.write_text("\n".join(examples) + "\n")
    stores = []
    runs = [(root / "examples/retailer/policy", [feed])]
    for log in sorted((root / "tests/golden/events").glob("*.jsonl")):
        runs.append((root / "tests/golden/events", [log]))
    for number, (policy, feeds) in enumerate(runs):
        store = pathlib.Path(folder) / f"{number}.db"
        said = subprocess.run([bylaw, "run", "--store", store, "--policy", policy, *feeds], capture_output=True, text=True)
        sent = sum(len(pathlib.Path(f).read_text().splitlines()) for f in feeds)
        if said.returncode not in (0, 1) or len(said.stdout.splitlines()) < sent:
            problems.append(f"{policy}: code {said.returncode}, {len(said.stdout.splitlines())} outcomes of {sent} commands")
        for line in said.stdout.splitlines():
            if json.loads(line)["code"] in ("bad_command", "bad_json"):
                problems.append(f"an example cannot be read: {line}")
        stores.append(store)
    seen = set()
    for store in stores:
        seen |= set(sqlite3.connect(store).execute("SELECT DISTINCT kind, code FROM command WHERE kind != 'fire_timer'").fetchall())
for kind, code in sorted(seen):
    if code not in codes_of(pages.get(kind, "")) | shared:
        problems.append(f"{kind}: came to `{code}`, which its page does not list")
print("\n".join(problems))
print(f"{len(pages)} pages, {len(seen)} pairs of command and code seen, {len(problems)} problems")
sys.exit(1 if problems else 0)
