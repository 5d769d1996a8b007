"""Every code has a page whose wrong example gives that code and whose right example does not."""
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

root, bin_dir = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
wording = (root / "src/policy/diagnostic/wording.cpp").read_text()
codes = re.findall(r'\{"(BY\d{4})", [EW],', wording)
pages = {p.stem: p for p in (root / "docs/diagnostics").glob("BY*.md")}


def expand(text):
    """`{{3 x ab#}}` is ab0ab1ab2; \\xNN is that byte."""
    def repeat(m):
        return "".join(m.group(2).replace("#", str(i)) for i in range(int(m.group(1))))
    text = re.sub(r"\{\{(\d+) x (.*?)\}\}", repeat, text, flags=re.S)
    raw = text.encode("utf-8")
    return re.sub(rb"\\x([0-9a-f]{2})", lambda m: bytes([int(m.group(1), 16)]), raw)


def codes_of(data, folder):
    (folder / "page.bylaw").write_bytes(data)
    run = subprocess.run([bin_dir / "bylaw", "check", "--format", "json", "page.bylaw"], cwd=folder, capture_output=True, timeout=600)
    return [(d["code"], d["severity"]) for d in json.loads(run.stdout)]


problems = []
if codes != sorted(set(codes)):
    problems.append("codes are not rising, or one stands twice")
sources = "".join(p.read_text() for p in (root / "src").rglob("*.[ch]pp") if p.name != "wording.cpp")
problems += [f"{c}: nothing reports it" for c in codes if f'"{c}"' not in sources]
problems += [f"{c}: reported without words" for c in set(re.findall(r'"(BY\d{4})"', sources)) if c not in codes]
problems += [f"{c}: no page" for c in codes if c not in pages]
problems += [f"{p}: page of a code that nobody reports" for p in pages if p not in codes]
# Codes that no file on a command line can show: a loader without the shipped workflows, a table too large to check.
by_hand = {"BY0428", "BY0457"}
with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    for code in sorted(pages):
        text = pages[code].read_text()
        wrong = re.search(r"## Wrong\n\n```bylaw( generated)?\n(.*?)```", text, re.S)
        right = re.search(r"## Right\n\n```bylaw\n(.*?)```", text, re.S)
        if code in by_hand:
            continue
        if not wrong or not right:
            problems.append(f"{code}: the page lacks an example")
            continue
        data = expand(wrong.group(2)) if wrong.group(1) else wrong.group(2).encode()
        got = codes_of(data, folder)
        if code not in [c for c, _ in got]:
            problems.append(f"{code}: the wrong example gives {got}")
        got = codes_of(right.group(1).encode(), folder)
        if code in [c for c, _ in got] or any(s == "error" for _, s in got):
            problems.append(f"{code}: the right example gives {got}")
for line in problems:
    print(line)
print(f"{len(pages)} pages, {len(problems)} problems")
sys.exit(1 if problems else 0)
