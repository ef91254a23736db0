// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.mesh.Member;

/**
 * Members whose channel ended a moment ago. Most are back in a blink: a channel plugin was swapped,
 * here or there, or a cable was moved. Until the grace is over they count as connected, what is
 * asked of them waits, and dials in vain are repeated and do not count; else a pull that begins in
 * that blink would be told that nobody has anything. On the loop.
 */
final class Returning implements Questions.Sender {
    /** A swap takes a tenth of this; whoever stays away longer costs a pull no more. */
    static final Duration GRACE = Duration.ofSeconds(2);

    private static final int MAX_WAITING = 256;

    private static final class Away {
        final Member member;
        final List<Runnable> waiting = new ArrayList<>();

        Away(Member member) {
            this.member = member;
        }
    }

    private final Loop loop;
    private final BiPredicate<NodeId, Message> send;
    private final Runnable changed;
    private final Map<NodeId, Away> away = new LinkedHashMap<>();

    /** Tells {@code changed} when the wait for a member is over. */
    Returning(Loop loop, BiPredicate<NodeId, Message> send, Runnable changed) {
        this.loop = loop;
        this.send = send;
        this.changed = changed;
    }

    @Override
    public boolean send(NodeId to, Message message) {
        return send.test(to, message);
    }

    /** Its channel ended. */
    void lost(Member member) {
        NodeId node = member.node();
        back(node);
        Away now = new Away(member);
        away.put(node, now);
        loop.schedule(
                GRACE,
                () -> {
                    if (away.remove(node, now)) {
                        changed.run();
                        run(now);
                    }
                });
    }

    /** It is connected again, or will not be. */
    void back(NodeId node) {
        Away was = away.remove(node);
        if (was != null) {
            run(was);
        }
    }

    private static void run(Away away) {
        List.copyOf(away.waiting).forEach(Runnable::run);
    }

    @Override
    public boolean hold(NodeId node, Runnable task) {
        Away there = away.get(node);
        return there != null && there.waiting.size() < MAX_WAITING && there.waiting.add(task);
    }

    /** Whether its return is awaited. */
    boolean awaits(NodeId node) {
        return away.containsKey(node);
    }

    /** Who is awaited. */
    List<Member> members() {
        return away.values().stream().map(a -> a.member).toList();
    }

    /** Nobody is awaited any more. */
    void stop() {
        new ArrayList<>(away.keySet()).forEach(this::back);
    }
}
