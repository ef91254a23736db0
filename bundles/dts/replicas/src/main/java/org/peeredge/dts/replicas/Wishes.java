// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.replicas;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Images.Name;
import org.peeredge.dts.api.Images.Part;
import org.peeredge.dts.api.Replicas;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.Role;
import org.peeredge.kernel.api.trust.Identity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node wants copies of: what it has published, as the configuration says, and what its
 * operator has pinned. Blocks on disk. One thread at a time.
 */
final class Wishes {
    private static final Logger LOG = LoggerFactory.getLogger(Wishes.class);

    private final Ledger ledger;
    private final Content content;
    private final Identity identity;
    private final Clock clock;
    private final Consumer<Release> spread;

    /**
     * Wishes of this node.
     *
     * @param spread tells the members of a release
     */
    Wishes(
            Ledger ledger,
            Content content,
            Identity identity,
            Clock clock,
            Consumer<Release> spread) {
        this.ledger = ledger;
        this.content = content;
        this.identity = identity;
        this.clock = clock;
        this.spread = spread;
    }

    private NodeId self() {
        return identity.self().node();
    }

    private Item.Id own(Digest manifest) {
        return new Item.Id(manifest, self());
    }

    private Optional<Entry> known(Digest manifest) {
        return ledger.get(own(manifest)).filter(e -> !e.leaving);
    }

    /** Brings the wishes in line with what is published now. */
    void followPublications() throws IOException {
        int copies = ledger.settings().copies();
        Map<Digest, List<Name>> published = new HashMap<>();
        if (copies > 0) {
            for (Name name : content.published()) {
                published.computeIfAbsent(name.manifest(), m -> new ArrayList<>()).add(name);
            }
        }
        for (Entry entry : ledger.entries()) {
            boolean stands = entry.pinned || published.containsKey(entry.item.id().manifest());
            if (entry.own && !entry.leaving && !stands) {
                end(entry);
            }
        }
        for (Map.Entry<Digest, List<Name>> one : published.entrySet()) {
            try {
                follow(one.getKey(), one.getValue(), copies);
            } catch (NeverException e) {
                LOG.warn("No copies of {}: {}", one.getValue().getFirst().text(), e.getMessage());
            }
        }
    }

    private void follow(Digest manifest, List<Name> all, int copies) throws IOException {
        List<Name> names = all.stream().limit(Item.MAX_NAMES).toList();
        Optional<Entry> known = known(manifest);
        boolean same = known.filter(e -> e.pinned || asWanted(e.item, names, copies)).isPresent();
        if (!same) {
            want(manifest, names, copies, false);
        }
    }

    private static boolean asWanted(Item item, List<Name> names, int copies) {
        return item.copies() == copies && item.names().equals(names);
    }

    private void want(Digest manifest, List<Name> names, int copies, boolean pinned)
            throws IOException {
        List<Part> parts = content.parts(manifest);
        if (parts.isEmpty() || parts.size() > Item.MAX_PARTS) {
            throw new NeverException(
                    parts.isEmpty()
                            ? manifest + " is not on this node: pull it here first"
                            : manifest + " has more than " + Item.MAX_PARTS + " parts");
        }
        long version = clock.now().toEpochMilli();
        Item.Id id = own(manifest);
        version = Math.max(version, known(manifest).map(e -> e.item.version() + 1).orElse(0L));
        version = Math.max(version, ledger.released(id).map(r -> r.version() + 1).orElse(0L));
        ledger.want(new Item(id, version, copies, names, parts), pinned);
    }

    private void end(Entry entry) {
        Release release =
                Release.sign(
                        identity,
                        entry.item.id().manifest(),
                        entry.item.id().owner(),
                        entry.item.version());
        ledger.release(release, true);
        spread.accept(release);
        LOG.info("copies of {} are not wanted any more", entry.item.title());
    }

    Replicas.Change pin(String reference, int copies) throws IOException {
        if (copies < 0 || copies > Replicas.MAX_COPIES) {
            throw new NeverException(copies + " copies: must be 0 to " + Replicas.MAX_COPIES);
        }
        Name name =
                content.find(reference)
                        .orElseThrow(() ->
                                new NeverException(
                                        reference + " is not known here: pull it here first"));
        Optional<Entry> known = known(name.manifest());
        List<Name> names =
                known.map(e -> e.item.names()).filter(n -> !n.isEmpty()).orElse(List.of(name));
        int before = known.map(e -> e.item.copies()).orElse(0);
        want(name.manifest(), names, copies, true);
        return new Replicas.Change(before, copies);
    }

    Replicas.Change unpin(String reference) throws IOException {
        Digest manifest = manifest(reference);
        Optional<Entry> known = known(manifest);
        if (known.isPresent()) {
            int before = known.get().item.copies();
            known.get().pinned = false;
            ledger.save(known.get());
            followPublications();
            Optional<Entry> after = known(manifest);
            return new Replicas.Change(before, after.map(e -> e.item.copies()).orElse(0));
        }
        if (!identity.self().has(Role.OPERATOR)) {
            throw new NeverException(
                    "it is not this node that wants copies of "
                            + reference
                            + ", and it has not the role operator: run the command on its owner"
                            + " (dts:replica-list) or on an operator's node");
        }
        Release release = Release.sign(identity, manifest, null, clock.now().toEpochMilli());
        int before = ledger.release(release, false);
        spread.accept(release);
        return new Replicas.Change(before, 0);
    }

    private Digest manifest(String reference) throws IOException {
        Optional<Name> name = content.find(reference);
        if (name.isPresent()) {
            return name.get().manifest();
        }
        try {
            return Digest.parse(reference);
        } catch (IllegalArgumentException e) {
            throw new NeverException(
                    reference + " is not known here: give the digest of its manifest", e);
        }
    }
}
