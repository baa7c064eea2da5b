#!/bin/sh
# Make sure that browser tests find a Chromium: Debian's, installed when we are root.
set -eu
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser tests ..."
    apt-get update -qq >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        chromium fonts-dejavu-core >/dev/null
    exit 0
fi
echo "No Chromium found: the browser tests will be skipped. Install it with your
system's packages (Debian: apt-get install chromium) and try again." >&2
[ "${CI:-}" = true ] && exit 1
exit 0
