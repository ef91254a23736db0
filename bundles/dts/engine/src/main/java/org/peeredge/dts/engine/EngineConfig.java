// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** {@code etc/org.peeredge.dts.engine.cfg}; every key is in the README. */
@ObjectClassDefinition(
        id = Engine.PID,
        name = "PeerEdge engine",
        description = "Fetches, serves and tracks content with other members.")
@interface EngineConfig {
    @AttributeDefinition(description = "Members to dial for ever, as type://host:port; at most 64.")
    String[] bootstrap() default {};

    @AttributeDefinition(description = "Find members of the same LAN by multicast.")
    boolean lan_discovery() default true;

    @AttributeDefinition(description = "Multicast group of the discovery, IPv4.")
    String lan_group() default "239.255.74.40";

    @AttributeDefinition(description = "UDP port of the discovery.", min = "1", max = "65535")
    int lan_port() default 7442;

    @AttributeDefinition(description = "Connections to members at once.", min = "1", max = "4096")
    int connections_max() default 64;

    @AttributeDefinition(description = "Transfers at once.", min = "1", max = "100000")
    int transfers_max() default 1000;

    @AttributeDefinition(
            description = "Bytes asked for and not yet written, over all members.",
            min = "1048576",
            max = "17179869184")
    long inflight_max_bytes() default 32L << 20;

    @AttributeDefinition(
            description = "Bytes received that may wait for the disk; beyond it reading pauses.",
            min = "1048576",
            max = "17179869184")
    long parked_max_bytes() default 16L << 20;

    @AttributeDefinition(
            description = "Pieces of 256 KiB held for sending, over all members.",
            min = "4",
            max = "65536")
    int send_buffers() default 32;

    @AttributeDefinition(
            description =
                    "How long a member may take to take a piece, in milliseconds; then its channel"
                            + " is closed.",
            min = "1000",
            max = "600000")
    int send_timeout_millis() default 15_000;

    @AttributeDefinition(
            description =
                    "How long a codec may keep a thread, in milliseconds; then it is tripped off.",
            min = "100",
            max = "60000")
    int codec_timeout_millis() default 1_000;

    @AttributeDefinition(
            description = "Threads that may be lost to codecs that do not return.",
            min = "0",
            max = "256")
    int max_abandoned_threads() default 16;

    @AttributeDefinition(
            description =
                    "Codec that members are asked for: auto, none or a type; dts:codec-use says"
                            + " otherwise until this changes.")
    String codec() default "auto";

    @AttributeDefinition(
            description = "Threads that hash and touch the disk, and as many for codecs.",
            min = "1",
            max = "256")
    int workers() default 4;

    @AttributeDefinition(
            description = "How long a fetch may take to find a source, in seconds.",
            min = "1",
            max = "600")
    int open_timeout_seconds() default 20;

    @AttributeDefinition(
            description = "How long members may take to say what they hold, in milliseconds.",
            min = "10",
            max = "60000")
    int available_timeout_millis() default 800;

    @AttributeDefinition(description = "Sign for what members deliver, and have them sign.")
    boolean receipts() default true;

    @AttributeDefinition(
            description = "Bytes from a member after which a receipt is due.",
            min = "1048576",
            max = "33554432")
    long receipt_bytes() default 8L << 20;

    @AttributeDefinition(
            description = "Time after the last byte when a receipt is due, in seconds.",
            min = "1",
            max = "3600")
    int receipt_idle_seconds() default 5;

    @AttributeDefinition(
            description =
                    "Bytes that a member may get without signing for them; beyond it others are"
                            + " served first.",
            min = "134217728",
            max = "1099511627776")
    long unsigned_max_bytes() default 256L << 20;

    @AttributeDefinition(
            description = "Receipts kept for export, beside the last of each chain.",
            min = "0",
            max = "100000")
    int receipts_kept() default 2_000;
}
