// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import java.util.Map;

/** A counter of a trial, in a unit. */
record Reading(Trial trial, String counter, Unit unit) {
    /** Of what is counted for a block. */
    enum Unit {
        GB_PER_S("GB/s"),
        NS_PER_BYTE("ns/B"),
        BYTES_PER_BLOCK("B/block"),
        MICROS("us");

        private final String label;

        Unit(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }

        double of(double counted, int blockBytes) {
            return switch (this) {
                case GB_PER_S -> blockBytes / counted;
                case NS_PER_BYTE -> counted / blockBytes;
                case BYTES_PER_BLOCK -> counted;
                case MICROS -> counted / 1000;
            };
        }
    }

    /** How fast, by source bytes. */
    static Reading speed(Trial.Blocks trial) {
        return new Reading(trial, "nanos", Unit.GB_PER_S);
    }

    /** What a source byte costs. */
    static Reading cost(Trial.Blocks trial) {
        return new Reading(trial, "nanos", Unit.NS_PER_BYTE);
    }

    /** Of what was counted in an iteration; NaN where it was not. */
    double of(Map<String, Double> counters) {
        return unit.of(counters.getOrDefault(counter, Double.NaN), trial.code().blockBytes());
    }
}
