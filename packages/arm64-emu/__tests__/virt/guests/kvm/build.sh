#!/bin/sh
# Builds init from init.c and guest.S, in the folder that is given. Needs gcc-aarch64-linux-gnu and linux-libc-dev-arm64-cross.
set -e
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
aarch64-linux-gnu-gcc -nostdlib -static -Wl,--build-id=none -Ttext=0x40000000 -o guest.elf "$here/guest.S"
aarch64-linux-gnu-objcopy -j .text -O binary guest.elf guest.bin
aarch64-linux-gnu-gcc -Os -ffreestanding -fno-stack-protector -fno-tree-loop-distribute-patterns -nostdlib -static \
  -Wl,--build-id=none -Wl,-z,max-page-size=4096 -Wl,-z,noseparate-code -o init "$here/init.c"
aarch64-linux-gnu-strip init
