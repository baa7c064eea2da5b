"""How Rasa reads our training files: once."""

from __future__ import annotations

from functools import cached_property

from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.training_data import TrainingData


class ReadOnceImporter(RasaFileImporter):
    """Rasa's importer of files, which keeps the examples that it has read.

    Rasa asks for them once for the domain and once for the training, and its own cache
    takes the two for different questions (one names the language, one does not).
    Whoever gets them merges them with others, which copies them.
    """

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:  # noqa: ARG002
        """Return the examples of all files.

        Args:
            language: not used; our files are English.
        """
        return self._examples

    @cached_property
    def _examples(self) -> TrainingData:
        return super().get_nlu_data()
