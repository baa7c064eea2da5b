"""What is measured, and how: each module with a `main` is run by the Makefile."""
