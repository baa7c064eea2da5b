"""Embeddings of training examples on disk, so that training again is quick."""

from __future__ import annotations

import hashlib
import logging
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from mend.understanding.encoder import DIMENSIONS, Encoder, Vectors

logger = logging.getLogger(__name__)

LIMIT = 40_000
"""Most embeddings kept on disk (60 MB): more than there are examples."""


class EmbeddingCache:
    """A folder of embeddings.

    Only hashes of texts are stored, and one file belongs to one encoder.

    Args:
        folder: where to keep the files; made when needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def encode(self, encoder: Encoder, texts: Sequence[str]) -> Vectors:
        """Return embeddings, computing only those that are not stored yet.

        Args:
            encoder: the encoder in use.
            texts: tidied training examples.
        """
        file = self._folder / f"{encoder.checksum[:16]}.npz"
        keys = [_key(encoder, text) for text in texts]
        known = _read_cache(file)
        missing = {
            key: text for key, text in zip(keys, texts, strict=True) if key not in known
        }
        if missing:
            started = time.monotonic()
            vectors = encoder.encode(list(missing.values()))
            known.update(zip(missing, vectors, strict=True))
            logger.info(
                "Encoded %d new examples in %.1f s.",
                len(missing),
                time.monotonic() - started,
            )
            self._write(file, known, keep_first=keys)
        if not texts:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        return np.stack([known[key] for key in keys])

    def _write(
        self, file: Path, known: Mapping[str, Vectors], keep_first: Sequence[str]
    ) -> None:
        order = list(dict.fromkeys([*keep_first, *known]))[:LIMIT]
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                dir=self._folder, suffix=".part", delete=False
            ) as part:
                np.savez(
                    part,
                    keys=np.array(order),
                    vectors=np.stack([known[key] for key in order]),
                )
            Path(part.name).replace(file)
        except OSError as error:
            # The cache only saves time: training goes on without it.
            logger.warning("Embeddings could not be stored: %s", error.strerror)


def _key(encoder: Encoder, text: str) -> str:
    return hashlib.sha256(f"{encoder.checksum}\n{text}".encode()).hexdigest()


def _read_cache(file: Path) -> dict[str, Vectors]:
    try:
        with np.load(file, allow_pickle=False) as stored:
            keys, vectors = stored["keys"], stored["vectors"]
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, BadZipFile, EOFError):
        logger.warning("The stored embeddings are damaged; computing them again.")
        return {}
    if vectors.ndim != 2 or vectors.shape != (len(keys), DIMENSIONS):
        return {}
    return dict(zip(keys.tolist(), vectors.astype(np.float32), strict=True))
