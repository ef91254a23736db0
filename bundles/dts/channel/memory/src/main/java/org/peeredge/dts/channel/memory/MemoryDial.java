// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.memory;

import java.util.concurrent.CompletableFuture;
import org.peeredge.dts.api.channel.Channel;
import org.peeredge.dts.api.channel.ChannelListener;

/**
 * One attempt to connect.
 *
 * @param from who dials
 * @param listener who gets the frames at the dialling end
 * @param done the answer; whoever settles it first wins, so that a late door cannot open after the
 *     timeout
 */
record MemoryDial(
        MemoryChannelProvider from, ChannelListener listener, CompletableFuture<Channel> done) {}
