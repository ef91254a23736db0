// SPDX-License-Identifier: Apache-2.0
/** The node's numbers for Prometheus. */
@NullMarked
package org.peeredge.ops.metrics;

import org.jspecify.annotations.NullMarked;
