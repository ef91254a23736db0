// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.cache;

import java.util.HexFormat;
import java.util.SplittableRandom;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.cache.RefetchCost;

/**
 * Blobs with sizes as of image layers and with what fetching them again costs.
 *
 * @param digests names, by number
 * @param sizes bytes
 * @param costs see {@link RefetchCost}
 */
record Catalogue(Digest[] digests, long[] sizes, long[] costs) {
    private static final double MEDIAN_BYTES = 1e6;
    private static final double SIGMA = 2.2;
    private static final double LEAST_BYTES = 1e4;
    private static final double MOST_BYTES = 5e8;

    /** What a blob's cost depends on. */
    enum Prices {
        /** Half from a neighbour, four tenths from afar, one tenth over a metered link. */
        MIXED,
        /** All from afar: a byte is a byte. */
        BYTES,
        /** Every blob the same, whatever its size. */
        REQUESTS
    }

    /** Draws {@code count} blobs: log-normal sizes from 10 kB to 500 MB. */
    static Catalogue draw(int count, Prices prices, SplittableRandom random) {
        Catalogue all = new Catalogue(new Digest[count], new long[count], new long[count]);
        byte[] hash = new byte[32];
        for (int i = 0; i < count; i++) {
            random.nextBytes(hash);
            all.digests[i] = new Digest("sha256", HexFormat.of().formatHex(hash));
            all.sizes[i] = size(random);
            all.costs[i] = cost(all.sizes[i], prices, random.nextInt(10));
        }
        return all;
    }

    private static long size(SplittableRandom random) {
        while (true) {
            double bytes = MEDIAN_BYTES * Math.exp(SIGMA * random.nextGaussian());
            if (bytes >= LEAST_BYTES && bytes <= MOST_BYTES) {
                return (long) bytes;
            }
        }
    }

    private static long cost(long size, Prices prices, int tenth) {
        return switch (prices) {
            case REQUESTS -> RefetchCost.REQUEST;
            case BYTES -> RefetchCost.far(size);
            case MIXED ->
                    tenth < 5
                            ? RefetchCost.lan(size)
                            : tenth < 9 ? RefetchCost.far(size) : RefetchCost.metered(size);
        };
    }
}
