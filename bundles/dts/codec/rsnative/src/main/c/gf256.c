// SPDX-License-Identifier: Apache-2.0
/*
 * Arithmetic over ranges of memory in GF(2^8) with x^8 + x^4 + x^3 + x^2 + 1 (0x11d), in the fastest
 * form that this CPU has. The functions check nothing: their caller in Java does.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))
#define HERE(type) static inline __attribute__((always_inline)) TARGET type

enum {
    /* Rows summed at once. */
    ROWS = 4,
    /* Bytes of each range done for all rows before the next. */
    RUN = 256,
    /* Sources done at once: RUN bytes of each stay in the first cache, and on the stack. */
    COLS = 128,
    /*
     * More sources than this that are read more than once are first copied to one place: ranges a
     * power of two apart fall on the same few lines of a cache, which holds 8 or 12 such lines.
     */
    FEW = 12
};

/* What a tile is a part of. */
struct product {
    const uint8_t* factors;
    int64_t stride;
    int cols;
    int more;       /* add to what is in dst */
    int64_t before; /* bytes of each range that lie before this part of it */
    const uint8_t* src;
    const int64_t* src_at;
    uint8_t* dst;
    const int64_t* dst_at;
};

/* Of each factor: its products with 0 to 15, then with 0x00, 0x10 to 0xf0. */
static uint8_t nibbles[256][32] __attribute__((aligned(32)));

static uint8_t times(int a, int b) {
    int product = 0;
    for (int bit = 7; bit >= 0; bit--) {
        product = (product << 1 & 0xff) ^ (product >> 7) * 0x1d ^ (b >> bit & 1) * a;
    }
    return (uint8_t) product;
}

#include "gf256_portable.h"
#if defined(__x86_64__)
#include "gf256_x86.h"
#elif defined(__aarch64__)
#include "gf256_neon.h"
#endif

struct form {
    const char* name;
    void (*dot)(const uint8_t*, int, int, const uint8_t*, const int64_t*, uint8_t*, const int64_t*,
                int64_t);
    void (*mul_add)(uint8_t*, const uint8_t*, int64_t, uint8_t);
    void (*mul)(uint8_t*, int64_t, uint8_t);
    void (*xor)(uint8_t*, const uint8_t*, int64_t);
};

#define FORM_OF(name, suffix) {name, dot_##suffix, mul_add_##suffix, mul_##suffix, xor_##suffix}

/* Each better than those before it. */
static const struct form forms[] = {
    FORM_OF("portable", portable),
#if defined(__x86_64__)
    FORM_OF("ssse3", ssse3),
    FORM_OF("avx2", avx2),
    FORM_OF("gfni-256", gfni256),
    FORM_OF("gfni-512", gfni512),
#elif defined(__aarch64__)
    FORM_OF("neon", neon),
#endif
};

enum { FORMS = sizeof(forms) / sizeof(forms[0]) };

static const struct form* chosen = forms;

static int supported(int form) {
#if defined(__x86_64__)
    switch (form) {
        case 0: return 1;
        case 1: return __builtin_cpu_supports("ssse3");
        case 2: return __builtin_cpu_supports("avx2");
        case 3: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("gfni");
        default: return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("gfni");
    }
#else
    return form >= 0;
#endif
}

/* Takes one form, for tests; not while another call runs. Returns 0, or -1 where there is none. */
EXPORT int peeredge_gf256_choose(int form) {
    if (form < 0 || form >= FORMS || !supported(form)) {
        return -1;
    }
    chosen = &forms[form];
    return 0;
}

__attribute__((constructor)) static void start(void) {
    for (int f = 0; f < 256; f++) {
        for (int i = 0; i < 16; i++) {
            nibbles[f][i] = times(f, i);
            nibbles[f][16 + i] = times(f, i << 4);
        }
    }
#if defined(__x86_64__)
    fill_matrices();
    __builtin_cpu_init();
#endif
    for (int form = FORMS - 1; peeredge_gf256_choose(form) != 0; form--) {
    }
}

/* The name of the form in use. */
EXPORT const char* peeredge_gf256_form(void) { return chosen->name; }

/* dst[i] = sum of factors[i * cols + j] * src[j] over j: rows ranges of n bytes out of cols. */
EXPORT void peeredge_gf256_dot(const uint8_t* factors, int rows, int cols, const uint8_t* src,
                               const int64_t* src_at, uint8_t* dst, const int64_t* dst_at,
                               int64_t n) {
    chosen->dot(factors, rows, cols, src, src_at, dst, dst_at, n);
}

/* dst += factor * src */
EXPORT void peeredge_gf256_mul_add(uint8_t* dst, int64_t dst_at, const uint8_t* src, int64_t src_at,
                                   int64_t n, int factor) {
    chosen->mul_add(dst + dst_at, src + src_at, n, (uint8_t) factor);
}

/* dst = factor * dst */
EXPORT void peeredge_gf256_mul(uint8_t* dst, int64_t dst_at, int64_t n, int factor) {
    chosen->mul(dst + dst_at, n, (uint8_t) factor);
}

/* dst += src */
EXPORT void peeredge_gf256_xor(uint8_t* dst, int64_t dst_at, const uint8_t* src, int64_t src_at,
                               int64_t n) {
    chosen->xor(dst + dst_at, src + src_at, n);
}
