// SPDX-License-Identifier: Apache-2.0
/** The cache policy in force: found, asked under a deadline, tripped off, changed. */
@NullMarked
package org.peeredge.dts.store.cache;

import org.jspecify.annotations.NullMarked;
