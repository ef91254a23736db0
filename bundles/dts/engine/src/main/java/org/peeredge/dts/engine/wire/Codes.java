// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

/** Enumerated values on the wire, fixed apart from the order in the source. */
final class Codes {
    private Codes() {}

    static int of(Holding holding) {
        return switch (holding) {
            case NONE -> 0;
            case FETCHING -> 1;
            case PARTIAL -> 2;
            case COMPLETE -> 3;
        };
    }

    static Holding holding(long code) {
        return switch ((int) code) {
            case 1 -> Holding.FETCHING;
            case 2 -> Holding.PARTIAL;
            case 3 -> Holding.COMPLETE;
            default -> Holding.NONE;
        };
    }

    static int of(Refusal reason) {
        return switch (reason) {
            case NOT_HELD -> 0;
            case BUSY -> 1;
            case BAD_REQUEST -> 2;
            case CONFINED -> 3;
            case UNPROVEN -> 4;
        };
    }

    static Refusal refusal(long code) {
        return switch ((int) code) {
            case 1 -> Refusal.BUSY;
            case 2 -> Refusal.BAD_REQUEST;
            case 3 -> Refusal.CONFINED;
            case 4 -> Refusal.UNPROVEN;
            default -> Refusal.NOT_HELD;
        };
    }
}
