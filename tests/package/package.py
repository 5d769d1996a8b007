#!/usr/bin/python3
"""Builds the README's host in every way it can be consumed: find_package (static and shared) and
pkg-config against an installed copy, and add_subdirectory against the sources."""
import os, pathlib, shutil, subprocess, sys, tempfile

source, build = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
work = pathlib.Path(tempfile.mkdtemp(prefix="bylaw_package_"))
launcher = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []

def run(*command, **kwargs):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **kwargs)
    if done.returncode != 0:
        print(*command, done.stdout[-3000:], done.stderr[-3000:], sep="\n")
        sys.exit(1)
    return done.stdout

def check(host, where, **kwargs):
    store = work / (where + ".db")
    out = run(host, source / "examples/host/policy", store, **kwargs)
    assert out == "on_hold\n", (where, out)
    print("ok:", where)

def project(name, body):
    folder = work / name
    folder.mkdir()
    (folder / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.25)\nproject(host LANGUAGES C CXX)\n" + body +
                                           f"add_executable(host {source}/examples/host/main.cpp)\ntarget_link_libraries(host PRIVATE bylaw::bylaw)\n")
    return folder

try:
    run("cmake", "--install", build, "--prefix", work / "static")
    folder = project("find_static", "find_package(bylaw 0.1 REQUIRED)\n")
    run("cmake", "-S", folder, "-B", folder / "b", "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={work}/static", *launcher)
    run("cmake", "--build", folder / "b")
    check(folder / "b/host", "find_package")

    pc = next((work / "static").rglob("bylaw.pc"))
    env = dict(os.environ, PKG_CONFIG_PATH=str(pc.parent))
    flags = run("pkg-config", "--static", "--cflags", "--libs", "bylaw", env=env).split()
    run("g++", "-std=c++20", source / "examples/host/main.cpp", "-o", work / "pc_host", *flags)
    check(work / "pc_host", "pkg-config")

    # What is global in the installed archives is ours; and a host with other versions of the same templates is not mixed with it, as it
    # is with the archives of the build tree.
    for archive in sorted((work / "static").rglob("libbylaw*.a")):
        symbols = [line.split() for line in run("readelf", "-sW", archive).splitlines()]
        foreign = {line[7] for line in symbols if len(line) == 8 and line[4] in ("GLOBAL", "WEAK", "UNIQUE") and line[6] not in ("UND", "Ndx") and "bylaw" not in line[7]}
        assert not foreign, (archive, sorted(foreign)[:5])
    said = {}
    for where, libraries in (("installed", pc.parent.parent), ("build tree", build)):
        run("g++", "-std=c++20", "-O2", source / "tests/package/other_versions.cpp", "-o", work / "other", *[flag for flag in flags if flag.startswith("-I")],
            "-L" + str(libraries), *[flag for flag in flags if not flag.startswith(("-I", "-L"))])
        done = subprocess.run([work / "other", source / "examples/online_retail/mapping.yaml"], capture_output=True, text=True)
        said[where] = done.stdout.strip()
    assert said["installed"] == "online_retail", said
    assert "mixed" in said["build tree"], said  # so that the test can fail
    print("ok: a host with another yaml-cpp; not prelinked:", said["build tree"])

    folder = project("subdirectory", f"add_subdirectory({source} bylaw)\n")
    run("cmake", "-S", folder, "-B", folder / "b", "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release", "-DBUILD_SHARED_LIBS=ON",
        "-DBYLAW_WARNINGS_AS_ERRORS=ON", *launcher)  # the flags of our own build, so that ccache knows most of it
    run("cmake", "--build", folder / "b")
    check(folder / "b/host", "add_subdirectory, shared")
    symbols = run("nm", "-DC", "--defined-only", next((folder / "b").rglob("libbylaw.so")))
    foreign = [line for line in symbols.splitlines() if " T " in line and "bylaw" not in line and "_init" not in line and "_fini" not in line]
    assert not foreign, foreign[:5]
    print("ok: only bylaw's own symbols are exported")
finally:
    shutil.rmtree(work, ignore_errors=True)
