// SPDX-License-Identifier: Apache-2.0
/*
 * Of forms without masks for bytes: the bytes of a part are the last ones of their vector, as it
 * can mostly be loaded whole from a little before. No guard, as the form has none.
 */
HERE(VECTOR) FORM(load_part)(const uint8_t* p, int64_t n, int whole) {
    int64_t before = (int64_t) sizeof(VECTOR) - n;
    if (whole) {
        return FORM(load)(p - before);
    }
    uint8_t bytes[sizeof(VECTOR)] = {0};
    memcpy(bytes + before, p, (size_t) n);
    return FORM(load)(bytes);
}
HERE(void) FORM(store_part)(uint8_t* p, VECTOR v, int64_t n) {
    uint8_t bytes[sizeof(VECTOR)];
    FORM(store)(bytes, v);
    memcpy(p, bytes + sizeof(VECTOR) - n, (size_t) n);
}
HERE(VECTOR) FORM(add2)(VECTOR a, FACTOR f, SOURCE x, FACTOR g, SOURCE y) {
    return FORM(add1)(FORM(add1)(a, f, x), g, y);
}
