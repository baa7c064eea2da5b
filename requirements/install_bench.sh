#!/bin/sh
# Make the environment of `make bench-understanding`: install_bench.sh FOLDER
# The whole of Rasa, TensorFlow included, from bench.txt with hashes. A stamp tells the
# next call that there is nothing to do. `make setup` must have made .venv before.
set -eu
cd "$(dirname "$0")/.."
folder=$1
stamp="$folder/.installed-$(cksum < requirements/bench.txt | tr ' ' '-')"
[ -e "$stamp" ] && exit 0

say() { printf '%s\n' "$*"; }
fail() { say "$*" >&2; exit 1; }

free_mb=$(df -Pm . | awk 'NR == 2 { print $4 }')
[ "$free_mb" -ge 4000 ] || fail "Only $free_mb MB free here; Rasa with TensorFlow needs 4000 MB. Free some space and try again."
say "Installing Rasa with TensorFlow into $folder (2.5 GB, once) ..."
rm -rf "$folder"
mkdir -p "$(dirname "$folder")"
.venv/bin/uv venv --quiet --python .venv/bin/python "$folder" || fail "The environment could not be made (see above)."
VIRTUAL_ENV=$folder .venv/bin/uv pip install --quiet --no-deps --require-hashes -r requirements/bench.txt || fail \
    "Rasa with TensorFlow could not be installed (see above). If the network is down, try again when it is back; nothing else needs it.
TensorFlow 2.12 has no packages for some machines (ARM, Windows); there this comparison cannot be made."
: > "$stamp"
