// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.codec.raptorq;

import java.nio.ByteBuffer;

/**
 * What a receiver has to know of a whole object (RFC 6330 sections 3.3.2 and 3.3.3), 12 bytes when
 * encoded.
 *
 * @param transferLength F, bytes of the object
 * @param symbolBytes T, a multiple of {@code alignment}
 * @param sourceBlocks Z
 * @param subBlocks N, parts of each source block
 * @param alignment Al
 */
record ObjectTransmissionInformation(
        long transferLength, int symbolBytes, int sourceBlocks, int subBlocks, int alignment) {
    /** Bytes of the encoded form. */
    static final int SIZE_BYTES = 12;

    /** 255 blocks of K'_max symbols of 65,535 bytes (erratum 5548). */
    static final long MAX_TRANSFER_LENGTH = 942_574_504_275L;

    /**
     * Checks that the fields can be encoded and fit each other.
     *
     * @throws IllegalArgumentException with the values
     */
    ObjectTransmissionInformation {
        check("transfer length", transferLength, 1, MAX_TRANSFER_LENGTH);
        check("symbol bytes", symbolBytes, 1, 0xffff);
        check("source blocks", sourceBlocks, 1, 0xff);
        check("sub-blocks", subBlocks, 1, 0xffff);
        check("alignment", alignment, 1, 0xff);
        if (symbolBytes % alignment != 0) {
            throw new IllegalArgumentException(
                    "symbols of " + symbolBytes + " bytes, not a multiple of " + alignment);
        }
        check("sub-blocks", subBlocks, 1, symbolBytes / alignment);
        long symbols = ceil(transferLength, symbolBytes);
        check("source blocks", sourceBlocks, 1, symbols);
        check("symbols of a block", ceil(symbols, sourceBlocks), 1, Parameters.MAX_SOURCE_SYMBOLS);
    }

    private static void check(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    what + " " + value + ", not " + least + " to " + most);
        }
    }

    private static long ceil(long a, long b) {
        return (a + b - 1) / b;
    }

    /**
     * The parameters that section 4.3 suggests.
     *
     * @param payloadBytes P', the most bytes of symbols in a packet; T is the largest multiple of
     *     {@code alignment} that is not larger
     * @param alignment Al
     * @param subSymbolUnits SS, the least size of a sub-symbol, in units of {@code alignment}
     * @param decoderBytes WS, the most memory that a sub-block may need
     * @throws IllegalArgumentException where there are none
     */
    static ObjectTransmissionInformation derive(
            long transferLength,
            int payloadBytes,
            int alignment,
            int subSymbolUnits,
            long decoderBytes) {
        check("payload bytes", payloadBytes, Math.max(1, alignment), 0xffff);
        check("alignment", alignment, 1, 0xff);
        int symbolBytes = payloadBytes - payloadBytes % alignment;
        check("sub-symbol units", subSymbolUnits, 1, symbolBytes / alignment);
        check("transfer length", transferLength, 1, MAX_TRANSFER_LENGTH);
        long symbols = ceil(transferLength, symbolBytes);
        int mostSubBlocks = symbolBytes / (subSymbolUnits * alignment);
        int most = symbolsPerBlock(mostSubBlocks, symbolBytes, alignment, decoderBytes);
        long blocks = ceil(symbols, most);
        check("source blocks", blocks, 1, 0xff);
        int subBlocks = 1;
        while (ceil(symbols, blocks)
                > symbolsPerBlock(subBlocks, symbolBytes, alignment, decoderBytes)) {
            subBlocks++;
        }
        return new ObjectTransmissionInformation(
                transferLength, symbolBytes, (int) blocks, subBlocks, alignment);
    }

    /** KL(n). */
    private static int symbolsPerBlock(
            int subBlocks, int symbolBytes, int alignment, long decoderBytes) {
        long subSymbol = alignment * ceil(symbolBytes, (long) alignment * subBlocks);
        int symbols = Parameters.largestKPrime(decoderBytes / subSymbol);
        check("symbols of a block in " + decoderBytes + " bytes", symbols, 1, Integer.MAX_VALUE);
        return symbols;
    }

    /** Kt, the object's symbols. */
    int symbols() {
        return (int) ceil(transferLength, symbolBytes);
    }

    /** How symbols fall into source blocks. */
    Partition blocks() {
        return Partition.of(symbols(), sourceBlocks);
    }

    /** How units of {@link #alignment} of a symbol fall into sub-symbols. */
    Partition subSymbols() {
        return Partition.of(symbolBytes / alignment, subBlocks);
    }

    /** The encoded form: common, then scheme-specific. */
    byte[] toBytes() {
        return ByteBuffer.allocate(SIZE_BYTES)
                .put((byte) (transferLength >>> 32))
                .putInt((int) transferLength)
                .put((byte) 0)
                .putShort((short) symbolBytes)
                .put((byte) sourceBlocks)
                .putShort((short) subBlocks)
                .put((byte) alignment)
                .array();
    }

    /**
     * Reads the encoded form; the reserved byte is ignored.
     *
     * @throws IllegalArgumentException for a wrong length or fields that do not fit each other
     */
    static ObjectTransmissionInformation of(byte[] bytes) {
        check("bytes of transmission information", bytes.length, SIZE_BYTES, SIZE_BYTES);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        long high = in.get() & 0xffL;
        long length = (high << 32) | (in.getInt() & 0xffff_ffffL);
        in.get();
        return new ObjectTransmissionInformation(
                length,
                in.getShort() & 0xffff,
                in.get() & 0xff,
                in.getShort() & 0xffff,
                in.get() & 0xff);
    }
}
