// SPDX-License-Identifier: Apache-2.0
/*
 * Forms of x86-64. GFNI multiplies a vector of bytes by a matrix of 8 by 8 bits: a product in one
 * instruction. Others look both halves of a byte up in tables of 16.
 */
#include <immintrin.h>

/* Of each factor the matrix that GF2P8AFFINEQB takes: byte 7 - i gives bit i of the product. */
static uint64_t matrices[256];

static void fill_matrices(void) {
    for (int f = 0; f < 256; f++) {
        uint64_t matrix = 0;
        for (int i = 0; i < 8; i++) {
            for (int b = 0; b < 8; b++) {
                matrix |= (uint64_t) (times(f, 1 << b) >> i & 1) << (8 * (7 - i) + b);
            }
        }
        matrices[f] = matrix;
    }
}

#define FORM(name) name##_gfni512
#define TARGET __attribute__((target("avx512f,avx512bw,gfni")))
#define VECTOR __m512i
#define VECS 4
#define SOURCE __m512i
#define FACTOR __m512i
#define PAIRS 1
#define FIRST(n) ((__mmask64) (((uint64_t) 1 << (n)) - 1))
HERE(VECTOR) FORM(load)(const uint8_t* p) { return _mm512_loadu_si512(p); }
HERE(void) FORM(store)(uint8_t* p, VECTOR v) { _mm512_storeu_si512(p, v); }
HERE(VECTOR) FORM(load_part)(const uint8_t* p, int64_t n, int whole) {
    (void) whole;
    return _mm512_maskz_loadu_epi8(FIRST(n), p);
}
HERE(void) FORM(store_part)(uint8_t* p, VECTOR v, int64_t n) {
    _mm512_mask_storeu_epi8(p, FIRST(n), v);
}
HERE(VECTOR) FORM(zero)(void) { return _mm512_setzero_si512(); }
HERE(VECTOR) FORM(plus)(VECTOR a, VECTOR b) { return _mm512_xor_si512(a, b); }
HERE(SOURCE) FORM(prepare)(VECTOR v) { return v; }
HERE(FACTOR) FORM(factor)(uint8_t f) { return _mm512_set1_epi64((long long) matrices[f]); }
HERE(VECTOR) FORM(add1)(VECTOR a, FACTOR f, SOURCE x) {
    return _mm512_xor_si512(a, _mm512_gf2p8affine_epi64_epi8(x, f, 0));
}
HERE(VECTOR) FORM(add2)(VECTOR a, FACTOR f, SOURCE x, FACTOR g, SOURCE y) {
    __m512i fx = _mm512_gf2p8affine_epi64_epi8(x, f, 0);
    __m512i gy = _mm512_gf2p8affine_epi64_epi8(y, g, 0);
    return _mm512_ternarylogic_epi64(a, fx, gy, 0x96);
}
#include "gf256_form.h"

#define FORM(name) name##_gfni256
#define TARGET __attribute__((target("avx2,gfni")))
#define VECTOR __m256i
#define VECS 2
#define SOURCE __m256i
#define FACTOR __m256i
#define PAIRS 0
HERE(VECTOR) FORM(load)(const uint8_t* p) { return _mm256_loadu_si256((const void*) p); }
HERE(void) FORM(store)(uint8_t* p, VECTOR v) { _mm256_storeu_si256((void*) p, v); }
HERE(VECTOR) FORM(zero)(void) { return _mm256_setzero_si256(); }
HERE(VECTOR) FORM(plus)(VECTOR a, VECTOR b) { return _mm256_xor_si256(a, b); }
HERE(SOURCE) FORM(prepare)(VECTOR v) { return v; }
HERE(FACTOR) FORM(factor)(uint8_t f) { return _mm256_set1_epi64x((long long) matrices[f]); }
HERE(VECTOR) FORM(add1)(VECTOR a, FACTOR f, SOURCE x) {
    return _mm256_xor_si256(a, _mm256_gf2p8affine_epi64_epi8(x, f, 0));
}
#include "gf256_parts.h"
#include "gf256_form.h"

struct avx2 {
    __m256i low, high;
};

#define FORM(name) name##_avx2
#define TARGET __attribute__((target("avx2")))
#define VECTOR __m256i
#define VECS 2
#define SOURCE struct avx2
#define FACTOR struct avx2
#define PAIRS 0
HERE(VECTOR) FORM(load)(const uint8_t* p) { return _mm256_loadu_si256((const void*) p); }
HERE(void) FORM(store)(uint8_t* p, VECTOR v) { _mm256_storeu_si256((void*) p, v); }
HERE(VECTOR) FORM(zero)(void) { return _mm256_setzero_si256(); }
HERE(VECTOR) FORM(plus)(VECTOR a, VECTOR b) { return _mm256_xor_si256(a, b); }
HERE(SOURCE) FORM(prepare)(VECTOR v) {
    __m256i mask = _mm256_set1_epi8(15);
    return (SOURCE){_mm256_and_si256(v, mask),
                    _mm256_and_si256(_mm256_srli_epi64(v, 4), mask)};
}
HERE(FACTOR) FORM(factor)(uint8_t f) {
    const __m128i* tables = (const void*) nibbles[f];
    return (FACTOR){_mm256_broadcastsi128_si256(tables[0]),
                    _mm256_broadcastsi128_si256(tables[1])};
}
HERE(VECTOR) FORM(add1)(VECTOR a, FACTOR f, SOURCE x) {
    VECTOR sum = _mm256_xor_si256(a, _mm256_shuffle_epi8(f.low, x.low));
    return _mm256_xor_si256(sum, _mm256_shuffle_epi8(f.high, x.high));
}
#include "gf256_parts.h"
#include "gf256_form.h"

struct ssse3 {
    __m128i low, high;
};

#define FORM(name) name##_ssse3
#define TARGET __attribute__((target("ssse3")))
#define VECTOR __m128i
#define VECS 2
#define SOURCE struct ssse3
#define FACTOR struct ssse3
#define PAIRS 0
HERE(VECTOR) FORM(load)(const uint8_t* p) { return _mm_loadu_si128((const void*) p); }
HERE(void) FORM(store)(uint8_t* p, VECTOR v) { _mm_storeu_si128((void*) p, v); }
HERE(VECTOR) FORM(zero)(void) { return _mm_setzero_si128(); }
HERE(VECTOR) FORM(plus)(VECTOR a, VECTOR b) { return _mm_xor_si128(a, b); }
HERE(SOURCE) FORM(prepare)(VECTOR v) {
    __m128i mask = _mm_set1_epi8(15);
    return (SOURCE){_mm_and_si128(v, mask), _mm_and_si128(_mm_srli_epi64(v, 4), mask)};
}
HERE(FACTOR) FORM(factor)(uint8_t f) {
    const __m128i* tables = (const void*) nibbles[f];
    return (FACTOR){tables[0], tables[1]};
}
HERE(VECTOR) FORM(add1)(VECTOR a, FACTOR f, SOURCE x) {
    VECTOR sum = _mm_xor_si128(a, _mm_shuffle_epi8(f.low, x.low));
    return _mm_xor_si128(sum, _mm_shuffle_epi8(f.high, x.high));
}
#include "gf256_parts.h"
#include "gf256_form.h"
