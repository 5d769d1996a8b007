#!/usr/bin/python3
"""The hosts of the examples against an outside that fails: an HTTP endpoint that refuses, goes away and comes back while the host is killed
and started again; a reader of changes that is ended and goes on; ports that are answered by files."""
import collections, http.server, json, os, pathlib, random, shutil, signal, subprocess, sys, tempfile, threading, time

root, programs = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
folder = pathlib.Path(tempfile.mkdtemp(prefix="bylaw_integration_"))
policy, store = root / "examples/host/policy", folder / "shop.db"

def command(number, kind, **members):
    return json.dumps({"command_id": f"c-{number}", "command": kind, "at": "2026-11-02T09:00:00Z", **members})

orders = 60
feed = []
for i in range(orders):
    feed.append(command(f"i{i}", "import_order", id=f"A-{i}", source="shop", placed="2026-11-02T08:00:00Z", currency="USD",
                        lines=[{"item": "TEA", "quantity": 1, "unit_price": 10}]))
for i in range(0, orders, 2):
    feed.append(command(f"x{i}", "order_event", by={"user": "u", "role": "order_desk"}, order=f"A-{i}", event="cancel"))
(folder / "feed.jsonl").write_text("\n".join(feed) + "\n")
done = subprocess.run([programs / "bylaw", "run", "--store", store, "--policy", policy, folder / "feed.jsonl"], capture_output=True, text=True)
assert done.returncode == 0, done.stdout[-500:] + done.stderr[-500:]

def query(sql):
    import sqlite3
    return sqlite3.connect(store).execute(sql).fetchall()

messages = query("SELECT seq, subject FROM outbox ORDER BY seq")
assert len(messages) >= orders * 1.5

# --- the reader of changes: ended after every round, it goes on where it was
seen = []
for _ in range(3):
    out = subprocess.run([programs / "cdc_reader", store, folder / "position", "1"], capture_output=True, text=True, check=True).stdout
    seen += [int(line.split()[0]) for line in out.splitlines()]
assert seen == [seq for seq, _ in messages], "the reader of changes left something out"
print(f"changes: {len(seen)} read once each, in order")

# --- the endpoint
received, tried, lock, rng = [], collections.Counter(), threading.Lock(), random.Random(7)
class Endpoint(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with lock:
            # The third time it is taken and answered, so that the end does not hang on luck.
            tried[event["id"]] += 1
            again = tried[event["id"]] > 2
            lucky = again or rng.random() < 0.7
            if lucky:
                received.append((int(event["id"]), event["subject"]))
            # Taken, and yet the answer is lost: the host cannot know.
            lost = lucky and not again and rng.random() < 0.1
        if lost:
            self.connection.close()
            return
        self.send_response(202 if lucky else 503)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *_): pass

if not (programs / "outbox_http").exists():
    sys.exit("outbox_http was not built: libcurl is missing, which `make deps` installs")
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
port = server.server_address[1]
threading.Thread(target=server.serve_forever, daemon=True).start()
deadline = time.time() + 300
kills = 0
while time.time() < deadline:
    host = subprocess.Popen([programs / "outbox_http", store, f"http://127.0.0.1:{port}/", "2"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                            env={**os.environ, "no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1"})
    if kills < 4:
        time.sleep(0.15 + rng.random() * 0.3)
        host.send_signal(signal.SIGKILL)
        host.wait()
        kills += 1
        # Leases of a killed host run out in its own time; here a person would wait half a minute.
        import sqlite3
        db = sqlite3.connect(store); db.execute("UPDATE delivery SET until=0 WHERE state=1"); db.commit(); db.close()
        if kills == 2:
            server.shutdown(); server.server_close()
            time.sleep(0.3)
            server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Endpoint)
            threading.Thread(target=server.serve_forever, daemon=True).start()
        continue
    assert host.wait() == 0, host.stderr.read()
    if not query("SELECT 1 FROM delivery") and query("SELECT position FROM consumer")[0][0] == messages[-1][0]:
        break
assert not query("SELECT 1 FROM delivery"), "not done in time"
got = {number for number, _ in received}
missing = [m for m in messages if m[0] not in got]
assert not missing, f"lost: {missing[:5]}"
first = collections.defaultdict(list)
for number, subject in received:
    if number not in first[subject]:
        first[subject].append(number)
wrong = [s for s, numbers in first.items() if numbers != sorted(numbers)]
assert not wrong, f"out of order: {wrong[:5]}"
print(f"endpoint: {len(messages)} messages, {len(received)} received, none lost, none out of order, {kills} kills")
verified = subprocess.run([programs / "bylaw", "verify", "--store", store], capture_output=True, text=True)
assert verified.returncode == 0, verified.stdout

# --- ports that are answered by files
ports, shop = folder / "ports", folder / "ports.db"
run = lambda: subprocess.run([programs / "ports_host", policy, shop, ports], capture_output=True, text=True, check=True).stdout
said = run()
assert "score: asked 1, answered 0, later 1" in said, said
for question in (ports / "questions").glob("port_score_*.json"):
    asked = json.loads(question.read_text())
    assert asked["kind"] == "fraud" and asked["subject"] == "A-1"
    (ports / "answers" / question.name).write_text('{"facts": {"payment.risk_score": "7"}}')
time.sleep(0.1)
said = run()
assert "score: asked 1, answered 1" in said, said
import sqlite3
assert sqlite3.connect(shop).execute("SELECT value FROM order_fact").fetchall() == [("7",)]
print("ports: asked, answered by a file, known to the order")
shutil.rmtree(folder)
