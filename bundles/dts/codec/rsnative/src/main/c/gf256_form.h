// SPDX-License-Identifier: Apache-2.0
/*
 * The kernel in one instruction set: included once for each, so without a guard. Takes and
 * undefines these:
 *
 *   FORM(name)      the name with the form's suffix
 *   TARGET          attribute of functions that use the instructions
 *   VECTOR, VECS    a vector; ROWS by VECS sums fit into the registers beside the rest
 *   SOURCE, FACTOR  what source bytes and a factor are made into before they are multiplied
 *   PAIRS           whether add2 is better than add1 twice
 *
 * and these functions: load, store; zero, plus; prepare (to SOURCE), factor (to FACTOR);
 * add1(a, f, x) = a + f x, add2(a, f, x, g, y); load_part and store_part of n bytes, fewer than a
 * vector has: load_part may read all of a vector that ends where the n bytes end where that is
 * said to be allowed, and only store_part need know where in the vector they are.
 */
#define WIDTH ((int64_t) sizeof(VECTOR))
#define UNROLL _Pragma("GCC unroll 8")

/* A few rows of a few vectors: the inner loop. Rows, vecs and part are constants where it is used. */
HERE(void) FORM(tile)(int rows, int vecs, int part, const struct product* p, int64_t i, int64_t n) {
    int whole = p->before + i + n >= WIDTH;
    VECTOR sum[ROWS][VECS];
    UNROLL for (int r = 0; r < rows; r++) {
        UNROLL for (int v = 0; v < vecs; v++) {
            const uint8_t* at = p->dst + p->dst_at[r] + i + v * WIDTH;
            sum[r][v] = !p->more ? FORM(zero)() : part ? FORM(load_part)(at, n, 0) : FORM(load)(at);
        }
    }
    int j = 0;
    for (; PAIRS && j + 1 < p->cols; j += 2) {
        SOURCE x[VECS], y[VECS];
        UNROLL for (int v = 0; v < vecs; v++) {
            const uint8_t* a = p->src + p->src_at[j] + i + v * WIDTH;
            const uint8_t* b = p->src + p->src_at[j + 1] + i + v * WIDTH;
            x[v] = FORM(prepare)(part ? FORM(load_part)(a, n, whole) : FORM(load)(a));
            y[v] = FORM(prepare)(part ? FORM(load_part)(b, n, whole) : FORM(load)(b));
        }
        UNROLL for (int r = 0; r < rows; r++) {
            FACTOR f = FORM(factor)(p->factors[r * p->stride + j]);
            FACTOR g = FORM(factor)(p->factors[r * p->stride + j + 1]);
            UNROLL for (int v = 0; v < vecs; v++) {
                sum[r][v] = FORM(add2)(sum[r][v], f, x[v], g, y[v]);
            }
        }
    }
    for (; j < p->cols; j++) {
        SOURCE x[VECS];
        UNROLL for (int v = 0; v < vecs; v++) {
            const uint8_t* a = p->src + p->src_at[j] + i + v * WIDTH;
            x[v] = FORM(prepare)(part ? FORM(load_part)(a, n, whole) : FORM(load)(a));
        }
        UNROLL for (int r = 0; r < rows; r++) {
            FACTOR f = FORM(factor)(p->factors[r * p->stride + j]);
            UNROLL for (int v = 0; v < vecs; v++) {
                sum[r][v] = FORM(add1)(sum[r][v], f, x[v]);
            }
        }
    }
    UNROLL for (int r = 0; r < rows; r++) {
        UNROLL for (int v = 0; v < vecs; v++) {
            uint8_t* at = p->dst + p->dst_at[r] + i + v * WIDTH;
            if (part) {
                FORM(store_part)(at, sum[r][v], n);
            } else {
                FORM(store)(at, sum[r][v]);
            }
        }
    }
}

HERE(void) FORM(strip)(int rows, const struct product* p, int64_t n) {
    int64_t i = 0;
    for (; i + VECS * WIDTH <= n; i += VECS * WIDTH) {
        FORM(tile)(rows, VECS, 0, p, i, WIDTH);
    }
    for (; i + WIDTH <= n; i += WIDTH) {
        FORM(tile)(rows, 1, 0, p, i, WIDTH);
    }
    if (i < n) {
        FORM(tile)(rows, 1, 1, p, i, n - i);
    }
}

__attribute__((noinline)) TARGET static void FORM(strips)(int rows, const struct product* p, int64_t n) {
    switch (rows) {
        case 1: FORM(strip)(1, p, n); break;
        case 2: FORM(strip)(2, p, n); break;
        case 3: FORM(strip)(3, p, n); break;
        default: FORM(strip)(ROWS, p, n); break;
    }
}

/* Where a part of a vector is copied, bytes before it may be overwritten too. */
TARGET static void FORM(copy)(uint8_t* dst, const uint8_t* src, int64_t n, int whole) {
    int64_t i = 0;
    for (; i + WIDTH <= n; i += WIDTH) {
        FORM(store)(dst + i, FORM(load)(src + i));
    }
    if (i < n && whole) {
        FORM(store)(dst + n - WIDTH, FORM(load)(src + n - WIDTH));
    } else if (i < n) {
        memcpy(dst + i, src + i, (size_t) (n - i));
    }
}

TARGET static void FORM(dot)(const uint8_t* factors, int rows, int cols, const uint8_t* src,
                             const int64_t* src_at, uint8_t* dst, const int64_t* dst_at,
                             int64_t n) {
    uint8_t packed[WIDTH + COLS * RUN] __attribute__((aligned(64)));
    int64_t packed_at[COLS];
    for (int j = 0; j < COLS; j++) {
        packed_at[j] = WIDTH + j * RUN;
    }
    for (int64_t i = 0; i < n; i += RUN) {
        int64_t here = n - i < RUN ? n - i : RUN;
        int first = 0;
        do {
            int some = cols - first < COLS ? cols - first : COLS;
            struct product p = {factors + first, cols,           some,    first > 0, i,
                                src + i,         src_at + first, dst + i, dst_at};
            if (rows > ROWS && some > FEW) {
                for (int j = 0; j < some; j++) {
                    FORM(copy)(packed + packed_at[j], src + src_at[first + j] + i, here,
                               i + here >= WIDTH);
                }
                p.before = WIDTH;
                p.src = packed;
                p.src_at = packed_at;
            }
            for (int row = 0; row < rows; row += ROWS) {
                FORM(strips)(rows - row, &p, here);
                p.factors += (int64_t) ROWS * cols;
                p.dst_at += ROWS;
            }
            first += some;
        } while (first < cols);
    }
}

TARGET static void FORM(mul_add)(uint8_t* dst, const uint8_t* src, int64_t n, uint8_t by) {
    FACTOR f = FORM(factor)(by);
    int64_t i = 0;
    UNROLL for (; i + WIDTH <= n; i += WIDTH) {
        SOURCE x = FORM(prepare)(FORM(load)(src + i));
        FORM(store)(dst + i, FORM(add1)(FORM(load)(dst + i), f, x));
    }
    if (i < n) {
        SOURCE x = FORM(prepare)(FORM(load_part)(src + i, n - i, n >= WIDTH));
        VECTOR sum = FORM(add1)(FORM(load_part)(dst + i, n - i, n >= WIDTH), f, x);
        FORM(store_part)(dst + i, sum, n - i);
    }
}

TARGET static void FORM(mul)(uint8_t* dst, int64_t n, uint8_t by) {
    FACTOR f = FORM(factor)(by);
    int64_t i = 0;
    UNROLL for (; i + WIDTH <= n; i += WIDTH) {
        SOURCE x = FORM(prepare)(FORM(load)(dst + i));
        FORM(store)(dst + i, FORM(add1)(FORM(zero)(), f, x));
    }
    if (i < n) {
        SOURCE x = FORM(prepare)(FORM(load_part)(dst + i, n - i, n >= WIDTH));
        FORM(store_part)(dst + i, FORM(add1)(FORM(zero)(), f, x), n - i);
    }
}

TARGET static void FORM(xor)(uint8_t* dst, const uint8_t* src, int64_t n) {
    int64_t i = 0;
    UNROLL for (; i + WIDTH <= n; i += WIDTH) {
        FORM(store)(dst + i, FORM(plus)(FORM(load)(dst + i), FORM(load)(src + i)));
    }
    if (i < n) {
        VECTOR sum = FORM(plus)(FORM(load_part)(dst + i, n - i, n >= WIDTH), FORM(load_part)(src + i, n - i, n >= WIDTH));
        FORM(store_part)(dst + i, sum, n - i);
    }
}

#undef WIDTH
#undef UNROLL
#undef FORM
#undef TARGET
#undef VECTOR
#undef VECS
#undef SOURCE
#undef FACTOR
#undef PAIRS
