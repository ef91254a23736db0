// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.IOException;
import java.util.Map;

/** A way to bring content from the origin to every member of a lab. */
interface Contender {
    /** As in tables. */
    String name();

    /** Does what is not timed. */
    Attempt prepare(Content content) throws IOException, InterruptedException;

    /** One distribution of one content. */
    interface Attempt extends AutoCloseable {
        /**
         * Makes every member want the content, one {@code gapSeconds} after the other; returns when
         * all have it.
         *
         * @return seconds of each member from when it wanted it until it had it, checked
         */
        Map<String, Double> go(double gapSeconds) throws IOException, InterruptedException;

        /**
         * Content bytes that each member received in vain, and from whom it received the others, as
         * far as it tells; called once, after {@link #go}.
         */
        Map<String, Sources> sources() throws IOException, InterruptedException;

        @Override
        void close() throws IOException;
    }

    /** Content bytes of one member; NaN where nobody counts them. */
    record Sources(double wasted, double peers, double origin, double upstream) {
        static final Sources UNKNOWN = new Sources(Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    }
}
