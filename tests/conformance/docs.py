"""Runs what the documents show. In a document,

```bylaw file=x.bylaw   writes a file into the document's own folder;
```bylaw                is a policy that must check without errors;
```yaml file=x          writes a file;
```console              runs each line after `$ ` in that folder and compares what it prints (`...` stands for anything).
"""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

root, bin_dir = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
env = dict(os.environ, PATH=f"{bin_dir}:{os.environ['PATH']}")
documents = ["docs/language.md", "docs/tutorial.md", "docs/testing.md", "docs/allocation.md", "docs/returns.md", "docs/facts.md", "README.md"]
problems, ran = [], 0


def same(wanted, got):
    pattern = ".*?".join(re.escape(part) for part in wanted.rstrip("\n").split("..."))
    return re.fullmatch(pattern, got.rstrip("\n"), re.S) is not None


for name in documents:
    text = (root / name).read_text()
    with tempfile.TemporaryDirectory() as folder:
        for match in re.finditer(r"^```(\w+)([^\n]*)\n(.*?)^```$", text, re.S | re.M):
            kind, info, body = match.groups()
            line = text[: match.start()].count("\n") + 1
            file = re.search(r"file=(\S+)", info)
            if file:
                Path(folder, file.group(1)).write_text(body)
            elif kind == "bylaw":
                ran += 1
                Path(folder, "block.bylaw").write_text(body)
                run = subprocess.run(["bylaw", "check", "block.bylaw"], cwd=folder, env=env, capture_output=True, text=True)
                if run.returncode != 0:
                    problems.append(f"{name}:{line}: {run.stdout}{run.stderr}")
            elif kind == "console":
                for command, wanted in re.findall(r"^\$ ([^\n]*)\n((?:(?!\$ )[^\n]*\n)*)", body, re.M):
                    ran += 1
                    run = subprocess.run(["bash", "-c", command], cwd=folder, env=env, capture_output=True, text=True, timeout=120)
                    if not same(wanted, run.stdout + run.stderr):
                        problems.append(f"{name}:{line}: `{command}` printed\n{run.stdout}{run.stderr}")
# The grammar that docs/language.md prints is the one that its examples parse by.
checker = root.parent / "shared" / "check_grammar.py"
if checker.exists():
    run = subprocess.run(["/usr/bin/python3", checker, root / "docs/language.md"], capture_output=True, text=True)
    sound = run.returncode == 0 and "undefined: []" in run.stdout and not re.search("^(FAIL|clash)", run.stdout, re.M)
    if not sound:
        problems.append(run.stdout + run.stderr)
for problem in problems:
    print(problem)
print(f"{ran} examples, {len(problems)} problems")
sys.exit(1 if problems or ran < 12 else 0)
