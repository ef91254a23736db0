// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.quickstart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import org.apache.karaf.jaas.modules.publickey.PublickeyLoginModule;
import org.junit.jupiter.api.Test;

class ShellTest {
    private static final int KEYS = 2_000;

    /** Also says when a Karaf reads every key: then the rule is to go. */
    @Test
    void aKeyIsTakenExactlyWhenKarafKnowsIt() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        int refused = 0;
        for (int i = 0; i < KEYS; i++) {
            PublicKey key = generator.generateKeyPair().getPublic();
            boolean known = PublickeyLoginModule.equals(key, Shell.encoded(key));
            assertEquals(known, Shell.karafKnows((ECPublicKey) key), key::toString);
            refused += known ? 0 : 1;
        }
        assertTrue(refused > 0, "Karaf knows all of " + KEYS + " keys");
    }
}
