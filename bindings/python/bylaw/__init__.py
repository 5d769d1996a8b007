"""Order, stock and return policies as typed text files: decide DataFrames, backtest changes, read stores, simulate.

    import bylaw
    policy = bylaw.Policy.load("policies/")
    held = policy.decide(orders, columns={"order.total": bylaw.minor()}).to_frame()
    bylaw.backtest(policy, "changed/", orders, at="placed", value="order.total", columns={"order.total": bylaw.minor()})

Everything that needs dask is in `bylaw.dask`.
"""
from .backtest import Backtest, backtest
from .columns import Column, minor, named, rounded, whole
from .decisions import Decisions
from .engine import Engine
from .errors import BylawError, FactError, PolicyError, StoreError, UnknownFactWarning
from .policy import Policy
from .store import Store
from .sweep import Sweep, sweep, with_define

__all__ = ["Backtest", "BylawError", "Column", "Decisions", "Engine", "FactError", "Policy", "PolicyError", "Store", "StoreError", "Sweep", "UnknownFactWarning", "backtest", "minor",
           "named", "rounded", "sweep", "whole", "with_define"]
