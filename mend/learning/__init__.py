"""From what staff corrected to reviewed training examples in ``data/``."""
