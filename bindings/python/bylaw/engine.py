"""The engine in memory, for simulations: the same code that runs orders in a host."""
from __future__ import annotations

import itertools
import json
import os
import shutil
import tempfile
import uuid
import weakref
from typing import Any, Iterable, Mapping, Optional, Union

from . import _bylaw
from .policy import Moment, Policy, as_policy, document_of, moment_ms
from .store import Store


def _remove(folder: str, process: int) -> None:
    if os.getpid() == process:
        shutil.rmtree(folder, ignore_errors=True)


class Engine:
    """Runs commands by a policy. Without a path the store is a file of its own that goes with the engine. Time is that of the
    commands: clocks that are due before a command fire before it. With `simulated=False` it is a host's engine: the system's
    time is recorded, and clocks fire when `run_until` is called now and then. Any number of threads may submit; it does not
    survive a fork. Use it in a `with` block, or call `close`."""

    def __init__(self, policy: Union[Policy, str, os.PathLike[str]], path: Optional[Union[str, os.PathLike[str]]] = None, *, now: Optional[Moment] = None, simulated: bool = True) -> None:
        self.path = os.fspath(path) if path is not None else os.path.join(tempfile.mkdtemp(prefix="bylaw_"), "simulation.db")
        # The folder goes with the engine of the process that made it, and not with a copy that a fork has.
        self._clean = weakref.finalize(self, _remove, os.path.dirname(self.path), os.getpid()) if path is None else None
        self._simulation = _bylaw.Simulation(as_policy(policy)._compiled, self.path, moment_ms(now) if now is not None else 0, simulated)
        self._numbers = itertools.count(1)
        # A store that others have written to has the ids of their commands.
        self._prefix = "simulation" if path is None else f"simulation:{uuid.uuid4().hex[:12]}"

    def submit(self, commands: Union[Mapping[str, Any], Iterable[Mapping[str, Any]]], *, together: bool = False) -> Any:
        """Submits one command (a dict, as docs/commands.md describes them) or several in one commit; returns their outcomes: dicts
        with `status`, `code`, `message`, `subject`, `state`. A command without `command_id` gets one. A refused command is an outcome.
        `together`: all of them or none, as `batch` on the command line.
        Raises FactError for a command that cannot be read, StoreError when the store fails."""
        group = [commands] if isinstance(commands, Mapping) else list(commands)
        texts = [json.dumps({"command_id": f"{self._prefix}:{next(self._numbers)}", **document_of(command)}) for command in group]
        outcomes = [json.loads(text) for text in self._simulation.submit(texts, together)]
        return outcomes[0] if isinstance(commands, Mapping) else outcomes

    def run_until(self, now: Moment) -> list[dict[str, Any]]:
        """Fires every clock that is due until then, in order; returns their outcomes."""
        return [json.loads(text) for text in self._simulation.run_until(moment_ms(now))]

    @property
    def store(self) -> Store:
        """What the engine has written so far, for reading."""
        return Store(self.path)

    def close(self) -> None:
        """Ends the engine; a store without a path goes with it."""
        self._simulation.close()
        if self._clean is not None:
            self._clean()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
