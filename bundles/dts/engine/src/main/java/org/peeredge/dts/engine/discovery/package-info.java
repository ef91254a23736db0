// SPDX-License-Identifier: Apache-2.0
/**
 * Who holds what in a mesh larger than one node's connections: elected trackers, their summaries,
 * searches. No clock, thread or socket; the same code runs in nodes and in simulations. Decision
 * record 0014.
 */
@org.jspecify.annotations.NullMarked
package org.peeredge.dts.engine.discovery;
