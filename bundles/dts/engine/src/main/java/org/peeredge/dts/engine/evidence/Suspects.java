// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.evidence;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.engine.wire.Evidence;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/**
 * Members that others accuse. Each node asks the accused itself, for the very piece: a false answer
 * convicts it here by what this node has seen, a true one clears it. So nobody is banned for
 * another's word. Who accuses often and in vain is not heard any more.
 */
final class Suspects {
    private static final int MAX_SUSPECTS = 256;
    private static final int MAX_SUSPECTS_EACH = 8;
    private static final int MAX_ACCUSERS = 1_024;
    private static final int MAX_TRIES = 3;
    private static final long SECOND = 1_000_000_000;
    private static final long AGAIN_NANOS = SECOND;
    private static final long FORGET_NANOS = 600 * SECOND;

    /** A member that has just given a true piece is not asked again for so long. */
    private static final long CLEARED_NANOS = 60 * SECOND;

    /** Accusations against one member that a node passes on: with all of them, N^3 would travel. */
    private static final int PASSED_EACH = 2;

    /** Accusations in vain; one is forgiven in ten minutes. */
    private static final int CREDIT = 4;

    private final Court.Bench bench;
    private final Predicate<NodeId> convicted;
    private final BiConsumer<Message.Against, NodeId> pass;
    private final Map<NodeId, Suspect> suspects = new LinkedHashMap<>();
    private final Map<NodeId, Accuser> accusers = new LinkedHashMap<>();

    private static final class Suspect {
        final Set<NodeId> accusers = new LinkedHashSet<>();
        Digest digest;
        int piece;
        int passed;
        int tries;
        boolean asking;
        boolean open = true;
        long sinceNanos;
        long askedNanos = Long.MIN_VALUE;
        long clearUntilNanos = Long.MIN_VALUE;

        Suspect(Digest digest, int piece, long nowNanos) {
            this.digest = digest;
            this.piece = piece;
            this.sinceNanos = nowNanos;
        }
    }

    private static final class Accuser {
        int inVain;
        long forgivenNanos;
    }

    Suspects(
            Court.Bench bench,
            Predicate<NodeId> convicted,
            BiConsumer<Message.Against, NodeId> pass) {
        this.bench = bench;
        this.convicted = convicted;
        this.pass = pass;
    }

    /** A member accuses another; its signature is good. */
    void accused(NodeId from, Message.Against m, Evidence.Accusation a, NodeId accuser, long now) {
        boolean counts = !accuser.equals(m.accused()) && !convicted.test(accuser);
        if (!counts || !heard(accuser, now)) {
            return;
        }
        Suspect s = suspects.get(m.accused());
        if (s == null) {
            if (suspects.size() >= MAX_SUSPECTS || accusedBy(accuser) >= MAX_SUSPECTS_EACH) {
                return;
            }
            s = new Suspect(m.digest(), a.piece(), now);
            suspects.put(m.accused(), s);
        }
        s.accusers.add(accuser);
        if (s.passed < PASSED_EACH) {
            s.passed++;
            pass.accept(m, from);
        }
        if (convicted.test(m.accused())) {
            s.open = false;
            return;
        }
        if (!s.open) {
            s.open = true;
            s.tries = 0;
            s.sinceNanos = now;
        }
        if (!s.asking) {
            s.digest = m.digest();
            s.piece = a.piece();
        }
        bench.suspect(m.accused(), now >= s.clearUntilNanos);
        ask(m.accused(), s, now);
    }

    private long accusedBy(NodeId accuser) {
        return suspects.values().stream().filter(s -> s.accusers.contains(accuser)).count();
    }

    private boolean heard(NodeId accuser, long now) {
        Accuser a = accusers.get(accuser);
        if (a != null) {
            long forgiven = (now - a.forgivenNanos) / FORGET_NANOS;
            a.inVain = (int) Math.max(0, a.inVain - forgiven);
            a.forgivenNanos += forgiven * FORGET_NANOS;
        }
        return a == null ? accusers.size() < MAX_ACCUSERS : a.inVain < CREDIT;
    }

    private void ask(NodeId node, Suspect s, long now) {
        boolean again = s.askedNanos == Long.MIN_VALUE || now - s.askedNanos >= AGAIN_NANOS;
        boolean due = again && now >= s.clearUntilNanos;
        if (s.open && !s.asking && due && s.tries < MAX_TRIES) {
            if (bench.probe(node, s.digest, s.piece)) {
                s.tries++;
                s.asking = true;
                s.askedNanos = now;
                bench.suspect(node, true);
            }
        }
    }

    /** This node has reason to ask it itself. */
    void doubt(NodeId node, Digest digest, int piece, long now) {
        Suspect s = suspects.get(node);
        if (s == null && suspects.size() >= MAX_SUSPECTS) {
            return;
        }
        if (s == null) {
            s = new Suspect(digest, piece, now);
            suspects.put(node, s);
        } else if (!s.open) {
            s.open = true;
            s.tries = 0;
            s.sinceNanos = now;
        }
        if (!s.asking) {
            s.digest = digest;
            s.piece = piece;
        }
        ask(node, s, now);
    }

    /** What came of it: whether it lies. */
    boolean probed(NodeId node, Optional<Boolean> genuine, long now) {
        Suspect s = suspects.get(node);
        if (s == null) {
            return false;
        }
        s.asking = false;
        if (genuine.isEmpty() || !s.open) {
            return false;
        }
        if (!genuine.get()) {
            return true;
        }
        s.accusers.forEach(a -> inVain(a, now));
        s.accusers.clear();
        s.open = false;
        s.clearUntilNanos = now + CLEARED_NANOS;
        bench.suspect(node, false);
        return false;
    }

    private void inVain(NodeId accuser, long now) {
        Accuser a = accusers.computeIfAbsent(accuser, _ -> new Accuser());
        if (a.inVain++ == 0) {
            a.forgivenNanos = now;
        }
    }

    /** It lies: whoever said so was right. */
    void lied(NodeId node, long now) {
        Suspect s = suspects.get(node);
        if (s != null) {
            s.accusers.forEach(accusers::remove);
            s.open = false;
            s.sinceNanos = now;
        }
    }

    /** Whether one more accusation against it may be told. */
    boolean mayPass(NodeId accused) {
        Suspect s = suspects.get(accused);
        return s == null ? suspects.size() < MAX_SUSPECTS : s.passed < PASSED_EACH;
    }

    /** As {@link #mayPass}, and counts it. */
    boolean passes(NodeId accused, Digest digest, long now) {
        if (!mayPass(accused)) {
            return false;
        }
        Suspect s = suspects.get(accused);
        if (s == null) {
            s = new Suspect(digest, 0, now);
            s.open = false;
            suspects.put(accused, s);
        }
        s.passed++;
        return true;
    }

    /** It can be asked now. */
    void up(NodeId node, long now) {
        Suspect s = suspects.get(node);
        if (s != null && s.open) {
            bench.suspect(node, now >= s.clearUntilNanos);
            ask(node, s, now);
        }
    }

    void down(NodeId node) {
        Suspect s = suspects.get(node);
        if (s != null) {
            s.asking = false;
        }
    }

    /** What it says of this blob can be seen now. */
    void truth(Digest digest, long now) {
        suspects.forEach((node, s) -> {
            if (s.digest.equals(digest)) {
                ask(node, s, now);
            }
        });
    }

    void tick(long now) {
        for (Map.Entry<NodeId, Suspect> e : List.copyOf(suspects.entrySet())) {
            Suspect s = e.getValue();
            if (now - s.sinceNanos >= FORGET_NANOS) {
                suspects.remove(e.getKey());
                bench.suspect(e.getKey(), false);
            } else {
                ask(e.getKey(), s, now);
            }
        }
        accusers.values().removeIf(a -> now - a.forgivenNanos >= CREDIT * FORGET_NANOS);
    }
}
