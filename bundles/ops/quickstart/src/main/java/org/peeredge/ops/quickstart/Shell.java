// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.quickstart;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Base64;
import java.util.EnumSet;
import java.util.stream.Stream;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;

/** Runs commands in a node's Karaf shell over ssh, with a key made for the purpose. Blocks. */
public final class Shell {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final KeyPair key;

    /** Makes a key. */
    public Shell() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair made = generator.generateKeyPair();
            while (!karafKnows((ECPublicKey) made.getPublic())) {
                made = generator.generateKeyPair();
            }
            key = made;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no P-256", e);
        }
    }

    /**
     * Whether Karaf lets this key in. Its login module (4.4.10) reads a coordinate as a signed
     * number, and where that begins with nine ones its leading byte is lost: one key of 256 is
     * refused for good.
     */
    static boolean karafKnows(ECPublicKey key) {
        return Stream.of(key.getW().getAffineX(), key.getW().getAffineY())
                .noneMatch(coordinate -> coordinate.shiftRight(247).intValue() == 0x1ff);
    }

    /**
     * The public key as Karaf's {@code keys.properties} wants it: base64 without type and comment.
     */
    public String publicKey() {
        return encoded(key.getPublic());
    }

    static String encoded(PublicKey key) {
        ByteArrayBuffer buffer = new ByteArrayBuffer();
        buffer.putRawPublicKey(key);
        return Base64.getEncoder().encodeToString(buffer.getCompactData());
    }

    /** Writes the private key for {@code ssh -i}, readable by the owner alone. */
    public void writePrivateKey(Path file) throws IOException {
        Path made =
                Files.createFile(
                        file,
                        java.nio.file.attribute.PosixFilePermissions.asFileAttribute(
                                java.nio.file.attribute.PosixFilePermissions.fromString(
                                        "rw-------")));
        String pem =
                Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(key.getPrivate().getEncoded());
        Files.writeString(
                made, "-----BEGIN PRIVATE KEY-----\n" + pem + "\n-----END PRIVATE KEY-----\n");
    }

    /** The key's fingerprint, for people. */
    public String fingerprint() {
        return KeyUtils.getFingerPrint(key.getPublic())
                + " "
                + PublicKeyEntry.toString(key.getPublic());
    }

    /**
     * Runs one command and gives what it printed.
     *
     * @throws IOException when the shell cannot be reached, the command does not end in time, or it
     *     fails; then with what it printed
     */
    public String run(int port, String user, String command) throws IOException {
        try (SshClient client = SshClient.setUpDefaultClient()) {
            client.setServerKeyVerifier(
                    (session, address, serverKey) -> true); // loopback, made just now
            client.start();
            try (ClientSession session =
                    client.connect(user, "127.0.0.1", port).verify(TIMEOUT).getSession()) {
                session.addPublicKeyIdentity(key);
                session.auth().verify(TIMEOUT);
                return exec(session, command);
            }
        }
    }

    private static String exec(ClientSession session, String command) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ChannelExec channel = session.createExecChannel(command)) {
            channel.setOut(out);
            channel.setErr(out);
            channel.open().verify(TIMEOUT);
            if (channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), TIMEOUT)
                    .contains(ClientChannelEvent.TIMEOUT)) {
                throw new IOException(
                        "'" + command + "' did not end within " + TIMEOUT.toSeconds() + " s");
            }
            String printed = out.toString(StandardCharsets.UTF_8).strip();
            Integer status = channel.getExitStatus();
            if (status == null || status != 0) {
                throw new IOException("'" + command + "' failed: " + printed);
            }
            return printed;
        }
    }
}
