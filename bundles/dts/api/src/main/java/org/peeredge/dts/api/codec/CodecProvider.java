// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.codec;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A codec plugin: a service with the property {@code peeredge.type}, registered when its kernels
 * are warm. Called by the engine on worker threads; may compute but not block. Safe for use by many
 * threads.
 */
@ConsumerType
public interface CodecProvider {
    /** The type, as in the service property and in {@link CodecId#type}. */
    String type();

    /**
     * Checks that this plugin can do {@code id}.
     *
     * @throws IllegalArgumentException with the value that it cannot do
     */
    void check(CodecId id);

    /**
     * How many repair symbols the code with so many source symbols has, whatever their length, so
     * that pulls may choose it: -1 without a limit, 0 when pulls are not to be coded by it. All
     * nodes of a mesh must say the same of a type.
     */
    default int repairSymbols(int sourceSymbols) {
        return 0;
    }

    /** The most memory that one encoder or decoder for {@code id} holds. */
    long workingBytes(CodecId id);

    /**
     * Prepares to make symbols of one group. The engine keeps encoders in a bounded cache, so that
     * a stranger cannot ask for the cost of preparing over and over.
     *
     * @param group the source bytes, readable as long as the encoder is open
     */
    Encoder prepare(CodecId id, GroupSource group);

    /**
     * A decoder for one group.
     *
     * @param groupBytes the group's bytes without padding
     */
    Decoder decoder(CodecId id, int groupBytes);
}
