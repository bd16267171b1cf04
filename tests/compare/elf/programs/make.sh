#!/bin/sh
# Builds the programs of this folder with Debian's cross compilers (gcc 12) and clang 16.
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
# clang keeps the pointer to the table of addresses in registers of its choice.
for kind in base moved; do
    place=/build/one/server.c
    [ $kind = base ] || place=/home/somebody/in/a/longer/folder/server.c
    clang-16 --target=mipsel-linux-gnu -O2 -fPIE -pie "-DPLACE=\"$place\"" \
        -Wl,-z,max-page-size=4096 -Wl,-z,noseparate-code -Wl,--build-id=sha1 \
        -o "$kind-mipsel-clang" server.c
    mipsel-linux-gnu-strip "$kind-mipsel-clang"
done
for target in x86_64-linux-gnu aarch64-linux-gnu arm-linux-gnueabihf mipsel-linux-gnu; do
    for kind in base moved changed; do
        place=/build/one/module.c when='Jan  1 2020 10:11:12' limit=40
        [ $kind != moved ] || place=/home/somebody/in/a/longer/folder/module.c when='Feb 22 2021 20:21:22'
        [ $kind != changed ] || limit=41
        pic=-fno-pic
        [ $target != mipsel-linux-gnu ] || pic='-fno-pic -mno-abicalls'
        [ $target != arm-linux-gnueabihf ] || pic='-fno-pic -marm'
        "$target-gcc" -O2 $pic -ffreestanding "-DPLACE=\"$place\"" "-DWHEN=\"$when\"" -DLIMIT=$limit \
            -fno-asynchronous-unwind-tables -c -o "module-$kind-$target.o" module.c
        "$target-strip" --strip-debug "module-$kind-$target.o"
    done
done
