#!/usr/bin/python3
"""Bad input: one clear sentence with place and remedy, a non-zero exit, and a store that is as it was."""
import os, subprocess
from common import *

example = source / "examples/online_retail"
head = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
row = "536365,22423,CAKE STAND,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom\n"
mapping = (example / "mapping.yaml").read_text()
try:
    store = work / "s.db"
    good = work / "good.csv"
    good.write_text(head + row)

    def importing(text, into=store, mapping_text=mapping):
        bad = work / "bad.csv"
        bad.write_bytes(text if isinstance(text, bytes) else text.encode())
        (work / "mapping.yaml").write_text(mapping_text)
        return bylaw("import", "--store", into, "--policy", example / "policy", "--mapping", work / "mapping.yaml", bad)

    done = importing(head + row)
    assert done.returncode == 0, done.stderr
    state = verify(store)
    cases = {
        "truncated file": (head + row + "536366,22423,CAKE", ":3:", "cut off"),
        "wrong encoding": (head.encode() + row.encode() + b"1,A,\xa3 VOUCHER,1,2010-12-01 08:26:00,1,,UK\n", ":3:", "iconv"),
        "a column missing": (head.replace("Quantity", "Qty") + row, ":1:", "`Quantity` is missing"),
        "quotes unbalanced": (head + row + '1,A,"open,1,2010-12-01 08:26:00,1,,UK\n' + row, ":3:", "never closed"),
        "no number": (head + row + row.replace("2.55", "2,55"), ":3:", "fields"),
        "not a number": (head + row + row.replace("2.55", "abc"), ":3 (UnitPrice):", "not a number"),
        "no such date": (head + row + row.replace("2010-12-01", "2010-02-30"), ":3 (InvoiceDate):", "not a time that exists"),
        "empty file": ("", ":1:", "empty"),
        "a 100 MB line": (head.encode() + b"x" * 100_000_000, ":2:", "longer than 1 MB"),
    }
    for name, (text, place, words) in cases.items():
        done = importing(text)
        assert done.returncode == 1, name
        message = [line for line in done.stderr.splitlines() if line.startswith("bylaw: ") and "line break" not in line]
        assert len(message) == 1 and place in message[0] and words in done.stderr and "(" in message[0], (name, done.stderr[-500:])
        assert verify(store) == state, name
        print("ok:", name, "->", message[0][:150])

    done = importing(head + row, mapping_text=mapping.replace("currency: GBP", "currency: GBX"))
    assert done.returncode == 1 and "not an ISO 4217 currency" in done.stderr and "mapping.yaml:4" in done.stderr, done.stderr
    done = importing(head + row, mapping_text=mapping.replace("source:", "sauce:"))
    assert done.returncode == 1 and "`sauce` is not known here" in done.stderr, done.stderr
    done = importing(head + row, mapping_text=mapping + "\n  - broken: [")
    assert done.returncode == 1 and "not YAML" in done.stderr, done.stderr
    print("ok: bad mappings")

    # A store that another process holds: it holds it once it has answered, which it does without waiting for more commands.
    holder = subprocess.Popen([binaries / "bylaw", "run", "--store", store, "--policy", example / "policy"], text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    for line, status in (('{"command": "define_item", "command_id": "held", "sku": "TEA", "at": "2011-12-31T00:00:00Z"}', "accepted"),
                         ('{"command": "define_itam", "command_id": "typo", "sku": "TEA", "at": "2011-12-31T00:00:00Z"}', "refused")):
        print(line, file=holder.stdin, flush=True)
        answer = json.loads(holder.stdout.readline())
        assert (answer["command_id"], answer["status"]) == (json.loads(line)["command_id"], status), answer
    done = importing(head + row)
    assert done.returncode == 1 and "another program holds this store" in done.stderr, done.stderr
    holder.communicate()
    assert holder.returncode == 1, holder.returncode
    done = importing(head + row)
    assert done.returncode == 0, done.stderr
    print("ok: a held store, and commands that are answered as they come")

    # A read-only folder, as somebody who is not root; a file that is no store; a missing store.
    readonly = work / "readonly"
    readonly.mkdir()
    command = [binaries / "bylaw", "run", "--store", readonly / "s.db", "--policy", example / "policy"]
    os.chmod(work, 0o755)
    os.chmod(readonly, 0o555)
    try:
        who = {"user": "nobody"} if os.geteuid() == 0 else {}
        done = subprocess.run(command, input="", capture_output=True, text=True, **who)
        assert done.returncode == 1 and "cannot be" in done.stderr, done.stderr
        print("ok: a read-only folder")
    except PermissionError:
        print("skipped: a read-only folder (`nobody` may not reach this build)")
    other = work / "other.db"
    other.write_text("this is no database, whatever its name says, and it is long enough to be looked at\n" * 20)
    done = importing(head + row, into=other)
    assert done.returncode == 1 and "not a Bylaw store" in done.stderr, done.stderr
    done = bylaw("report", "--store", work / "none.db")
    assert done.returncode == 1 and "cannot be opened" in done.stderr, done.stderr
    done = bylaw("report", "--store", store, "nothing")
    assert done.returncode == 2 and "reports are" in done.stderr, done.stderr
    done = bylaw("frobnicate")
    assert done.returncode == 2, done.returncode
    print("ok: no store, no report, no command")

    # A full disk: a small file system of our own.
    disk = work / "disk"
    disk.mkdir()
    if os.geteuid() == 0 and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", disk], capture_output=True).returncode == 0:
        try:
            many = "".join(row.replace("536365", str(600000 + i)) for i in range(3000))
            done = importing(head + many, into=disk / "s.db")
            assert done.returncode == 1 and "the disk is full" in done.stderr, done.stderr[-300:]
            verify(disk / "s.db") if (disk / "s.db").exists() and (disk / "s.db").stat().st_size > 0 else None
            print("ok: a full disk")
        finally:
            subprocess.run(["umount", disk])
    else:
        print("skipped: a full disk (no right to mount)")
finally:
    clean()
