// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.replicas;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.replicas.Wire.Answer;
import org.peeredge.dts.replicas.Wire.Held;
import org.peeredge.dts.replicas.Wire.State;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.api.trust.Identity;
import org.peeredge.kernel.api.trust.Membership;

/** The asked side of topic {@link Wire#TOPIC}. Blocks on disk. Safe for use by many threads. */
final class Answers {
    private final Ledger ledger;
    private final Identity identity;
    private final Predicate<Digest> has;
    private final ReplicaCounters counters;

    Answers(Ledger ledger, Identity identity, Predicate<Digest> has, ReplicaCounters counters) {
        this.ledger = ledger;
        this.identity = identity;
        this.has = has;
        this.counters = counters;
    }

    /** Answers one question; throws {@code NeverException} for a bad one. */
    byte[] answer(Membership from, byte[] payload) {
        return switch (Wire.read(payload)) {
            case Wire.Keep keep -> keep(from, keep);
            case Wire.Looks looks -> looks(looks);
            case Wire.LetGo letGo -> letGo(letGo.release());
        };
    }

    private byte[] keep(Membership from, Wire.Keep keep) {
        Optional<String> refusal = ledger.accept(keep, from.has(Role.ORIGIN));
        refusal.ifPresent(why -> counters.refused.increment());
        List<Held> held = new ArrayList<>();
        List<Release> releases = new ArrayList<>();
        describe(keep.item().id(), held, releases);
        return new Answer(ledger.roomBytes(), refusal.orElse(""), held, releases).write();
    }

    private byte[] looks(Wire.Looks looks) {
        List<Held> held = new ArrayList<>();
        List<Release> releases = new ArrayList<>();
        for (Wire.Look look : looks.looks()) {
            if (look.leaseSeconds() > 0) {
                ledger.renew(look);
            }
            describe(look.id(), held, releases);
        }
        return new Answer(ledger.roomBytes(), "", held, releases).write();
    }

    private void describe(Item.Id id, List<Held> held, List<Release> releases) {
        Optional<Entry> entry = ledger.get(id).filter(e -> !e.leaving);
        if (entry.isEmpty()) {
            held.add(new Held(id, State.UNKNOWN, 0));
            ledger.released(id).ifPresent(releases::add);
            return;
        }
        Entry e = entry.get();
        boolean all = e.item.parts().stream().allMatch(p -> has.test(p.digest()));
        held.add(new Held(id, all ? State.KEPT : State.FETCHING, e.item.version()));
    }

    private byte[] letGo(Release release) {
        if (!release.valid(identity)) {
            counters.refused.increment();
            throw new NeverException(
                    "only the owner of a copy, or a member with the role operator, can release it");
        }
        ledger.release(release, false);
        return new Answer(ledger.roomBytes(), "", List.of(), List.of()).write();
    }
}
