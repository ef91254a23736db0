// SPDX-License-Identifier: Apache-2.0
/* Eight bytes in a word: for any CPU, and no faster than Java. */
#define FORM(name) name##_portable
#define TARGET
#define VECTOR uint64_t
#define VECS 1
#define SOURCE uint64_t
#define FACTOR uint8_t
#define PAIRS 0
HERE(VECTOR) FORM(load)(const uint8_t* p) {
    VECTOR v;
    memcpy(&v, p, sizeof(v));
    return v;
}
HERE(void) FORM(store)(uint8_t* p, VECTOR v) { memcpy(p, &v, sizeof(v)); }
HERE(VECTOR) FORM(zero)(void) { return 0; }
HERE(VECTOR) FORM(plus)(VECTOR a, VECTOR b) { return a ^ b; }
HERE(SOURCE) FORM(prepare)(VECTOR v) { return v; }
HERE(FACTOR) FORM(factor)(uint8_t f) { return f; }
/* Not in line: it would fill half the library. */
__attribute__((noinline)) static VECTOR FORM(add1)(VECTOR a, FACTOR f, SOURCE x) {
    uint64_t product = 0;
    for (int bit = 7; bit >= 0; bit--) {
        uint64_t carry = product >> 7 & 0x0101010101010101u;
        product = (product & 0x7f7f7f7f7f7f7f7fu) << 1 ^ carry * 0x1d;
        product ^= x & (0 - (uint64_t) (f >> bit & 1));
    }
    return a ^ product;
}
#include "gf256_parts.h"
#include "gf256_form.h"
