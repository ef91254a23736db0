// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.api;

/** Something that can be taken back. Calling {@link #cancel} twice, or too late, does nothing. */
@FunctionalInterface
public interface Cancellable extends AutoCloseable {
    /** Takes it back; never blocks and never throws. */
    void cancel();

    @Override
    default void close() {
        cancel();
    }
}
