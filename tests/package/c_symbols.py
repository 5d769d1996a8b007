#!/usr/bin/python3
"""The symbols of libbylaw_c.so are the functions of bylaw.h, those of the list, and no others: the list is the ABI."""
import pathlib, re, subprocess, sys

source, library = pathlib.Path(sys.argv[1]), sys.argv[2]
listed = [line for line in (source / "tests/package/c_symbols.txt").read_text().splitlines() if line and not line.startswith("#")]
declared = sorted(re.findall(r"BYLAW_API [^(;]*?(bylaw_\w+)\(", (source / "bindings/c/include/bylaw.h").read_text()))
exported = sorted(line.split()[-1].split("@")[0] for line in subprocess.run(["nm", "-D", "--defined-only", library], capture_output=True, text=True, check=True).stdout.splitlines())
for what, found in (("declared in bylaw.h", declared), ("exported", exported)):
    for name in sorted(set(found) ^ set(listed)):
        print(f"{name}: {what}, not listed" if name in found else f"{name}: listed, not {what}")
needed = subprocess.run(["readelf", "-d", library], capture_output=True, text=True, check=True).stdout
assert "libbylaw_c.so.1" in needed, "the SONAME has no ABI version"
print(f"{len(listed)} functions")
sys.exit(0 if declared == exported == listed else 1)
