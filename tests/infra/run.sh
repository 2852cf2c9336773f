#!/bin/sh
# The stages of the infrastructure: all of them, or of a part: tests/infra/run.sh tests/infra/helm
#
# The roots wait most of their time for the provider's own pauses, so the others run beside
# them. What counts lost requests comes last and alone: a busy machine loses some by itself.
set -eu
cd "$(dirname "$0")/../.."
part=${1:-tests/infra}
roots=tests/infra/terraform/test_roots.py
rolling=tests/infra/rolling
log=build/infra-work/roots.log

stage() {
    echo ".venv/bin/python -m pytest $*"
    .venv/bin/python -m pytest "$@"
}

case $part in
tests/infra) ;;
$rolling*) stage "$part" --durations 5; exit ;;
*) stage "$part" -n 3 --dist loadfile --durations 15 --ignore $rolling; exit ;;
esac

mkdir -p "${log%/*}"
.venv/bin/python -m pytest $roots --durations 3 >$log 2>&1 &
waiting=$!
trap 'kill $waiting 2>/dev/null' EXIT
failed=0
stage $part -n 2 --dist loadfile --durations 15 --ignore $roots --ignore $rolling || failed=1
wait $waiting || failed=1
trap - EXIT
cat $log
stage $rolling --durations 5 || failed=1
exit $failed
