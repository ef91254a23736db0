#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Compiles the kernel into DIR/linux-<machine>; where that cannot be, says why and makes nothing.
# usage: build.sh DIR      CC=<compiler> takes another one than gcc or cc, such as a cross compiler
set -eu
cd "$(dirname "$0")"
if [ "$(uname -s)" != Linux ]; then
    echo "no native kernel: it is built for Linux only, this is $(uname -s)"
    exit 0
fi
if [ -z "${CC:-}" ]; then
    CC=$(command -v gcc || command -v cc || true)
fi
if [ -z "$CC" ]; then
    echo "no native kernel: there is neither gcc nor cc on the PATH"
    exit 0
fi
machine=$($CC -dumpmachine | cut -d- -f1)
out="$1/linux-$machine/libpeeredge_gf256.so"
if [ -f "$out" ] && [ -z "$(find . -newer "$out" -type f)" ]; then
    exit 0
fi
mkdir -p "$(dirname "$out")"
$CC -std=gnu11 -O3 -Wall -Wextra -Werror -fvisibility=hidden -fPIC -shared -s -o "$out" gf256.c
echo "native kernel: $out, by $CC"
