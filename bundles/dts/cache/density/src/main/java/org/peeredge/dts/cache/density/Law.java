// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.cache.density;

/**
 * Zipf's law over so many blobs, and how many requests each had to expect of those that were
 * counted. Ranks are taken in groups, each a constant factor wide.
 */
final class Law {
    /** Counts that are told apart; what is asked for more often is one kind. */
    static final int COUNTS = 16;

    private static final int GROUPS = 40;

    /** Web caches and registries were measured between 0.6 and 1.1. */
    private static final double[] EXPONENTS = {0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3};

    /** For each blob that was seen, at most so many are believed to be there. */
    private static final double MOST_UNSEEN = 16;

    private static final int HALVINGS = 10;

    final double blobs;
    final double exponent;
    final double[] blobsInGroup = new double[GROUPS];

    /** Requests, of those counted, to expect of each blob in a group. */
    final double[] expected = new double[GROUPS];

    /**
     * A law.
     *
     * @param blobs that may be asked for, at least 1
     * @param exponent of Zipf's law
     * @param requests that were counted, at least 1
     */
    Law(double blobs, double exponent, double requests) {
        this.blobs = blobs;
        this.exponent = exponent;
        double sum = 0;
        double factor = Math.pow(blobs, 1.0 / GROUPS);
        double first = 1;
        for (int g = 0; g < GROUPS; g++) {
            double next = first * factor;
            blobsInGroup[g] = next - first;
            expected[g] = Math.pow((first + next) / 2, -exponent);
            sum += blobsInGroup[g] * expected[g];
            first = next;
        }
        for (int g = 0; g < GROUPS; g++) {
            expected[g] *= requests / sum;
        }
    }

    /**
     * The law that explains best how many blobs were asked for how often: for each exponent the
     * number of blobs that makes as many different ones as were seen, and of these the likeliest.
     *
     * @param blobsWith so many blobs were asked for once, twice, ..., {@link #COUNTS} times or
     *     more; from index 1 on
     * @param scale blobs seen for each that is in {@code blobsWith}
     * @param requests that were counted, at least 1
     */
    static Law fit(int[] blobsWith, double scale, double requests) {
        double seen = 0;
        for (int n : blobsWith) {
            seen += n * scale;
        }
        Law best = new Law(Math.max(1, seen), EXPONENTS[0], requests);
        double likeliest = Double.NEGATIVE_INFINITY;
        for (double e : EXPONENTS) {
            Law law = withSeen(Math.max(1, seen), e, requests);
            double likelihood = law.logLikelihood(blobsWith);
            if (likelihood > likeliest) {
                likeliest = likelihood;
                best = law;
            }
        }
        return best;
    }

    private static Law withSeen(double seen, double exponent, double requests) {
        double least = seen;
        double most = seen * MOST_UNSEEN;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = Math.sqrt(least * most);
            if (new Law(middle, exponent, requests).different() < seen) {
                least = middle;
            } else {
                most = middle;
            }
        }
        return new Law(Math.sqrt(least * most), exponent, requests);
    }

    /** Blobs to expect that are asked for at least once. */
    private double different() {
        double sum = 0;
        for (int g = 0; g < GROUPS; g++) {
            sum -= blobsInGroup[g] * Math.expm1(-expected[g]);
        }
        return sum;
    }

    private double logLikelihood(int[] blobsWith) {
        double[] blobsToExpect = new double[COUNTS + 1];
        for (int g = 0; g < GROUPS; g++) {
            double chance = Math.exp(-expected[g]);
            double more = 1 - chance;
            for (int k = 1; k < COUNTS; k++) {
                chance *= expected[g] / k;
                more -= chance;
                blobsToExpect[k] += blobsInGroup[g] * chance;
            }
            blobsToExpect[COUNTS] += blobsInGroup[g] * Math.max(0, more);
        }
        double all = different();
        double sum = 0;
        for (int k = 1; k <= COUNTS; k++) {
            sum += blobsWith[k] * Math.log(Math.max(Double.MIN_NORMAL, blobsToExpect[k] / all));
        }
        return sum;
    }
}
