// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.tag;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.peeredge.dts.api.ContentStore;
import org.peeredge.dts.api.ContentStore.BlobInfo;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Images;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.registry.RegistrySettings;
import org.peeredge.dts.registry.Repository;

/** What is published and kept on this node, for those who keep whole images. */
public final class StoredImages implements Images {
    private final ContentStore store;
    private final TagResolver tags;
    private final Pins pins;
    private final String defaultRegistry;
    private final boolean originsOnly;

    /** Images of this store, by these tags. */
    public StoredImages(
            ContentStore store, TagResolver tags, Pins pins, RegistrySettings settings) {
        this.store = store;
        this.tags = tags;
        this.pins = pins;
        this.defaultRegistry = settings.defaultUpstream();
        this.originsOnly = settings.originsOnly();
    }

    private record Reference(UpstreamRef repo, String tag) {}

    @Override
    public List<Name> published() {
        List<Name> names = new ArrayList<>();
        tags.own().forEach((text, tag) -> names.add(name(text, tag)));
        return names;
    }

    private static Name name(String text, Tag tag) {
        return new Name(text, tag.digest(), tag.timeMillis(), tag.node());
    }

    @Override
    public Optional<Name> find(String reference) {
        Optional<Reference> parsed = parse(reference);
        if (parsed.isEmpty()) {
            try {
                return Optional.of(new Name(reference, Digest.parse(reference), 0, tags.self()));
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }
        Reference r = parsed.get();
        String text = Repository.text(r.repo()) + ":" + r.tag();
        return tags.published(r.repo(), r.tag())
                .map(tag -> name(text, tag))
                .or(() ->
                        tags.seen(r.repo(), r.tag())
                                .map(tag -> new Name(text, tag.digest(), 0, tag.node())));
    }

    @Override
    public List<Part> content(Digest manifest) {
        if (!store.has(manifest)) {
            return List.of();
        }
        Map<Digest, Long> sizes = new HashMap<>();
        for (BlobInfo blob : store.list()) {
            if (!blob.confined()) {
                sizes.put(blob.digest(), blob.sizeBytes());
            }
        }
        if (!sizes.containsKey(manifest)) {
            return List.of();
        }
        List<Part> parts = new ArrayList<>();
        for (Digest digest : pins.below(manifest)) {
            Long size = sizes.get(digest);
            if (size != null) {
                parts.add(new Part(digest, size));
            }
        }
        return parts;
    }

    @Override
    public void keep(Name name, boolean fromOrigin) {
        if (originsOnly && !fromOrigin) {
            return;
        }
        parse(name.text())
                .ifPresent(r ->
                        tags.adopt(
                                r.repo(),
                                r.tag(),
                                new Tag(name.manifest(), name.timeMillis(), name.node())));
    }

    @Override
    public void unpin(Set<Digest> digests) throws IOException {
        pins.unpin(digests);
    }

    /** Reads {@code [registry/]repository:tag}; empty for anything else. */
    private Optional<Reference> parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= text.lastIndexOf('/') || !Repository.isTag(text.substring(colon + 1))) {
            return Optional.empty();
        }
        String tag = text.substring(colon + 1);
        String path = text.substring(0, colon);
        int slash = path.indexOf('/');
        String first = slash < 0 ? "" : path.substring(0, slash);
        boolean named = first.contains(".") || first.contains(":");
        Optional<String> registry = Repository.registry(named ? first : defaultRegistry);
        String repository = named ? path.substring(slash + 1) : path;
        return registry.filter(r -> Repository.isName(repository) && !isDigest(text))
                .map(r -> new Reference(new UpstreamRef(r, repository), tag));
    }

    private static boolean isDigest(String text) {
        return text.startsWith("sha256:") || text.startsWith("sha512:");
    }
}
