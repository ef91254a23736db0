// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.codec.CodecId;

/**
 * What stands before the bytes of symbols.
 *
 * @param first number of the first symbol
 * @param count how many follow
 * @param receipt room for the sender's half of a delivery receipt; empty, or at most 1,024 bytes
 */
public record SymbolsHeader(
        Digest digest, int group, CodecId codec, int first, int count, byte[] receipt) {}
