#!/bin/sh
# The engine of the image's tests, from Debian; needs root. Does nothing when it is there.
set -eu
for program in buildah mmdebstrap crun; do
    command -v "$program" >/dev/null || missing="${missing:-} $program"
done
[ -z "${missing:-}" ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "Missing for the tests of the image:$missing" >&2
    exit 0
fi
echo "Installing$missing"
apt-get update -qq
# shellcheck disable=SC2086 (each word is a package)
apt-get install -qq -y --no-install-recommends $missing >/dev/null
