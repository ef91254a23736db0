// SPDX-License-Identifier: Apache-2.0
/* 64-bit ARM, all of which have NEON: both halves of a byte are looked up in tables of 16. */
#include <arm_neon.h>

struct neon {
    uint8x16_t low, high;
};

#define FORM(name) name##_neon
#define TARGET
#define VECTOR uint8x16_t
#define VECS 2
#define SOURCE struct neon
#define FACTOR struct neon
#define PAIRS 0
HERE(VECTOR) FORM(load)(const uint8_t* p) { return vld1q_u8(p); }
HERE(void) FORM(store)(uint8_t* p, VECTOR v) { vst1q_u8(p, v); }
HERE(VECTOR) FORM(zero)(void) { return vdupq_n_u8(0); }
HERE(VECTOR) FORM(plus)(VECTOR a, VECTOR b) { return veorq_u8(a, b); }
HERE(SOURCE) FORM(prepare)(VECTOR v) {
    return (SOURCE){vandq_u8(v, vdupq_n_u8(15)), vshrq_n_u8(v, 4)};
}
HERE(FACTOR) FORM(factor)(uint8_t f) {
    return (FACTOR){vld1q_u8(nibbles[f]), vld1q_u8(nibbles[f] + 16)};
}
HERE(VECTOR) FORM(add1)(VECTOR a, FACTOR f, SOURCE x) {
    return veorq_u8(veorq_u8(a, vqtbl1q_u8(f.low, x.low)), vqtbl1q_u8(f.high, x.high));
}
#include "gf256_parts.h"
#include "gf256_form.h"
