#!/bin/sh
# Pin requirements/*.in anew, with hashes and without registry addresses.
set -eu
cd "$(dirname "$0")/.."
for list in uv run test; do
    .venv/bin/uv pip compile --quiet "requirements/$list.in" \
        --override requirements/overrides.txt --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header \
        --python-version 3.10 --output-file "requirements/$list.txt"
done
