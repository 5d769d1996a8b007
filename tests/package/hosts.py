#!/usr/bin/python3
"""The hosts of examples/hosts, built and run as their readers would: all say the same. Java and Node are left out where they are not
installed, unless --all asks for them."""
import pathlib, shutil, subprocess, sys, tempfile

source, build = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
hosts = source / "examples/hosts"
work = pathlib.Path(tempfile.mkdtemp(prefix="bylaw_hosts_"))
warnings = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-std=c11", "-D_GNU_SOURCE"]
library = ["-I", source / "bindings/c/include", "-L", build, "-lbylaw_c", f"-Wl,-rpath,{build}"]
expected = "decided: large_order\ncolumns: free held free\norder A-1: on_hold\norder A-1: released\nbad policy: BY0321\n"

def run(*command, **kwargs):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **kwargs)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout

def check(name, *command):
    said = run(*command)
    assert said == expected, (name, said)
    print("ok:", name)

def lacks(name, *programs):
    missing = [program for program in programs if not program or not (shutil.which(str(program)) or pathlib.Path(program).exists())]
    assert not missing or "--all" not in sys.argv, (name, missing)
    if missing:
        print(f"left out: {name} (not installed)")
    return bool(missing)

try:
    policy = source / "examples/host/policy"
    run("cc", *warnings, hosts / "c/host.c", "-o", work / "host", *library)
    check("C", work / "host", policy, work / "c.db")
    check("Python, ctypes", "/usr/bin/python3", hosts / "python/host.py", policy, work / "python.db", build / "libbylaw_c.so")
    homes = sorted(pathlib.Path("/usr/lib/jvm").glob("java-17-openjdk*/include/jni.h"))
    home = homes[0].parents[1] if homes else pathlib.Path("/usr/lib/jvm/java-17-openjdk-amd64")
    if not lacks("Java 17, JNI", home / "bin/javac", home / "include/jni.h"):
        run(home / "bin/javac", "-Xlint:all", "-Werror", "-d", work, hosts / "java/Bylaw.java")
        run("cc", *warnings, "-shared", "-fPIC", "-I", home / "include", "-I", home / "include/linux", hosts / "java/bylaw_jni.c", "-o", work / "libbylaw_jni.so", *library)
        check("Java 17, JNI", home / "bin/java", "-Xcheck:jni", f"-Djava.library.path={work}", "-cp", work, "Bylaw", policy, work / "java.db")
    node = shutil.which("node")
    header = next((path for path in (pathlib.Path(node).resolve().parents[1] / "include/node/node_api.h" if node else None, pathlib.Path("/usr/include/node/node_api.h"))
                   if path and path.exists()), "node_api.h")
    if not lacks("Node, Node-API", "node", header):
        run("cc", *[w for w in warnings if w != "-Wpedantic"], "-shared", "-fPIC", "-isystem", pathlib.Path(header).parent, hosts / "node/binding.c", "-o", work / "bylaw.node", *library)
        check(f"Node {run('node', '--version').strip()}, Node-API", "node", hosts / "node/host.js", policy, work / "node.db", work)
finally:
    shutil.rmtree(work, ignore_errors=True)
