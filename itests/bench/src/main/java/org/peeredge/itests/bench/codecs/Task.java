// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

/** What is done with a block, again and again. */
enum Task {
    /** All repair symbols are made of the source symbols. */
    ENCODE,
    /** The block is restored when random symbols are lost, others each time. */
    DECODE,
    /** {@link #ENCODE} by Hadoop's coder in Java. */
    HADOOP,
    /** {@link #ENCODE} by ISA-L. */
    ISAL,
    /** Each of k random symbols is copied over another one. */
    COPY,
    /** Each of k random symbols is added to another one. */
    XOR;

    /**
     * Prepares it for blocks of {@code code}.
     *
     * @throws IllegalStateException when the results are wrong
     */
    Runnable open(Code code) {
        return switch (this) {
            case ENCODE -> Coding.open(code)::encode;
            case DECODE -> Coding.open(code)::decode;
            case HADOOP -> new Hadoop(code)::encode;
            case ISAL -> new Isal(code)::encode;
            case COPY -> new Symbols(code)::copy;
            case XOR -> new Symbols(code)::xor;
        };
    }
}
