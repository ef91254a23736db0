// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.ConcurrentLinkedQueue;

/** SHA-256 without a new engine per piece. Safe for use by many threads. */
final class Sha256 {
    private final ConcurrentLinkedQueue<MessageDigest> idle = new ConcurrentLinkedQueue<>();

    /** The hash of the remaining bytes; leaves the buffer's position where it was. */
    byte[] of(ByteBuffer bytes) {
        MessageDigest sha = idle.poll();
        if (sha == null) {
            sha = make();
        }
        sha.update(bytes.duplicate());
        byte[] hash = sha.digest();
        idle.offer(sha);
        return hash;
    }

    private static MessageDigest make() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }
}
