// SPDX-License-Identifier: Apache-2.0
/**
 * The published figures: each row is ours beside a peer of the same run, as a ratio with median and
 * spread.
 */
@NullMarked
package org.peeredge.itests.bench;

import org.jspecify.annotations.NullMarked;
