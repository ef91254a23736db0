// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.flow;

/**
 * A token bucket that may go into debt: whoever comes while it is not in debt takes all that he
 * needs, and the next one waits until that is paid. So a rate below a piece a second is kept, and
 * what is left unused is forgotten but for {@link #BURST_NANOS} of it. Pure: time comes in.
 */
final class Bucket {
    /** More than the time between two looks, so that none of the rate is lost between them. */
    static final long BURST_NANOS = 100_000_000;

    private static final double SECOND = 1e9;

    private double bytesPerSecond;
    private double bytes;
    private long atNanos;

    Bucket(double bytesPerSecond, long nowNanos) {
        this.bytesPerSecond = bytesPerSecond;
        this.atNanos = nowNanos;
    }

    double rate() {
        return bytesPerSecond;
    }

    /** Another rate from now on; debts stay, as they were incurred. */
    void rate(double newBytesPerSecond, long nowNanos) {
        fill(nowNanos);
        // The time that a debt takes stays, or a far lower rate would wait for minutes.
        if (bytes < 0) {
            bytes *= newBytesPerSecond / bytesPerSecond;
        }
        bytesPerSecond = newBytesPerSecond;
        bytes = Math.min(bytes, most());
    }

    /** Whether something may go now. */
    boolean open(long nowNanos) {
        fill(nowNanos);
        return bytes >= 0;
    }

    /** Takes, whatever is there; a negative number gives back. */
    void spend(long count, long nowNanos) {
        fill(nowNanos);
        bytes = Math.min(bytes - count, most());
    }

    /** How long until {@link #open}. */
    long nanosToOpen(long nowNanos) {
        fill(nowNanos);
        return bytes >= 0 ? 0 : (long) Math.ceil(-bytes * SECOND / bytesPerSecond);
    }

    private double most() {
        return bytesPerSecond * BURST_NANOS / SECOND;
    }

    private void fill(long nowNanos) {
        long since = Math.max(0, nowNanos - atNanos);
        atNanos = Math.max(atNanos, nowNanos);
        bytes = Math.min(bytes + bytesPerSecond * since / SECOND, most());
    }
}
