// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.lab;

/**
 * A command that ended.
 *
 * @param status exit status; 124 when it was ended because it took too long
 * @param output what it printed, both streams
 * @param seconds how long it took
 */
public record Ran(int status, String output, double seconds) {
    /** This, when the command said that all is well. */
    public Ran ok() {
        if (status != 0) {
            throw new AssertionError(
                    "exit status " + status + " after " + seconds + " s:\n" + output);
        }
        return this;
    }
}
