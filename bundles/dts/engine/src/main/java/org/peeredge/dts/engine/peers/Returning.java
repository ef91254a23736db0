// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.mesh.Member;

/**
 * Members whose channel ended a moment ago. Most are back in a blink: a channel plugin was swapped,
 * here or there, or a cable was moved. Until the grace is over they count as connected, and what is
 * asked of them waits; else a pull that begins in that blink would be told that nobody has
 * anything. On the loop, but for {@link #with}.
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
    private final Map<NodeId, Away> away = new ConcurrentHashMap<>();

    Returning(Loop loop, BiPredicate<NodeId, Message> send) {
        this.loop = loop;
        this.send = send;
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

    /** Nobody is awaited any more. */
    void stop() {
        new ArrayList<>(away.keySet()).forEach(this::back);
    }

    /** {@code members} with those that are awaited as connected ones; any thread. */
    List<Member> with(List<Member> members) {
        if (away.isEmpty()) {
            return members;
        }
        List<Member> out = new ArrayList<>();
        Set<NodeId> seen = new HashSet<>();
        members.stream().filter(Member::connected).forEach(out::add);
        out.forEach(member -> seen.add(member.node()));
        for (Away one : away.values()) {
            if (seen.add(one.member.node())) {
                out.add(one.member);
            }
        }
        members.stream().filter(member -> seen.add(member.node())).forEach(out::add);
        return out;
    }
}
