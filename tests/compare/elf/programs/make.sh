#!/bin/sh
# Builds the programs of this folder with Debian's cross compilers (gcc 12).
set -eu
cd "$(dirname "$0")"
for target in x86_64-linux-gnu aarch64-linux-gnu arm-linux-gnueabihf mipsel-linux-gnu; do
    for kind in base moved; do
        place=/build/one/server.c
        [ $kind = base ] || place=/home/somebody/in/a/longer/folder/server.c
        "$target-gcc" -O2 -fPIE -pie "-DPLACE=\"$place\"" -Wl,-z,max-page-size=4096 \
            -Wl,-z,noseparate-code -Wl,--build-id=sha1 -o "$kind-$target" server.c
        "$target-strip" "$kind-$target"
    done
done
