// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.node.authority;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.peeredge.kernel.api.Clock;

/**
 * Slows down who guesses tokens: after {@link #MAX_FAILURES} in a minute an address (an IPv6 /64)
 * is not heard for the rest of that minute. Remembers the {@link #MAX_SOURCES} latest.
 */
public final class FailureLimiter {
    static final int MAX_FAILURES = 10;
    static final int MAX_SOURCES = 1_024;
    private static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();

    private final Clock clock;
    private final Map<String, Window> sources =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Window> eldest) {
                    return size() > MAX_SOURCES;
                }
            };

    private record Window(long startNanos, int failures) {}

    /** With nobody in it. */
    public FailureLimiter(Clock clock) {
        this.clock = clock;
    }

    /** Whether {@code from} may try now. */
    public synchronized boolean allows(SocketAddress from) {
        Window window = sources.get(source(from));
        return window == null || over(window) || window.failures < MAX_FAILURES;
    }

    /** Notes a failure of {@code from}. */
    public synchronized void failed(SocketAddress from) {
        Window old = sources.get(source(from));
        sources.put(
                source(from),
                old == null || over(old)
                        ? new Window(clock.nanos(), 1)
                        : new Window(old.startNanos, old.failures + 1));
    }

    private boolean over(Window window) {
        return clock.nanos() - window.startNanos >= WINDOW_NANOS;
    }

    private static String source(SocketAddress from) {
        if (from instanceof InetSocketAddress inet && inet.getAddress() != null) {
            InetAddress address = inet.getAddress();
            byte[] bytes = address.getAddress();
            return HexFormat.of()
                    .formatHex(address instanceof Inet6Address ? Arrays.copyOf(bytes, 8) : bytes);
        }
        return "unknown";
    }
}
