// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.join;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.node.trust.HostPort;

/**
 * One HTTP/1.1 exchange (RFC 9112) on a connection of its own, with limits on time and bytes. The
 * JDK's HTTP client would insist on host names, keep threads, and is not in a small runtime image.
 */
final class DoorCall {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int READ_MILLIS = 10_000;
    private static final Duration WHOLE = Duration.ofSeconds(30);
    private static final int MAX_LINE_BYTES = 8 * 1024;
    private static final int MAX_HEADERS = 64;
    private static final int MAX_BODY_BYTES = 1 << 20;

    private final Clock clock;
    private final long startNanos;

    private DoorCall(Clock clock) {
        this.clock = clock;
        this.startNanos = clock.nanos();
    }

    record Reply(int status, byte[] body) {}

    static Reply send(
            SSLContext tls, Clock clock, HostPort to, String method, String path, byte[] body)
            throws IOException {
        try (Socket plain = new Socket()) {
            plain.connect(new InetSocketAddress(to.host(), to.port()), CONNECT_MILLIS);
            plain.setSoTimeout(READ_MILLIS);
            try (SSLSocket socket =
                    (SSLSocket)
                            tls.getSocketFactory()
                                    .createSocket(plain, to.host(), to.port(), false)) {
                socket.startHandshake();
                OutputStream out = socket.getOutputStream();
                String head =
                        method
                                + " "
                                + path
                                + " HTTP/1.1\r\nHost: "
                                + to
                                + "\r\nConnection: close\r\nContent-Type: application/json\r\n"
                                + "Content-Length: "
                                + body.length
                                + "\r\n\r\n";
                out.write(head.getBytes(US_ASCII));
                out.write(body);
                out.flush();
                return new DoorCall(clock).reply(new BufferedInputStream(socket.getInputStream()));
            }
        }
    }

    private Reply reply(InputStream in) throws IOException {
        String[] status = line(in).split(" ", 3);
        if (status.length < 2 || !status[0].startsWith("HTTP/1.") || !status[1].matches("\\d{3}")) {
            throw new IOException("the answer is not HTTP");
        }
        long length = -1;
        int headers = 0;
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            if (++headers > MAX_HEADERS) {
                throw new IOException("the answer has too many headers");
            }
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = parseLength(lower.substring("content-length:".length()).strip());
            }
        }
        if (length < 0) {
            throw new IOException("the answer has no length");
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] buffer = new byte[8 * 1024];
        while (body.size() < length) {
            checkTime();
            int n = in.read(buffer, 0, (int) Math.min(buffer.length, length - body.size()));
            if (n < 0) {
                throw new EOFException("the answer is cut short");
            }
            body.write(buffer, 0, n);
        }
        return new Reply(Integer.parseInt(status[1]), body.toByteArray());
    }

    private static long parseLength(String text) throws IOException {
        if (!text.matches("\\d{1,9}") || Long.parseLong(text) > MAX_BODY_BYTES) {
            throw new IOException("the answer is too long: " + text);
        }
        return Long.parseLong(text);
    }

    private String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the answer is cut short");
            }
            if (line.length() >= MAX_LINE_BYTES) {
                throw new IOException("the answer has too long a line");
            }
            checkTime();
            line.append((char) c);
        }
        return line.toString().strip();
    }

    private void checkTime() throws IOException {
        if (clock.nanos() - startNanos > WHOLE.toNanos()) {
            throw new SocketTimeoutException("the answer took too long");
        }
    }
}
