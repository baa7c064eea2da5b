"""Train or ask one Rasa pipeline, in a process of its own.

``python -m benchmarks.rasa_worker train|ask FOLDER``, where the folder holds
``config.yml``, ``nlu.yml`` and ``texts.json``; what was found is written there too.
It runs in two environments, one of them without this project's packages: nothing but
the standard library and Rasa is imported, unless ``--without-tensorflow`` is given.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import logging
import os
import resource
import sys
import time
import warnings
from pathlib import Path
from typing import Any

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    # The same two, as Rasa calls them.
    "TF_INTRA_OP_PARALLELISM_THREADS": "1",
    "TF_INTER_OP_PARALLELISM_THREADS": "1",
}
"""Environment of a worker: two systems must not be compared on different cores."""

WARM_UP = "hello"
MODEL = "model.tar.gz"
KEPT = ("intent", "intent_ranking", "understanding")
"""Parts of what Rasa found that are written down."""


def resident_mb() -> float:
    """Return the resident memory of this process (without /proc: its peak)."""
    try:
        for line in Path("/proc/self/status").read_text("ascii").splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _stay_on_one_core() -> None:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def _import_rasa(pipeline: list[dict[str, Any]], without_tensorflow: bool) -> None:
    """Import all that the pipeline needs; what it costs is not training or loading."""
    if without_tensorflow:
        from mend import rasa_without_tensorflow

        rasa_without_tensorflow.install()
    import rasa.core.agent
    import rasa.engine.recipes.default_recipe
    import rasa.model_training  # noqa: F401
    import structlog

    for component in pipeline:
        module, _, _ = str(component["name"]).rpartition(".")
        if module:
            importlib.import_module(module)
    # Left to itself it prints each message that it understands.
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR)
    )
    logging.disable(logging.WARNING)


def train(folder: Path) -> dict[str, Any]:
    """Train the pipeline; return what it cost."""
    from rasa.model_training import train_nlu

    began = time.process_time()
    made = train_nlu(
        config=str(folder / "config.yml"),
        nlu_data=str(folder / "nlu.yml"),
        output=str(folder),
        fixed_model_name=MODEL,
    )
    if not made:
        sys.exit("Rasa made no model.")
    return {"train_cpu_s": time.process_time() - began}


def ask(folder: Path) -> dict[str, Any]:
    """Ask the trained pipeline each text; return what it found and what it cost."""
    from rasa.core.agent import Agent
    from rasa.core.channels.channel import UserMessage

    texts = json.loads((folder / "texts.json").read_text("utf-8"))
    began = time.process_time()
    processor = Agent.load(str(folder / MODEL)).processor
    load_cpu_s = time.process_time() - began

    async def parse(text: str) -> dict[str, Any]:
        began = time.process_time()
        # Without a tracker each message is the first of a conversation.
        parsed = await processor.parse_message(UserMessage(text))
        cpu_ms = (time.process_time() - began) * 1000
        return {"cpu_ms": cpu_ms, **{key: parsed.get(key) for key in KEPT}}

    async def parse_all() -> list[dict[str, Any]]:
        await parse(WARM_UP)
        return [await parse(text) for text in texts]

    found = asyncio.run(parse_all())
    return {"load_cpu_s": load_cpu_s, "resident_mb": resident_mb(), "found": found}


def main() -> None:
    """Do one of the two and write what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("train", "ask"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--without-tensorflow", action="store_true")
    options = parser.parse_args()
    folder: Path = options.folder
    os.environ.update(ONE_THREAD)
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ["RASA_CACHE_DIRECTORY"] = str(folder / "cache")
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    if not sys.stderr.isatty():
        os.environ["TQDM_MININTERVAL"] = "30"
    os.environ["SQLALCHEMY_SILENCE_UBER_WARNING"] = "1"
    _stay_on_one_core()
    # Deprecations in pinned packages: nobody who measures can act on them.
    with warnings.catch_warnings(record=True):
        came_of_it = _do(options.what, folder, options.without_tensorflow)
    (folder / f"{options.what}.json").write_text(json.dumps(came_of_it), "utf-8")


def _do(what: str, folder: Path, without_tensorflow: bool) -> dict[str, Any]:
    import yaml

    config = yaml.safe_load((folder / "config.yml").read_text("utf-8"))
    _import_rasa(config["pipeline"], without_tensorflow)
    import_cpu_s = time.process_time()
    came_of_it = (train if what == "train" else ask)(folder)
    return {**came_of_it, "import_cpu_s": import_cpu_s}


if __name__ == "__main__":
    main()
