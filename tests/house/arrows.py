#!/usr/bin/python3
"""The arrows of the house (DESIGN section 1): a module includes lower floors only, never its own
floor (6 excepted); heavy libraries have one user each; public headers stay light."""
import pathlib, re, subprocess, sys

root = pathlib.Path(sys.argv[1])
floors = [["values"], ["policy", "ledger", "workflow", "trade"], ["rulebook", "wire", "catalog"],
          ["orders", "allocation", "returns", "finance", "planning"], ["store"], ["engine"],
          ["report", "testkit", "cli", "config", "bindings"]]
floor_of = {module: number for number, modules in enumerate(floors) for module in modules}
# `trade` speaks of ledger entries in its journal rows: the one arrow inside a floor, stated in docs/architecture.md.
allowed = {("trade", "ledger")}
single_user = {"boost/": {"policy"}, "sqlite3.h": {"store"}, "simdjson.h": {"wire"}, "csv.h": {"wire"}, "re2/": {"policy"},
               "yaml-cpp/": {"config", "testkit"}, "openssl/": {"values"}, "xxhash.h": {"values"}, "date/": {"config"}, "CLI/": {"cli"}}
banned_public = {"memory", "chrono", "functional", "iostream", "filesystem", "regex", "thread", "mutex", "unordered_map"}
problems, files = [], 0
for base, public in ((root / "include/bylaw", True), (root / "src", False)):
    for path in sorted(base.rglob("*.?pp")):
        module = path.relative_to(base).parts[0]
        if module == "bylaw.hpp":
            continue
        files += 1
        if module not in floor_of:
            problems.append(f"{path}: module `{module}` is on no floor")
            continue
        text = path.read_text()
        if len(text.splitlines()) > 500:
            problems.append(f"{path}: more than 500 lines")
        for name in re.findall(r'^#include [<"]([^>"]+)[>"]', text, re.M):
            other = re.match(r"bylaw/(\w+)/", name) or (not public and re.match(r"(\w+)/", name))
            for library, users in single_user.items():
                if name.startswith(library) and module not in users:
                    problems.append(f"{path}: only {sorted(users)} may include <{name}>")
            if public and (name.split("/")[0] not in ("bylaw",) and ("/" in name or name.endswith(".h") or name in banned_public)):
                problems.append(f"{path}: a public header may not include <{name}>")
            if not other or other.group(1) not in floor_of or other.group(1) == module:
                continue
            target = other.group(1)
            down = floor_of[target] < floor_of[module] or floor_of[module] == floor_of[target] == 6
            if not down and (module, target) not in allowed:
                problems.append(f"{path}: floor {floor_of[module]} `{module}` may not include floor {floor_of[target]} `{target}`")
listed = set("CMakeLists.txt include src rules examples tests bindings LICENSE NOTICE README.md CONTRIBUTING.md CHANGELOG.md Makefile "
             "CMakePresets.json cmake docs".split())
# What git does not keep is nobody's business: logs, cores, an editor's files.
kept = subprocess.run(["git", "-C", str(root), "ls-files"], capture_output=True, text=True).stdout.splitlines()
top = {name.split("/")[0] for name in kept} or {entry.name for entry in root.iterdir()}
for entry in (root / name for name in sorted(top)):
    if not entry.name.startswith((".", "build")) and entry.name not in listed:
        problems.append(f"{entry.name} does not belong at the top level")
print("\n".join(problems) or f"{files} files, arrows point down")
sys.exit(1 if problems or files < 50 else 0)
