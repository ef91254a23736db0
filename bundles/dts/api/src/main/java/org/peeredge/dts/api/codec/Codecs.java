// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.codec;

import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The choice of the codec that this node asks others for, and what is known of the speed of those
 * that are here. Safe for use by many threads.
 */
@ProviderType
public interface Codecs {
    /** Each link's losses decide, and how fast the codecs are. */
    String AUTO = "auto";

    /** Pieces as they are. */
    String NONE = "none";

    /**
     * What was chosen: {@link #AUTO}, {@link #NONE} or a type that need not be here now; from
     * memory, does not block.
     */
    String chosen();

    /**
     * What is in use: as {@link #chosen}, but {@link #NONE} while a chosen type is not here or is
     * tripped off; from memory, does not block.
     */
    String inUse();

    /**
     * Chooses from now on. The choice outlives a restart. Transfers that run go on, with symbols of
     * the codec from their next request.
     *
     * @param type {@link #AUTO}, {@link #NONE}, or the type of a codec plugin that is here
     * @return the change of what is chosen, when it is durable; fails with {@code
     *     IllegalArgumentException}, which names what is here, when there is no such type, with
     *     {@code RetryLaterException} when too much is waiting for the disk, and with the store's
     *     exception when it cannot be kept; what was is then what is
     */
    CompletionStage<Change> use(String type);

    /**
     * Remembers what was measured of a type, in place of what was there.
     *
     * @param type the type of a codec plugin that is here, but {@link #NONE}, which is no code
     * @return ends when it is durable; fails as {@link #use} does
     */
    CompletionStage<Void> measured(String type, CodecSpeed speed);

    /**
     * What was measured, by type, also of types that are not here now; from memory, does not block.
     */
    Map<String, CodecSpeed> measured();

    /** What was and what is chosen. */
    record Change(String before, String after) {}
}
