#!/bin/sh
# Pin requirements/*.in anew, with hashes and without registry addresses.
set -eu
cd "$(dirname "$0")/.."
for list in uv run test bench; do
    set -- --override requirements/overrides.txt
    [ "$list" != bench ] || set --  # that one has TensorFlow
    .venv/bin/uv pip compile --quiet "requirements/$list.in" "$@" --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header \
        --python-version 3.10 --output-file "requirements/$list.txt"
done
