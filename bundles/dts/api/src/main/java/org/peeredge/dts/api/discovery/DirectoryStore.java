// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.api.discovery;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Where trackers leave word for each other. The engine has one of its own, in this node's records,
 * which holds what this node itself has heard; a service of this type takes its place, for a tier
 * of nodes that share a store (a NATS key-value bucket, etcd). What is read there is a hint and no
 * more: who is dialled proves its name. So a store that is stale, partitioned or gone costs time,
 * never correctness, and needs no agreement among its nodes.
 *
 * <p>Called by the engine, on its loop: must not block; every method completes its stage on any
 * thread, within seconds, or fails it, which is logged and tried again with the next round. A round
 * comes ten seconds after the start and every ten minutes then. Arrays belong to the receiver.
 */
@ConsumerType
public interface DirectoryStore {
    /** Longest key, in ASCII characters. */
    int MAX_KEY = 128;

    /** Longest value, in bytes. */
    int MAX_VALUE_BYTES = 8 * 1024;

    /**
     * Sets a value, which is forgotten after {@code life} when it is not set again.
     *
     * @param key as {@code tracker/<node id>}
     */
    CompletionStage<Void> put(String key, byte[] value, Duration life);

    /** Removes a value, if it is there. */
    CompletionStage<Void> remove(String key);

    /** Values whose keys begin with {@code prefix} and that are not forgotten; any 256 of more. */
    CompletionStage<Map<String, byte[]>> list(String prefix);
}
