// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.netty.OneKey;
import org.peeredge.kernel.node.authority.AuthorityKey;
import org.peeredge.kernel.node.trust.Certificates;
import org.peeredge.kernel.node.trust.MeshName;
import org.peeredge.kernel.node.trust.NodeKey;
import org.peeredge.kernel.node.trust.P256;

/**
 * A member that takes pieces and keeps none: a key, a membership, one connection and one thread. It
 * speaks docs/protocol/channel-tcp.md and docs/protocol/engine.md as far as that needs.
 */
final class Receiver implements AutoCloseable {
    /** What a group of a blob of whole groups has. */
    static final int GROUP_BYTES = 1 << 20;

    private static final byte[] GREETING = {'P', 'E', 'C', 1};

    /** Version 1, type hello; {0: 1, 1: 0, 2: [], 3: 0}. */
    private static final byte[] HELLO = HexFormat.of().parseHex("01010000" + "a40001010002800300");

    private static final int GET_SYMBOLS = 7;
    private static final int REFUSED = 9;
    private static final int PING = 14;
    private static final int PONG = 15;
    private static final int SYMBOLS = 32;
    private static final int PIECES = 4;
    private static final int READ_TIMEOUT_MILLIS = 30_000;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private volatile boolean ended;
    private long receivedBytes;
    private long refusals;

    private Receiver(Socket socket) throws IOException {
        this.socket = socket;
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
        out = socket.getOutputStream();
    }

    /** Connects as a new member of this authority's mesh; the node lets it in or this fails. */
    static Receiver connect(AuthorityKey authority, String host, int port) throws IOException {
        Socket socket = context(authority).getSocketFactory().createSocket(host, port);
        try {
            socket.setSoTimeout(READ_TIMEOUT_MILLIS);
            Receiver receiver = new Receiver(socket);
            receiver.out.write(GREETING);
            if (!Arrays.equals(receiver.in.readNBytes(GREETING.length), GREETING)) {
                throw new IOException("not let in");
            }
            receiver.frame(HELLO);
            return receiver;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private static SSLContext context(AuthorityKey authority) {
        NodeKey key = new NodeKey(P256.generate());
        Instant now = Instant.now();
        X509Certificate membership =
                Certificates.signed(
                        authority.certificate(),
                        authority.key().secret(),
                        key.open(),
                        key.id().hex(),
                        new MeshName(authority.meshId(), key.id(), Set.of(Role.MEMBER)).uri(),
                        now.minus(Duration.ofMinutes(5)),
                        now.plus(Duration.ofHours(2)));
        OneKey shown = new OneKey(key.secret(), List.of(membership, authority.certificate()));
        try {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(new KeyManager[] {shown}, new TrustManager[] {new Anybody()}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Takes groups until it is {@link #close}d, one each {@code pauseNanos} at most.
     *
     * @param digests of the blobs, each of whole groups
     * @param groups of each blob
     */
    void take(List<String> digests, int groups, int first, long pauseNanos)
            throws IOException, InterruptedException {
        long next = System.nanoTime();
        try {
            for (int i = first;
                    !ended;
                    i += 7919) { // a prime: every part of all blobs has its turn
                int place = Math.floorMod(i, digests.size() * groups);
                get(digests.get(place / groups), place % groups);
                await();
                next = Math.max(next + pauseNanos, System.nanoTime() - pauseNanos);
                TimeUnit.NANOSECONDS.sleep(next - System.nanoTime());
            }
        } catch (SocketException e) {
            if (!ended) {
                throw e;
            }
        }
    }

    private void get(String digest, int group) throws IOException {
        byte[] hash = HexFormat.of().parseHex(digest.substring("sha256:".length()));
        ByteBuffer body = ByteBuffer.allocate(100 + hash.length);
        body.put((byte) 1).put((byte) GET_SYMBOLS).putShort((short) 0);
        body.put((byte) 0xa6); // a map of 6
        body.put((byte) 0).put((byte) 0x58).put((byte) (hash.length + 1)).put((byte) 1).put(hash);
        body.put((byte) 1).put((byte) 0x1a).putInt(group);
        body.put((byte) 2).put((byte) 0x84); // a list of 4
        body.put((byte) 0x64).put("none".getBytes(StandardCharsets.US_ASCII));
        body.put((byte) PIECES).put((byte) 0).put((byte) 0x1a).putInt(GROUP_BYTES / PIECES);
        body.put((byte) 3).put((byte) 0);
        body.put((byte) 4).put((byte) PIECES);
        body.put((byte) 5).put((byte) 0x40); // no bytes
        frame(Arrays.copyOf(body.array(), body.position()));
    }

    /** Reads until what was asked for has come, or was refused. */
    private void await() throws IOException {
        while (true) {
            int length = in.readInt();
            byte[] head = in.readNBytes(Math.min(length, 64));
            in.skipNBytes(length - head.length);
            switch (head[1]) {
                case SYMBOLS -> {
                    if (length < GROUP_BYTES) {
                        throw new IOException("symbols of " + length + " bytes");
                    }
                    receivedBytes += GROUP_BYTES;
                    return;
                }
                case REFUSED -> {
                    refusals++;
                    return;
                }
                case PING -> {
                    head[1] = PONG;
                    frame(head);
                }
                default -> {
                    // what else members tell each other is of no use here
                }
            }
        }
    }

    private void frame(byte[] body) throws IOException {
        out.write(ByteBuffer.allocate(4 + body.length).putInt(body.length).put(body).array());
        out.flush();
    }

    /** Content that came; to be read when its thread has ended. */
    long receivedBytes() {
        return receivedBytes;
    }

    /** Requests that were refused; to be read when its thread has ended. */
    long refusals() {
        return refusals;
    }

    @Override
    public void close() throws IOException {
        ended = true;
        socket.close();
    }
}
