// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.evidence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.PieceMap;
import org.peeredge.dts.engine.evidence.Finding.Standing;
import org.peeredge.dts.engine.wire.Evidence;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.NodeId;

/**
 * Weighs evidence and passes it on. What a member signed convicts it where it can be checked: by
 * the digest, which this node has checked, by an origin, or by four members. A mere accusation
 * convicts nobody: it leads to a question ({@link Suspects}). Each piece of evidence is checked
 * before it is believed or passed on, and passed on once. For one thread; the time comes in with
 * each call.
 */
public final class Court {
    /** What the court uses of the node. */
    public interface Bench {
        /** Connected members. */
        Collection<NodeId> members();

        void send(NodeId to, Message.Against evidence);

        /** Has the signatures checked; {@link Court#checked} follows. */
        void check(NodeId from, Message.Against evidence);

        /** Has an accusation signed; {@link Court#signed} follows. */
        void sign(NodeId accused, Digest digest, int piece);

        /** The blob's map where this node knows it to be true; asks for it where it may have it. */
        Optional<PieceMap> truth(Digest digest);

        /** Whether the truth is to come: the blob is here, or on its way. */
        boolean awaits(Digest digest);

        /** Bans a member; {@code by} gave the evidence. */
        void convict(NodeId liar, String reason, long banMillis, NodeId by);

        /** Asks a member for one piece, to see what comes; false where nothing could be seen. */
        boolean probe(NodeId accused, Digest digest, int piece);

        /** Asks it for one piece at a time only, or as usual. */
        void suspect(NodeId node, boolean yes);
    }

    private static final int MAX_SEEN = 4_096;
    private static final int MAX_CONVICTED = 4_096;
    private static final int MAX_PENDING = 256;
    private static final int MAX_PENDING_EACH = 32;
    private static final int MAX_LATELY = 16;
    private static final int CHECKS_AT_ONCE = 4;
    private static final long SECOND = 1_000_000_000;
    private static final long LATELY_NANOS = 600 * SECOND;
    private static final long SOON_NANOS = 30 * SECOND;
    private static final long CONVICTED_NANOS = 86_400 * SECOND;

    /** So much evidence of one member is looked at in a row; then eight a second. */
    private static final int BURST = 64;

    private static final int PER_SECOND = 8;

    private final NodeId self;
    private final Bench bench;
    private final Suspects suspects;
    private final Map<Key, Boolean> seen = bounded(MAX_SEEN);
    private final Map<NodeId, Long> convicted = bounded(MAX_CONVICTED);
    private final Map<Waiting, Pending> pending = new LinkedHashMap<>();
    private final Map<Key, Told> lately = bounded(MAX_LATELY);
    private final Map<NodeId, Sender> senders = new LinkedHashMap<>();

    /** Evidence that says the same of the same member is passed on once, whoever words it. */
    private record Key(String kind, NodeId accused, Digest digest, NodeId by) {}

    /** One of each sender: else a proof of nothing would keep a good one out. */
    private record Waiting(Key key, NodeId from) {}

    /** Signed well, but this node cannot tell yet whether it is true. */
    private record Pending(Message.Against evidence, NodeId from, Finding finding, long since) {}

    private record Told(Message.Against evidence, long since) {}

    private static final class Sender {
        int checking;
        double credit = BURST;
        long sinceNanos;
    }

    /** A court of {@code self}'s. */
    public Court(NodeId self, Bench bench) {
        this.self = self;
        this.bench = bench;
        this.suspects = new Suspects(bench, this::convicted, this::pass);
    }

    private static <K, V> Map<K, V> bounded(int max) {
        return new LinkedHashMap<>() {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > max;
            }
        };
    }

    private static Key key(Message.Against m, NodeId by) {
        String kind =
                switch (m.evidence()) {
                    case Evidence.Accusation _ -> "accusation";
                    case Evidence.FalseMap e -> "map " + Arrays.hashCode(e.root());
                    case Evidence.FalseClaim _ -> "claim";
                };
        return new Key(kind, m.accused(), m.digest(), by);
    }

    /** Whether it was convicted lately: its word counts no more. */
    public boolean convicted(NodeId node) {
        return convicted.containsKey(node);
    }

    // What this node found itself

    /** What a member signed is false, as this node knows itself: it is banned, and others hear. */
    public void found(Message.Against m, String reason, long now) {
        convict(m, reason, self, now);
        tell(m);
    }

    private void tell(Message.Against m) {
        if (seen.put(key(m, m.accused()), true) == null) {
            pass(m, self);
        }
    }

    /**
     * As {@link #found}, of what the accused has told this node itself, without a look at its
     * signature: it is banned here, and others hear when that is found to be good.
     */
    public void heard(Message.Against m, long now) {
        convicted.put(m.accused(), now);
        suspects.lied(m.accused(), now);
        bench.convict(m.accused(), reason(m.evidence()), Terms.FALSE_WORD_MILLIS, self);
        bench.check(self, m);
    }

    /** A member sent a false piece and is banned for it here: others are told, and may look. */
    public void accuse(NodeId liar, Digest digest, int piece, long now) {
        convicted.put(liar, now);
        suspects.lied(liar, now);
        if (suspects.mayPass(liar)) {
            bench.sign(liar, digest, piece);
        }
    }

    /** A member sent a piece that is false, perhaps in good faith: it is asked once more. */
    public void doubt(NodeId node, Digest digest, int piece, long now) {
        suspects.doubt(node, digest, piece, now);
    }

    /** This node's accusation is signed. */
    public void signed(Message.Against m, long now) {
        if (seen.put(key(m, self), true) == null && suspects.passes(m.accused(), m.digest(), now)) {
            pass(m, self);
        }
    }

    // What others say

    /** Evidence came; who sends too much is not heard for a while. */
    public void received(NodeId from, Message.Against m, long now) {
        boolean known = seen.containsKey(key(m, m.accused()));
        if (m.accused().equals(self) || m.accused().equals(from) || known) {
            return;
        }
        Sender sender = senders.computeIfAbsent(from, _ -> new Sender());
        double gained = (double) (now - sender.sinceNanos) * PER_SECOND / SECOND;
        sender.credit = Math.min(BURST, sender.credit + gained);
        sender.sinceNanos = now;
        if (sender.credit >= 1 && sender.checking < CHECKS_AT_ONCE) {
            sender.credit--;
            sender.checking++;
            bench.check(from, m);
        }
    }

    /** Its signatures were checked. */
    public void checked(NodeId from, Message.Against m, Finding finding, long now) {
        if (from.equals(self)) {
            if (finding.standing() == Standing.GOOD) {
                lately.put(key(m, m.accused()), new Told(m, now));
                tell(m);
            }
            return; // else only this node knows who said it
        }
        Sender sender = senders.get(from);
        if (sender != null) {
            sender.checking--;
        }
        if (finding.standing() == Standing.FALSE) {
            String why = "passed on evidence that was not signed by whom it names";
            bench.convict(from, why, Terms.BAD_PIECE_MILLIS, self);
            return;
        }
        if (finding.standing() == Standing.UNKNOWN
                || seen.containsKey(key(m, finding.by()))
                || convicted.containsKey(from)) {
            return; // said already, or by one whose word counts no more
        }
        if (m.evidence() instanceof Evidence.Accusation a) {
            seen.put(key(m, finding.by()), true);
            if (!finding.by().equals(self)) {
                suspects.accused(from, m, a, finding.by(), now);
            }
        } else {
            weigh(new Pending(m, from, finding, now), bench.truth(m.digest()), now);
        }
    }

    private void weigh(Pending p, Optional<PieceMap> truth, long now) {
        Message.Against m = p.evidence;
        Key key = key(m, m.accused());
        Waiting waiting = new Waiting(key, p.from);
        boolean lie =
                truth.isPresent()
                        ? Judge.contradicts(m.evidence(), truth.get())
                        : Judge.proves(m, p.finding, convicted.keySet());
        if (lie) {
            seen.put(key, true);
            pending.remove(waiting);
            convict(m, reason(m.evidence()), p.from, now);
            pass(m, p.from);
        } else if (truth.isPresent()) {
            pending.remove(waiting);
        } else if (room(p.from, bench.awaits(m.digest()))) {
            pending.putIfAbsent(waiting, p);
        }
    }

    /** Half of the places is for blobs that are here, or on their way. */
    private boolean room(NodeId from, boolean awaited) {
        long his = pending.values().stream().filter(p -> p.from.equals(from)).count();
        int most = awaited ? MAX_PENDING : MAX_PENDING / 2;
        return pending.size() < most && his < MAX_PENDING_EACH;
    }

    /** Of a blob that nobody wants here yet it is kept for a while: somebody may soon. */
    private boolean stale(Pending p, long now) {
        long most = bench.awaits(p.evidence.digest()) ? LATELY_NANOS : SOON_NANOS;
        return now - p.since > most;
    }

    /** What a blob's map is has been found out: what waited for it is weighed. */
    public void truth(PieceMap map, long now) {
        for (Pending p : new ArrayList<>(pending.values())) {
            if (p.evidence.digest().equals(map.digest()) && !convicted(p.evidence.accused())) {
                weigh(p, Optional.of(map), now);
            }
        }
        suspects.truth(map.digest(), now);
    }

    private void convict(Message.Against m, String reason, NodeId by, long now) {
        convicted.put(m.accused(), now);
        suspects.lied(m.accused(), now);
        lately.put(key(m, m.accused()), new Told(m, now));
        bench.convict(m.accused(), reason, Terms.FALSE_WORD_MILLIS, by);
    }

    /** What a member is banned for. */
    public static String reason(Evidence evidence) {
        return switch (evidence) {
            case Evidence.Accusation _ -> "sent a piece that does not match its hash";
            case Evidence.FalseMap _ -> "signed a false piece map";
            case Evidence.FalseClaim _ -> "claimed a false piece";
        };
    }

    private void pass(Message.Against m, NodeId from) {
        for (NodeId to : List.copyOf(bench.members())) {
            if (!to.equals(from) && !to.equals(m.accused())) {
                bench.send(to, m);
            }
        }
    }

    // Members and time

    /** A member is connected: it hears what was proven lately. */
    public void up(NodeId node, long now) {
        for (Told told : lately.values()) {
            if (now - told.since < LATELY_NANOS && !told.evidence.accused().equals(node)) {
                bench.send(node, told.evidence);
            }
        }
        suspects.up(node, now);
    }

    /** It is not connected any more. */
    public void down(NodeId node) {
        senders.remove(node);
        suspects.down(node);
    }

    /**
     * What came of a probe.
     *
     * @param genuine empty when nothing came, or could be checked
     */
    public void probed(NodeId node, Digest digest, int piece, Optional<Boolean> genuine, long now) {
        if (suspects.probed(node, genuine, now)) {
            String why = "sent a piece that does not match its hash";
            bench.convict(node, why, Terms.BAD_PIECE_MILLIS, self);
            accuse(node, digest, piece, now);
        }
    }

    /** Time went on; about every second. */
    public void tick(long now) {
        convicted.values().removeIf(since -> now - since > CONVICTED_NANOS);
        pending.values().removeIf(p -> stale(p, now));
        suspects.tick(now);
    }
}
