#!/bin/sh
# Chromium and a Chinese font for the tests of pages: $CHROME, the machine's, Debian's, or npm's.
set -eu
cd "$(dirname "$0")/.."
has_font() { [ -n "$(find /usr/share/fonts /usr/local/share/fonts -iname '*CJK*' 2>/dev/null | head -n 1)" ]; }
[ -n "${CHROME:-}" ] && [ -x "$CHROME" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    packages=""
    [ -x /usr/bin/chromium ] || packages="chromium"
    has_font || packages="$packages fonts-noto-cjk"
    if [ -n "$packages" ]; then
        echo "Installing $packages"
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq && apt-get install -qq -y --no-install-recommends $packages >/dev/null || true
    fi
fi
[ -x /usr/bin/chromium ] && exit 0
exec .venv/bin/python -m local.build.browser
