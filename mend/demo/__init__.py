"""`mend demo`: an empty Mend is filled with made-up visitors, to look at and to try."""
