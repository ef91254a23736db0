// SPDX-License-Identifier: Apache-2.0
package org.peeredge.kernel.netty;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.handler.ssl.SslProvider;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What everything in a node that speaks Netty shares. Safe for use by many threads; never blocks.
 * Users close their channels in their own {@code deactivate}; nobody but this service stops the
 * event loops.
 */
@ProviderType
public interface NettyRuntime {
    /** The shared event loops: epoll where the kernel has it, NIO elsewhere. */
    EventLoopGroup eventLoops();

    /** The stream server channel that goes with {@link #eventLoops}. */
    Class<? extends ServerChannel> serverChannelType();

    /** The stream channel that goes with {@link #eventLoops}. */
    Class<? extends Channel> channelType();

    /** Pooled direct memory. */
    ByteBufAllocator allocator();

    /**
     * What the path of a TCP socket carries by the kernel's congestion window and round trip, in
     * bytes per second; 0 where the kernel does not tell. A system call.
     */
    long pathBytesPerSecond(Channel socket);

    /**
     * Has the kernel take no more than about {@code bytes} that it cannot send yet, so that what
     * waits, waits here, where it can still be put in another order; nothing where the kernel
     * cannot. A system call.
     */
    void limitUnsent(Channel socket, int bytes);

    /**
     * Has the kernel say that there is something to read once {@code bytes} are there, or the end;
     * nothing where the kernel cannot. What is set stays until it is set anew. A system call.
     */
    void wakeAfter(Channel socket, int bytes);

    /** {@code OPENSSL} (BoringSSL) where it loads, otherwise {@code JDK}. */
    SslProvider sslProvider();
}
