// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.swarm;

/** Units of the swarm's clock. */
final class Time {
    static final long MILLI = 1_000_000L;
    static final long SECOND = 1_000_000_000L;

    private Time() {}
}
