// SPDX-License-Identifier: Apache-2.0
/** The cache policy of type {@code density}: what is worth least per byte goes first. */
@NullMarked
package org.peeredge.dts.cache.density;

import org.jspecify.annotations.NullMarked;
