// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty.tls;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.peeredge.kernel.api.Clock;

/**
 * The order of TLS 1.3 ciphers for the JDK's TLS, by how fast each is here: without AES
 * instructions ChaCha20 is several times as fast, with them AES is. BoringSSL needs none of this:
 * it takes no order for TLS 1.3, and has the same one by the CPU's instructions.
 *
 * @param suites the faster cipher first
 * @param why for the log: what was measured
 */
record CipherOrder(List<String> suites, String why) {
    static final String AES = "TLS_AES_128_GCM_SHA256";
    static final String CHACHA = "TLS_CHACHA20_POLY1305_SHA256";

    private static final String AES_256 = "TLS_AES_256_GCM_SHA384";
    private static final int RECORD_BYTES = 16 * 1024;

    /** Time for one cipher: its code must be compiled before its speed can be seen. */
    private static final long NANOS = 100_000_000;

    /** ChaCha20 only where it is clearly faster: else what everybody is tested with. */
    private static final double CLEARLY = 1.2;

    /** Where nothing was measured. */
    static CipherOrder usual() {
        return new CipherOrder(List.of(AES, AES_256, CHACHA), "not measured");
    }

    /** Tries both; takes about a fifth of a second of CPU time. */
    static CipherOrder measured(Clock clock) {
        try {
            double aes = bytesPerSecond(clock, "AES/GCM/NoPadding", "AES", 16, CipherOrder::gcm);
            double chacha =
                    bytesPerSecond(clock, "ChaCha20-Poly1305", "ChaCha20", 32, CipherOrder::chacha);
            return of(aes, chacha);
        } catch (GeneralSecurityException e) {
            return new CipherOrder(List.of(AES, AES_256), "no ChaCha20 in this JDK: " + e);
        }
    }

    /** By what each encrypts, in bytes per second. */
    static CipherOrder of(double aes, double chacha) {
        String why =
                String.format(
                        Locale.ROOT,
                        "AES-GCM encrypts %.0f MB/s here, ChaCha20-Poly1305 %.0f MB/s",
                        aes / 1e6,
                        chacha / 1e6);
        return new CipherOrder(
                chacha > aes * CLEARLY
                        ? List.of(CHACHA, AES, AES_256)
                        : List.of(AES, AES_256, CHACHA),
                why);
    }

    /** Whether the other end should decide, who may be worse off: this one does well with all. */
    boolean yields() {
        return !suites.getFirst().equals(CHACHA);
    }

    private static AlgorithmParameterSpec gcm(int number) {
        return new GCMParameterSpec(128, nonce(number));
    }

    private static AlgorithmParameterSpec chacha(int number) {
        return new IvParameterSpec(nonce(number));
    }

    private static byte[] nonce(int number) {
        return ByteBuffer.allocate(12).putInt(8, number).array();
    }

    /** Of the fastest record within the time: the last ones run compiled. */
    private static double bytesPerSecond(
            Clock clock,
            String transformation,
            String algorithm,
            int keyBytes,
            IntFunction<AlgorithmParameterSpec> nonce)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(transformation);
        SecretKeySpec key = new SecretKeySpec(new byte[keyBytes], algorithm);
        byte[] record = new byte[RECORD_BYTES];
        byte[] sealed = new byte[RECORD_BYTES + 16];
        long end = clock.nanos() + NANOS;
        long fastest = Long.MAX_VALUE;
        int number = 0;
        for (long start = clock.nanos(); start - end < 0; start = clock.nanos()) {
            cipher.init(Cipher.ENCRYPT_MODE, key, nonce.apply(number++));
            cipher.doFinal(record, 0, record.length, sealed, 0);
            fastest = Math.min(fastest, clock.nanos() - start);
        }
        return RECORD_BYTES * 1e9 / Math.max(1, fastest);
    }
}
