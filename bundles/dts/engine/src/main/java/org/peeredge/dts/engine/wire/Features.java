// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.wire;

/** Bits of {@link Message.Hello#features}. Who does not set one is not sent what it stands for. */
public final class Features {
    /** Signs for what it receives and countersigns what it has sent: types 21 and 22. */
    public static final long RECEIPTS = 1;

    private Features() {}
}
