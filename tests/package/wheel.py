#!/usr/bin/python3
"""Builds the wheel without any index, installs it into a fresh virtual environment, and uses it there: away from the sources."""
import os, pathlib, shutil, subprocess, sys, tempfile

source = pathlib.Path(sys.argv[1])
work = pathlib.Path(tempfile.mkdtemp(prefix="bylaw_wheel_"))

def run(*command, where=work, **kwargs):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, cwd=where, **kwargs)
    if done.returncode != 0:
        print(*command, done.stdout[-3000:], done.stderr[-3000:], sep="\n")
        sys.exit(1)
    return done.stdout

try:
    # With the flags of our own build, so that ccache knows the library already, and nothing left in the sources: `--pip` takes the
    # README's way instead, which builds everything.
    folder = source / "bindings/python"
    if "--pip" in sys.argv:
        run("/usr/bin/python3", "-m", "pip", "wheel", "--no-index", "--no-build-isolation", "--no-deps", "-w", work, folder)
    else:
        run("/usr/bin/python3", "setup.py", "--quiet", "egg_info", "--egg-base", work, "build", "--build-base", work / "b", "bdist_wheel", "-d", work, where=folder,
            env={**os.environ, "CMAKE_ARGS": "-DBYLAW_WARNINGS_AS_ERRORS=ON"})
    wheel = next(work.glob("bylaw-*.whl"))
    print("ok: built", wheel.name)
    run("/usr/bin/python3", "-m", "venv", "--system-site-packages", work / "venv")
    run(work / "venv/bin/pip", "install", "--no-index", "--quiet", wheel)
    where = run(work / "venv/bin/python", "-c", "import bylaw; print(bylaw.__file__)").strip()
    assert where.startswith(str(work / "venv")), where
    out = run(work / "venv/bin/python", source / "bindings/python/examples/threshold.py")
    assert "treated differently" in out and "1200.00 USD" in out, out
    print("ok: installed in a clean environment, and used")
finally:
    shutil.rmtree(work, ignore_errors=True)
