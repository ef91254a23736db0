// SPDX-License-Identifier: Apache-2.0
/** Counters and gauges in memory. */
@NullMarked
package org.peeredge.kernel.node.metrics;

import org.jspecify.annotations.NullMarked;
