// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.peeredge.ops.quickstart.NodeProcess;

/**
 * A connection to a node's TCP channel whose bytes the test chooses (docs/protocol/channel-tcp.md,
 * docs/protocol/engine.md).
 */
final class RawChannel implements AutoCloseable {
    static final byte[] GREETING = {'P', 'E', 'C', 1};

    /** Version 1, type hello; {0: 1, 1: 0, 2: [], 3: 0}. */
    static final byte[] HELLO = HexFormat.of().parseHex("01010000" + "a400010100028003" + "00");

    private static final int END = -1;

    private final Socket socket;

    RawChannel(Socket socket) {
        this.socket = socket;
    }

    /** Connects with TLS and greets; whether the node lets it in is {@link #greeted}. */
    static RawChannel open(TlsParty party, NodeProcess node) throws IOException {
        RawChannel channel =
                new RawChannel(party.connect("127.0.0.1", node.spec().ports().channel()));
        channel.send(GREETING);
        return channel;
    }

    /** Whether {@code party} is let in: its TLS is taken and the node greets it. */
    static boolean letsIn(TlsParty party, NodeProcess node) throws IOException {
        RawChannel channel;
        try {
            channel = open(party, node);
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException refused) {
            return false;
        }
        try (channel) {
            return channel.greeted();
        }
    }

    /** Waits for the node's greeting; false when it closes instead. */
    boolean greeted() throws IOException {
        byte[] answer = new byte[GREETING.length];
        InputStream in = socket.getInputStream();
        for (int at = 0; at < answer.length; at++) {
            int b = next(in);
            if (b == END) {
                return false;
            }
            answer[at] = (byte) b;
        }
        if (!Arrays.equals(answer, GREETING)) {
            throw new AssertionError("greeted with " + new String(answer, ISO_8859_1));
        }
        return true;
    }

    /** Waits until the node closes; a node that does not within the socket's time throws. */
    void awaitClosed() throws IOException {
        InputStream in = socket.getInputStream();
        while (next(in) != END) {
            // what it still says does not matter
        }
    }

    /** All that the node still says until it closes. */
    String rest() throws IOException {
        StringBuilder text = new StringBuilder();
        InputStream in = socket.getInputStream();
        for (int b = next(in); b != END; b = next(in)) {
            text.append((char) b);
        }
        return text.toString();
    }

    private static int next(InputStream in) throws IOException {
        try {
            return in.read();
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException cut) {
            return END;
        }
    }

    /** Sends as it is. */
    void send(byte[] bytes) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(bytes);
        out.flush();
    }

    /** Sends a frame with a right length. */
    void frame(byte[] body) throws IOException {
        send(ByteBuffer.allocate(4 + body.length).putInt(body.length).put(body).array());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
