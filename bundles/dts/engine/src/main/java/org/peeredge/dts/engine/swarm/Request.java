// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

/**
 * A piece asked of a source.
 *
 * @param softNanos from then on another source may be asked as well
 * @param deadlineNanos then it is taken back
 */
record Request(int piece, Source source, long sentNanos, long softNanos, long deadlineNanos) {}
