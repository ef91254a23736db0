// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.channel.tcp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.function.ObjIntConsumer;

/**
 * Has the kernel wake us when the rest of a TLS record (RFC 8446 section 5.1) is there, not for
 * each packet of it: nothing of a record can be read before its end. On a path of 25 Mbit/s that is
 * one wake for eleven. Where much comes at once nothing is asked of the kernel.
 */
final class WholeRecords extends ChannelInboundHandlerAdapter {
    static final int HEAD_BYTES = 5;
    private static final int MAX_RECORD_BYTES = Framing.RECORD_BYTES + 256;

    /** What is less than a few packets is not worth a system call. */
    private static final int WORTH_BYTES = 4096;

    private final ObjIntConsumer<Channel> wakeAfter;
    private int headBytes;
    private int length;

    /** What is still to come of the record. */
    private int restBytes;

    private int readBytes;
    private int wakeBytes = 1;

    /**
     * @param wakeAfter sets how many bytes the socket waits for before it wakes us
     */
    WholeRecords(ObjIntConsumer<Channel> wakeAfter) {
        this.wakeAfter = wakeAfter;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf bytes) {
            walk(bytes);
        }
        context.fireChannelRead(message);
    }

    /** Goes from head to head; what is no record, TLS finds out. */
    private void walk(ByteBuf bytes) {
        int at = bytes.readerIndex();
        int end = bytes.writerIndex();
        readBytes += end - at;
        while (at < end) {
            if (restBytes > 0) {
                int skipped = Math.min(restBytes, end - at);
                restBytes -= skipped;
                at += skipped;
                continue;
            }
            if (headBytes >= HEAD_BYTES - 2) {
                length = (length << 8) | bytes.getUnsignedByte(at);
            }
            at++;
            if (++headBytes == HEAD_BYTES) {
                restBytes = Math.min(length, MAX_RECORD_BYTES);
                headBytes = 0;
                length = 0;
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        int wake = restBytes >= WORTH_BYTES && readBytes < MAX_RECORD_BYTES ? restBytes : 1;
        readBytes = 0;
        if (wake != wakeBytes) {
            wakeBytes = wake;
            wakeAfter.accept(context.channel(), wake);
        }
        context.fireChannelReadComplete();
    }
}
