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
# Shapes that LLVM gives functions, with data or functions in another order.
out=$(mktemp -d)
for name in aarch64 aarch64-rest first second; do
    aarch64-linux-gnu-gcc -c "paths-$name.S" -o "$out/$name.o"
done
for name in mipsel mipsel-words mipsel-start; do
    mipsel-linux-gnu-gcc -fPIC -c "paths-$name.S" -o "$out/$name.o"
done
link="-shared -z max-page-size=4096 -z noseparate-code --build-id=sha1"
for kind in base moved; do
    data="$out/first.o $out/second.o" code="$out/mipsel.o $out/mipsel-words.o"
    [ $kind = base ] || data="$out/second.o $out/first.o" code="$out/mipsel-words.o $out/mipsel.o"
    aarch64-linux-gnu-ld $link -o "$kind-paths-aarch64" "$out/aarch64.o" "$out/aarch64-rest.o" $data
    mipsel-linux-gnu-ld $link -o "$kind-paths-mipsel" "$out/mipsel-start.o" $code
    aarch64-linux-gnu-strip "$kind-paths-aarch64"
    mipsel-linux-gnu-strip "$kind-paths-mipsel"
done
rm -r "$out"
