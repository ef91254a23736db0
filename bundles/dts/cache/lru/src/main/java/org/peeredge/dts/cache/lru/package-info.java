// SPDX-License-Identifier: Apache-2.0
/** The cache policy of type {@code lru}: what was not used for longest goes first. */
@NullMarked
package org.peeredge.dts.cache.lru;

import org.jspecify.annotations.NullMarked;
