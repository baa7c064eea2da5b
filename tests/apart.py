"""Run in a thread of its own: browser tests leave an event loop in the main one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def run_apart(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function in a new thread and return what it returns."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(function, *arguments).result()


def await_apart(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine to its end in a new thread and return its result."""
    return run_apart(asyncio.run, coroutine)
