"""What the end-to-end tests share: running the program, and skipping in clear words."""
import json, pathlib, shutil, subprocess, sys, tempfile

source = pathlib.Path(sys.argv[1])
binaries = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
shared = source.parent / "shared"
work = pathlib.Path(tempfile.mkdtemp(prefix="bylaw_conformance_"))

def bylaw(*arguments, stdin=None):
    return subprocess.run([str(binaries / "bylaw"), *map(str, arguments)], input=stdin, capture_output=True, text=True)

def report(store, name):
    done = bylaw("report", "--store", store, "--format", "json", name)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)

def verify(store):
    done = bylaw("verify", "--store", store)
    assert done.returncode == 0 and done.stdout.endswith("intact\n"), done.stdout + done.stderr
    return done.stdout.split("state ")[1].split()[0]

def need(path):
    if not path.exists():
        print(f"skipped: {path} is not there")
        sys.exit(77)
    return path

def same(what, got, expected):
    assert got == expected, f"{what}: got {got}, expected {expected}"
    print(f"ok: {what} = {got}")

def clean():
    shutil.rmtree(work, ignore_errors=True)
