// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.peeredge.kernel.api.TryOtherPeerException;

/** A frame on its way out, as far as it was handed to TLS. On the event loop but for its making. */
// A write that fails shows in the future of the run's last bytes.
@SuppressWarnings("FutureReturnValueIgnored")
final class Outgoing {
    /** Parts up to this size are gathered; larger ones go without a copy. */
    private static final int GATHER_BYTES = 2048;

    final int length;
    final CompletableFuture<Void> done = new CompletableFuture<>();
    private final ByteBuffer[] parts;
    private int at;
    private int handedBytes;
    private int runsUnderWay;
    private String failure = "";

    /** A frame of {@code length} bytes in all; the positions of {@code parts} are moved. */
    Outgoing(ByteBuffer[] parts, int length) {
        this.parts = parts;
        this.length = length;
    }

    /** Bytes that were not handed over yet. */
    int left() {
        return length - handedBytes;
    }

    /** Hands the next bytes to TLS. */
    ChannelFuture write(Channel socket, int bytes) {
        int most = 2 * Framing.HEAD_BYTES + GATHER_BYTES;
        ByteBuf last = socket.alloc().directBuffer(most, most);
        if (bytes == length) {
            last.writeInt(Framing.head(Framing.WHOLE, bytes));
        } else if (handedBytes == 0) {
            last.writeInt(Framing.head(Framing.FIRST, bytes)).writeInt(length);
        } else {
            last.writeInt(Framing.head(Framing.NEXT, bytes));
        }
        handedBytes += bytes;
        boolean gathering = true;
        for (int toGo = bytes; toGo > 0; ) {
            ByteBuffer part = parts[at];
            int run = Math.min(toGo, part.remaining());
            ByteBuffer view = part.slice(part.position(), run);
            gathering &= run <= last.writableBytes();
            if (gathering) {
                last.writeBytes(view);
            } else if (run > 0) {
                socket.write(last, socket.voidPromise());
                last = Unpooled.wrappedBuffer(view);
            }
            part.position(part.position() + run);
            toGo -= run;
            if (!part.hasRemaining()) {
                at++;
            }
        }
        runsUnderWay++;
        return socket.write(last);
    }

    /**
     * A run was taken by the kernel, or lost.
     *
     * @return whether that was the frame's last
     */
    boolean runEnded() {
        runsUnderWay--;
        return left() == 0 && runsUnderWay == 0;
    }

    /** What is left will not be handed over; told once nothing of it is under way any more. */
    void giveUp(String why) {
        failure = why;
        failIfGivenUp();
    }

    void failIfGivenUp() {
        if (!failure.isEmpty() && runsUnderWay == 0) {
            fail(failure);
        }
    }

    void fail(String why) {
        done.completeExceptionally(new TryOtherPeerException(why));
    }
}
