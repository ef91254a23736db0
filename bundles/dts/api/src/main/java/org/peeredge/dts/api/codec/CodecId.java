// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.codec;

import java.util.regex.Pattern;

/**
 * Fixes a code completely, so that a symbol's number means the same from any sender.
 *
 * @param type the plugin's type, such as {@code none} or {@code rs}
 * @param sourceSymbols k, at least 1
 * @param repairSymbols how many repair symbols the code has; -1 for a rateless code
 * @param symbolBytes bytes in each symbol; the group is padded with zeros to {@code k *
 *     symbolBytes}
 */
public record CodecId(String type, int sourceSymbols, int repairSymbols, int symbolBytes) {
    /** The largest source block of a transfer: it stays in a cache while it is coded. */
    public static final int MAX_GROUP_BYTES = 1 << 20;

    /**
     * The largest source block of any code; transfers use no more than {@link #MAX_GROUP_BYTES}.
     */
    public static final int MAX_BLOCK_BYTES = 1 << 26;

    private static final Pattern TYPE = Pattern.compile("[a-z0-9]{1,16}");

    /** Checks the bounds that hold for every code; a plugin checks its own. */
    public CodecId {
        if (!TYPE.matcher(type).matches()) {
            throw new IllegalArgumentException("codec type '" + type + "'");
        }
        if (sourceSymbols < 1 || repairSymbols < -1 || symbolBytes < 1) {
            throw new IllegalArgumentException(
                    "codec k="
                            + sourceSymbols
                            + " m="
                            + repairSymbols
                            + " symbol of "
                            + symbolBytes
                            + " bytes");
        }
        if ((long) sourceSymbols * symbolBytes > MAX_BLOCK_BYTES) {
            throw new IllegalArgumentException(
                    "block of "
                            + (long) sourceSymbols * symbolBytes
                            + " bytes, at most "
                            + MAX_BLOCK_BYTES);
        }
    }
}
