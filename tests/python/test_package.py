"""Policies, stores, engines, errors, several processes, stubs."""
import inspect
import os
import pathlib
import pickle
import subprocess
import sys

import conftest
import pandas as pd
import pytest
import typed

import bylaw
from bylaw import _bylaw

host = conftest.source / "examples/host/policy"
package = pathlib.Path(bylaw.__file__).parent


def test_policy():
    policy = bylaw.Policy.load(host)
    assert len(policy.version_hash) == 64 and policy.holds.index.tolist() == ["large_order"]
    assert policy.facts.loc["order.total", ["kind", "detail"]].tolist() == ["money", "USD"]
    again = pickle.loads(pickle.dumps(policy))
    assert again.version_hash == policy.version_hash
    name = next(name for name in policy.texts if name.endswith("holds.bylaw"))
    assert policy.with_text(name, policy.texts[name].replace("1000.00", "2000.00")).version_hash != policy.version_hash
    with pytest.raises(bylaw.FactError, match="has no file"):
        policy.with_text("nothing.bylaw", "")


def test_dicts():
    policy = bylaw.Policy.load(host)
    now = "2026-11-01T00:00:00Z"
    rows = [{"order.id": "A", "order.total": "1000.01 USD", "customer.trusted": False}, {"order": {"id": "B", "total": "1000.00 USD"}, "customer": {"trusted": False}}]
    assert [[hold["rule"] for hold in one["holds"]] for one in policy.decide(rows, now=now)] == [["large_order"], []]
    assert policy.decide(rows[0], now=now)["holds"][0]["reads"]["order.total"] == "1000.01 USD"
    for bad, words in (({"order.total": "5 EUR"}, "row 0: order.total"), ({"order.total": 5.5}, "row 0: order.total: 5.5 is a float"), ({"order.total": True}, "order.total"),
                       ({"order": 1, "order.total": "5 USD"}, "`order` is a value and a record")):
        with pytest.raises(bylaw.FactError) as caught:
            policy.decide([bad], now=now)
        assert words in str(caught.value)
    assert "did you mean `total`" in policy.unknown_facts({"order.totl": "5 USD"})[0]


def test_errors_are_those_of_the_command_line():
    with pytest.raises(bylaw.BylawError, match="cannot be read") as caught:
        bylaw.Policy.load("/no/such/policy")
    assert caught.value.code == "cannot_read"
    with pytest.raises(bylaw.PolicyError) as wrong:
        bylaw.Policy.from_text('policy p { currency USD; time zone "UTC"; }\nhold a { when order.totl > 5.00 USD; reason POLICY "x"; blocks release; release by order_desk; }\n', "p.bylaw")
    assert "error[BY" in str(wrong.value) and "--> p.bylaw:2:" in str(wrong.value) and "did you mean `total`" in str(wrong.value)
    first = wrong.value.diagnostics[0]
    assert first["file"] == "p.bylaw" and first["line"] == 2 and first["severity"] == "error" and first["code"].startswith("BY")
    assert pickle.loads(pickle.dumps(wrong.value)).diagnostics == wrong.value.diagnostics
    with pytest.raises(bylaw.StoreError):
        bylaw.Store("/no/such/store.db")


def test_engine_and_store(tmp_path):
    policy = bylaw.Policy.load(host)
    with bylaw.Engine(policy, tmp_path / "s.db") as engine:
        setup = [{"command": "define_item", "at": "2026-11-01T10:00:00Z", "sku": "TEA"}, {"command": "define_location", "at": "2026-11-01T10:00:00Z", "id": "DC1"},
                 {"command": "receive_stock", "at": "2026-11-01T10:00:00Z", "item": "TEA", "location": "DC1", "quantity": 10}]
        assert [outcome["status"] for outcome in engine.submit(setup)] == ["accepted"] * 3
        order = {"command": "import_order", "at": "2026-11-01T11:00:00Z",
                 "id": "A-1", "channel": "web", "placed": "2026-11-01T11:00:00Z", "currency": "USD", "source": "shop", "customer": {"id": "C1", "trusted": False},
                 "lines": [{"item": "TEA", "quantity": 3, "unit_price": "500.00"}]}
        outcome = engine.submit(order)
        assert outcome["status"] == "accepted", outcome
        assert outcome["state"] == "on_hold"
        # The store is read while the engine is open.
        store = bylaw.Store(tmp_path / "s.db")
        journal = store.journal()
        assert journal["command"].tolist() == ["define_item", "define_location", "receive_stock", "import_order"]
        assert str(journal["at"].dtype) == "datetime64[ns, UTC]" and journal["policy"].iloc[-1] == policy.version_hash
        assert store.journal(after=3)["seq"].tolist() == [4] and len(store.journal(count_max=2)) == 2
        assert "large_order" in store.audit("A-1").to_string()
        assert store.state("A-1") == "on_hold" and store.holds("A-1") == ["large_order"]
        assert len(store.queues()) >= 1 and engine.run_until("2026-11-02T00:00:00Z") is not None
        stock = store.report("stock")
        assert str(stock["units"].dtype) == "Int64"
        assert store.verify()["intact"] is True
        with pytest.raises(bylaw.StoreError, match="report"):
            store.report("nothing")
        with pytest.raises(bylaw.StoreError, match="there is no order or return"):
            store.audit("nobody")
        refused = engine.submit({"command": "order_event", "at": "2026-11-01T11:00:00Z", "order": "A-2", "event": "ship"})
        assert refused["status"] == "refused" and refused["message"]
        with pytest.raises(bylaw.FactError, match="command 0"):
            engine.submit({"command": "fly", "at": "2026-11-01T11:00:00Z"})
        both = [{"command": "define_item", "at": "2026-11-01T12:00:00Z", "sku": "MUG"}, {"command": "order_event", "at": "2026-11-01T12:00:00Z", "order": "A-9", "event": "ship"}]
        assert [outcome["status"] for outcome in engine.submit(both, together=True)] == ["refused", "refused"]
        child = os.fork()
        if child == 0:
            try:
                engine.submit(both)
            except bylaw.StoreError as error:
                engine.close()
                os._exit(7 if error.code == "forked" else 8)
            os._exit(9)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        assert engine.submit(both[0])["status"] == "accepted"
    with bylaw.Engine(host, tmp_path / "s.db") as later:  # whose commands are others than those of before
        assert later.submit({"command": "define_item", "at": "2026-11-02T12:00:00Z", "sku": "CUP"})["status"] == "accepted"
    with pytest.raises(bylaw.StoreError, match="closed"):
        engine.submit(order)
    with bylaw.Engine(policy) as passing:
        passing.submit(setup)
        path = pathlib.Path(passing.path)
        assert path.exists()
    assert not path.exists()
    assert "queues" in bylaw.Store.reports().index


def test_a_fork_leaves_the_store_alone():
    """Whether the child ends at once or in good order."""
    for ending in ("import os; os._exit(0)", "import sys; sys.exit(0)", "engine.close()"):
        script = ("import os, bylaw\n"
                  f"engine = bylaw.Engine({str(host)!r})\n"
                  "item = {'command': 'define_item', 'at': '2026-11-01T10:00:00Z', 'sku': 'A'}\n"
                  "engine.submit(item)\n"
                  "child = os.fork()\n"
                  f"if child == 0:\n    {ending}\n"
                  "else:\n    assert os.waitpid(child, 0)[1] == 0\n"
                  "    assert engine.submit({**item, 'sku': 'B'})['status'] == 'accepted'\n"
                  "    assert engine.store.verify()['intact'] and len(engine.store.journal()) == 2\n    engine.close()\n    print('ok')\n")
        said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(package.parent)})
        assert said.stdout == "ok\n", said.stderr


def test_a_flipped_byte_of_an_index_is_found(tmp_path):
    """The rows are sound and their hashes too; but whoever looks them up by the index does not find them."""
    import sqlite3
    path = tmp_path / "s.db"
    with bylaw.Engine(host, path) as engine:
        engine.submit([{"command": "define_item", "at": "2026-11-01T10:00:00Z", "sku": f"S{i}"} for i in range(300)])
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page, = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'command_subject'").fetchone()
        size, = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    assert bylaw.Store(path).verify()["intact"]
    data = bytearray(path.read_bytes())

    def number(at, width):
        return int.from_bytes(data[at:at + width], "big")
    while data[(page - 1) * size] != 10:  # down to a leaf
        page = number((page - 1) * size + number((page - 1) * size + 12, 2), 4)
    cell = (page - 1) * size + number((page - 1) * size + 8, 2)
    data[cell + 1 + data[cell + 1]] ^= 1  # the first letter, behind the lengths of the entry and of its header
    path.write_bytes(data)
    found = bylaw.Store(path).verify()
    assert not found["intact"] and "index command_subject" in " ".join(found["findings"])


def test_a_store_that_several_threads_ask(tmp_path):
    """Each has the answer to its own question, while the engine goes on writing."""
    import concurrent.futures
    with bylaw.Engine(host, tmp_path / "s.db") as engine, concurrent.futures.ThreadPoolExecutor(4) as threads:
        engine.submit([{"command": "define_item", "at": "2026-11-01T10:00:00Z", "sku": f"S{i}"} for i in range(50)])
        store = bylaw.Store(tmp_path / "s.db")
        asked = [threads.submit(store.journal, i % 50, 1) for i in range(200)] + [threads.submit(store.report, "queues") for _ in range(20)]
        engine.submit([{"command": "define_item", "at": "2026-11-01T10:00:00Z", "sku": f"T{i}"} for i in range(50)])
        assert [answer.result()["seq"].tolist() for answer in asked[:200]] == [[i % 50 + 1] for i in range(200)]
        assert all("queue" in answer.result().columns for answer in asked[200:])


def test_engine_closed_while_threads_submit():
    import itertools, threading
    policy = bylaw.Policy.load(host)
    for _ in range(5):
        engine = bylaw.Engine(policy)
        said = []

        def work(number):
            try:
                for i in itertools.count():
                    engine.submit({"command": "define_item", "at": "2026-11-01T10:00:00Z", "sku": f"S{number}-{i}"})
            except bylaw.StoreError as error:
                said.append(error.code)
        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        engine._simulation.close()
        for thread in threads:
            thread.join()
        assert len(said) == 4
        engine.close()


def test_dask_on_two_processes():
    dask_frame = pytest.importorskip("dask.dataframe")
    distributed = pytest.importorskip("distributed")
    import random
    import bylaw.dask
    r = random.Random(3)
    orders = [typed.order(r) for _ in range(4000)]
    frame, elements = typed.frames(orders, [[typed.line(r) for _ in range(r.randrange(3))] for _ in orders])
    policy = bylaw.Policy.from_text(typed.text)
    columns = {"order.worth": bylaw.minor(), "price": bylaw.minor()}
    expected = policy.decide(frame, lines=elements, key="key", columns=columns, now="2026-03-05T12:00:00Z").to_frame()
    parts = dask_frame.from_pandas(frame, npartitions=4)
    lines = dask_frame.from_delayed([__import__("dask").delayed(elements[elements["key"].isin(parts.get_partition(i).compute()["key"])]) for i in range(4)])
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster, distributed.Client(cluster) as client:
        found = bylaw.dask.decide(policy, parts, lines=lines, key="key", columns=columns, now="2026-03-05T12:00:00Z").compute()
        assert len(client.scheduler_info()["workers"]) == 2
    found = found.reset_index(drop=True)
    pd.testing.assert_frame_equal(found, expected.astype({"rule": str, "state": str, "reason": str, "queue": str}))
    with pytest.raises(ValueError, match="partition both by the key"):
        bylaw.dask.decide(policy, parts, lines=lines.repartition(npartitions=2), key="key")


def test_stubs_are_those_of_the_module():
    """Every name of the compiled part is in its stub, and mypy accepts the package and an example strictly."""
    stub = (package / "_bylaw.pyi").read_text()
    for name, thing in vars(_bylaw).items():
        if name.startswith("__"):
            continue
        assert (f"class {name}:" if inspect.isclass(thing) else f"def {name}(") in stub, name
        for method in (vars(thing) if inspect.isclass(thing) else ()):
            assert method.startswith("_") or f"def {method}(" in stub, f"{name}.{method}"
    pytest.importorskip("mypy")
    example = conftest.source / "bindings/python/examples/threshold.py"
    config = conftest.source / "bindings/python/pyproject.toml"
    said = subprocess.run([sys.executable, "-m", "mypy", "--strict", "--config-file", config, "--cache-dir", "/dev/null", "-p", "bylaw"], capture_output=True, text=True,
                          cwd=package.parent)
    assert said.returncode == 0, said.stdout
    said = subprocess.run([sys.executable, "-m", "mypy", "--strict", "--config-file", config, "--cache-dir", "/dev/null", example], capture_output=True, text=True,
                          cwd=package.parent)
    assert said.returncode == 0, said.stdout


def test_example():
    example = conftest.source / "bindings/python/examples/threshold.py"
    said = subprocess.run([sys.executable, example], capture_output=True, text=True, env={"PYTHONPATH": str(package.parent), "PATH": "/usr/bin"})
    assert said.returncode == 0 and "1200.00 USD" in said.stdout, said.stderr
