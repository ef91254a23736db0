// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store.cache;

import org.peeredge.dts.api.cache.CachePolicy;
import org.peeredge.dts.api.cache.CachePolicyProvider;

/**
 * A policy that knows what is here.
 *
 * @param provider who made it: gone with it
 * @param feed the catalogue that it was told of
 */
record Running(CachePolicyProvider provider, Events.Feed feed, CachePolicy policy) {}
