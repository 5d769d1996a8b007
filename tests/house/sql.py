#!/usr/bin/python3
"""SQL is built of constants only: every statement that is put together from pieces stands here with the reason why no text from outside
gets into it. Whoever adds one has to say so."""
import pathlib, re, sys

root = pathlib.Path(sys.argv[1])
# file -> how many statements are put together, and of what
known = {
    "src/store/store.cpp": (4, "names of journal tables, from an array of constants"),
    "src/store/chain.cpp": (2, "names of journal tables"),
    "src/store/control.cpp": (1, "a condition chosen among four constants"),
    "src/store/deliveries.cpp": (2, "a constant list of columns"),
    "src/store/schema.cpp": (1, "numbers of the schema"),
    "src/store/supplies.cpp": (4, "constant lists of columns"),
    "src/store/record.cpp": (1, "a constant expression, of claims.hpp"),
    "src/store/verify_rows.cpp": (2, "constant queries that are compared; a constant expression, of claims.hpp"),
}
found = {}
pattern = re.compile(r"(?:Statement\b[^;]*?|execute\(|query\(|sqlite3_exec\(|sqlite3_prepare\w*\()[^;]*?\.c_str\(\)", re.S)
for path in sorted((root / "src").rglob("*.cpp")):
    text = re.sub(r"//[^\n]*", "", path.read_text())
    hits = [h for h in pattern.findall(text) if "c_str" in h]
    if hits:
        found[str(path.relative_to(root))] = len(hits)
problems = [f"{name}: {count} statements are put together, {known.get(name, (0, ''))[0]} are known" for name, count in found.items()
            if count != known.get(name, (0, ""))[0]]
problems += [f"{name}: listed, and puts none together" for name in known if name not in found]
print("\n".join(problems))
print(f"{len(found)} files put statements together, {len(problems)} problems")
sys.exit(1 if problems else 0)
