// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.codec;

/**
 * How fast a codec is on this node: one thread, bytes of the block per second, at a block of which
 * a third of all symbols are repair symbols.
 *
 * @param encodeBytesPerSecond making all repair symbols of a block; 1 or more
 * @param decodeBytesPerSecond restoring a block that lost as many source symbols; 1 or more
 */
public record CodecSpeed(long encodeBytesPerSecond, long decodeBytesPerSecond) {
    /**
     * Checks.
     *
     * @throws IllegalArgumentException with the value that is no speed
     */
    public CodecSpeed {
        check("encodeBytesPerSecond", encodeBytesPerSecond);
        check("decodeBytesPerSecond", decodeBytesPerSecond);
    }

    private static void check(String what, long bytesPerSecond) {
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException(what + " " + bytesPerSecond + ", not 1 or more");
        }
    }
}
