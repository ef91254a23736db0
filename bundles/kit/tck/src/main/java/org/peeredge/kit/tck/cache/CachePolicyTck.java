// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kit.tck.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.cache.CachePolicy;
import org.peeredge.dts.api.cache.CachePolicyProvider;
import org.peeredge.dts.api.cache.CachedBlob;
import org.peeredge.kit.tck.Residue;
import org.peeredge.kit.tck.Swaps;

/**
 * The contract of {@link CachePolicy}. A policy's test extends this and says how its provider is
 * made; tests of what it prefers are its own.
 */
public abstract class CachePolicyTck {
    private static final long MIB = 1 << 20;
    private static final int MANY = 100_000;

    /** For subclasses. */
    protected CachePolicyTck() {}

    /** A new provider, as its component would be after activation. */
    protected abstract CachePolicyProvider provider();

    private CachePolicy policy() {
        return provider().create(100 * MIB);
    }

    /** Nothing is here: nothing is dropped. */
    @Test
    public void dropsNothingOfNothing() {
        assertEquals(List.of(), policy().victims(1, d -> true));
    }

    /** Thousands of requests: what is named may be dropped, is enough, and is named once. */
    @Test
    public void namesEnoughAndOnlyWhatItMay() {
        for (int seed = 0; seed < 20; seed++) {
            CacheLoad load = new CacheLoad(seed, 100 * MIB);
            load.serve(policy(), 3_000);
            assertFalse(load.dropped().isEmpty(), "seed " + seed);
        }
    }

    /** The same calls give the same answers, also from another instance. */
    @Test
    public void isDeterministic() {
        for (int seed = 0; seed < 10; seed++) {
            CacheLoad one = new CacheLoad(seed, 100 * MIB);
            CacheLoad other = new CacheLoad(seed, 100 * MIB);
            one.serve(policy(), 2_000);
            other.serve(policy(), 2_000);
            assertEquals(one.dropped(), other.dropped(), "seed " + seed);
        }
    }

    /** Asking changes nothing. */
    @Test
    public void askingChangesNothing() {
        CachePolicy policy = policy();
        new CacheLoad(1, 100 * MIB).serve(policy, 1_000);
        List<Digest> before = policy.victims(50 * MIB, d -> true);
        policy.victims(MIB, d -> false);
        policy.admits(CacheLoad.blob(5_000, MIB, 9));
        assertEquals(before, policy.victims(50 * MIB, d -> true));
    }

    /** What is pinned, removed or unknown is not named; all that may go is named when needed. */
    @Test
    public void knowsWhatIsHere() {
        CachePolicy policy = policy();
        for (int i = 0; i < 10; i++) {
            policy.stored(CacheLoad.blob(i, MIB, i));
        }
        policy.used(CacheLoad.digest(77), 11);
        policy.removed(CacheLoad.digest(78));
        policy.removed(CacheLoad.digest(4));
        Digest pinned = CacheLoad.digest(3);
        List<Digest> all = policy.victims(Long.MAX_VALUE, d -> !d.equals(pinned));
        assertEquals(8, all.size());
        assertFalse(all.contains(pinned));
        assertFalse(all.contains(CacheLoad.digest(4)));
        for (Digest digest : all) {
            policy.removed(digest);
        }
        assertEquals(List.of(pinned), policy.victims(1, d -> true));
    }

    /** A blob told again with other facts is one blob. */
    @Test
    public void takesChangedFacts() {
        CachePolicy policy = policy();
        policy.stored(CacheLoad.blob(1, MIB, 1));
        policy.stored(new CachedBlob(CacheLoad.digest(1), 2 * MIB, 5, 3, 1, 2));
        policy.stored(CacheLoad.blob(2, MIB, 3));
        assertEquals(2, policy.victims(Long.MAX_VALUE, d -> true).size());
    }

    /** Empty and huge blobs, any cost and count, time that stands still or goes back. */
    @Test
    public void takesExtremes() {
        CachePolicy policy = policy();
        long[] values = {1, Long.MAX_VALUE / 4};
        int number = 0;
        for (long size : new long[] {0, 1, Long.MAX_VALUE / 1_000}) {
            for (long cost : values) {
                for (int uses : new int[] {1, Integer.MAX_VALUE}) {
                    policy.stored(
                            new CachedBlob(CacheLoad.digest(number++), size, cost, uses, 9, -9));
                }
            }
        }
        policy.used(CacheLoad.digest(0), Long.MIN_VALUE);
        policy.used(CacheLoad.digest(0), Long.MAX_VALUE);
        assertEquals(number, policy.victims(Long.MAX_VALUE, d -> true).size());
    }

    /** One that comes in the middle is told what is here, and goes on from there. */
    @Test
    public void takesOverInTheMiddle() {
        CacheLoad load = new CacheLoad(3, 100 * MIB);
        for (int i = 0; i < 10; i++) {
            CachePolicy policy = policy();
            load.tell(policy);
            load.serve(policy, 500);
        }
    }

    /** A hundred thousand blobs: an answer takes well under the second that it may, by CPU time. */
    @Test
    public void isFastEnough() {
        CachePolicy policy = provider().create(MANY * MIB);
        for (int i = 0; i < MANY; i++) {
            policy.stored(CacheLoad.blob(i, MIB, i));
        }
        var threads = ManagementFactory.getThreadMXBean();
        int rounds = 50;
        long before = threads.getCurrentThreadCpuTime();
        for (int i = 0; i < rounds; i++) {
            policy.used(CacheLoad.digest(i), MANY + i);
            assertFalse(policy.victims(10 * MIB, d -> true).isEmpty());
        }
        long meanMicros = (threads.getCurrentThreadCpuTime() - before) / rounds / 1_000;
        assertTrue(meanMicros < 50_000, "an answer took " + meanMicros + " us of CPU");
    }

    /** A million blobs that pass leave no trace in memory beyond a fixed amount. */
    @Test
    public void forgetsWhatHasPassed() {
        CachePolicy policy = policy();
        long before = heapBytes();
        for (int i = 0; i < 1_000_000; i++) {
            CachedBlob blob = CacheLoad.blob(i, MIB, i);
            policy.stored(blob);
            policy.removed(blob.digest());
        }
        long grown = heapBytes() - before;
        assertEquals(List.of(), policy.victims(1, d -> true));
        assertTrue(grown < 16 * MIB, grown + " bytes of heap for blobs that are gone");
    }

    private static long heapBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Work leaves no thread, socket, file or direct memory behind. */
    @Test
    public void leavesNothingBehind() {
        Residue residue = Residue.now();
        for (int seed = 0; seed < 5; seed++) {
            new CacheLoad(seed, 100 * MIB).serve(policy(), 1_000);
        }
        residue.assertBack(0);
    }

    /** A hundred swaps while room is made: every answer is good, and nothing is left. */
    @Test
    public void swapsUnderLoad() throws InterruptedException {
        Swaps.underLoad(this::provider, List.of(serving(0), serving(1)));
    }

    private static Consumer<CachePolicyProvider> serving(int seed) {
        CacheLoad load = new CacheLoad(seed, 100 * MIB);
        return provider -> {
            CachePolicy policy = provider.create(100 * MIB);
            load.tell(policy);
            load.serve(policy, 50);
        };
    }
}
