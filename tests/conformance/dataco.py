#!/usr/bin/python3
"""The DataCo orders: status counts, and the reference's rules R1 and R2 written as policies."""
import gzip, json
from common import *

data = need(shared / "data/dataco/orders_2015_2016.csv.gz")
reference = json.loads((shared / "data/reference.json").read_text())["dataco_dev"]["results"]
csv = work / "orders.csv"
csv.write_bytes(gzip.decompress(data.read_bytes()))
try:
    for rule, policy in (("R1", "r1_status"), ("R2", "r2_transfer")):
        store = work / f"{rule}.db"
        example = source / "examples/dataco"
        done = bylaw("import", "--store", store, "--policy", example / "policy" / f"{policy}.bylaw", "--mapping", example / "mapping.yaml", "--json", csv)
        assert done.returncode == 0, done.stderr[-2000:]
        verify(store)
        same(f"{rule}: orders", json.loads(done.stdout)["orders"], reference["orders"])
        attributes = {(row["attribute"], row["value"]): row["orders"] for row in report(store, "attributes")}
        for status, count in reference["by_status"].items():
            same(f"{rule}: {status}", attributes[("order.status", status)], count)
        states = {row["state"]: row["orders"] for row in report(store, "orders")}
        if rule == "R1":
            same("R1: released automatically", states["released"], reference["R1_auto_release_count"])
        else:
            same("R2: held", states["on_hold"], reference["R2_hold_if_TRANSFER"]["held"])
            caught = bylaw("report", "--store", store, "--format", "json", "held_attributes")
            fraud = [row["orders"] for row in json.loads(caught.stdout) if row["value"] == "SUSPECTED_FRAUD"]
            same("R2: fraud caught", fraud[0], reference["R2_hold_if_TRANSFER"]["fraud_caught"])
            same("R2: precision", round(fraud[0] / states["on_hold"], 6), reference["R2_hold_if_TRANSFER"]["precision"])
            same("R2: share released", round(states["released"] / 41763, 6), reference["R2_hold_if_TRANSFER"]["auto_release_share"])
finally:
    clean()
