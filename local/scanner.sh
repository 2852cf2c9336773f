#!/bin/sh
# clamd for the tests of the virus scan: the machine's, else Debian's package, unpacked into
# build/clamav. Nothing is installed on the machine, no service starts, no signatures are fetched.
set -eu
cd "$(dirname "$0")/.."
folder=build/clamav
{ [ -x /usr/sbin/clamd ] || [ -x "$folder/usr/sbin/clamd" ]; } && exit 0
command -v apt-get >/dev/null || { echo "No clamd and no apt: the virus scan is not tested"; exit 0; }
[ "$(id -u)" = 0 ] && apt-get update -qq || true
wanted() {
    apt-get install -s --no-install-recommends clamav-daemon 2>/dev/null |
        awk '/^Inst/ {print $2}' | grep -E '^(clamav-daemon|lib)' || true
}
packages=$(wanted)
[ -n "$packages" ] || { echo "apt knows no clamav-daemon: the virus scan is not tested"; exit 0; }
echo "Fetching clamd"
rm -rf "$folder" "$folder.new" && mkdir -p "$folder.new"
(
    cd "$folder.new"
    # As root apt would hand the download to its own user, who may not write here.
    apt-get download -qq -o APT::Sandbox::User=root $packages
    for file in *.deb; do dpkg-deb -x "$file" . && rm "$file"; done
) && mv "$folder.new" "$folder" || echo "clamd could not be fetched: the virus scan is not tested"
