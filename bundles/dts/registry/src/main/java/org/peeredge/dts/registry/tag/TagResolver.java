// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.registry.tag;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import org.peeredge.dts.api.ContentStore;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.UpstreamRef;
import org.peeredge.dts.registry.RegistrySettings;
import org.peeredge.dts.registry.Repository;
import org.peeredge.dts.registry.tag.TagMessages.Question;
import org.peeredge.dts.registry.tag.TagMessages.Reply;
import org.peeredge.dts.registry.tag.TagTable.Kind;
import org.peeredge.dts.registry.upstream.UpstreamClient;
import org.peeredge.dts.registry.util.Recent;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.mesh.Mesh;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the manifest that a tag names. A tag published in the mesh wins over the upstream's; of
 * several published ones the newest writer's, ties by node id. While the upstream is away, the
 * newest tag that anyone saw there is served, up to a configured age, with its age. Blocks on
 * members and upstreams. Safe for use by many threads.
 */
public final class TagResolver {
    /**
     * A tag's manifest.
     *
     * @param stale how long ago the upstream named it, when the upstream is away; else empty
     */
    public record Resolution(Digest digest, Optional<Duration> stale) {}

    /** Fetches a manifest by its tag into the store, for upstreams that do not say digests. */
    @FunctionalInterface
    public interface ByTag {
        /** The digest of what was fetched. */
        Digest fetch(UpstreamRef repo, String tag) throws IOException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(TagResolver.class);

    /** A seen tag that did not change is written again after this, to keep its age honest. */
    private static final Duration REWRITE_SEEN = Duration.ofMinutes(10);

    private static final int MAX_NAMES = 10_000;

    private final TagTable table;
    private final Members members;
    private final NodeId self;
    private final UpstreamClient upstream;
    private final ByTag byTag;
    private final Pins pins;
    private final Clock clock;
    private final Recent<String, Digest> fresh;
    private final Duration maxStale;
    private final int maxTags;

    /** A resolver on the store's records. */
    public TagResolver(
            ContentStore store,
            Mesh mesh,
            UpstreamClient upstream,
            ByTag byTag,
            Pins pins,
            Clock clock,
            RegistrySettings settings) {
        this.table = new TagTable(store.records(TagAnswers.RECORDS));
        this.members =
                new Members(
                        mesh,
                        clock,
                        settings.resolveTimeout(),
                        settings.resolveMembers(),
                        settings.originsOnly());
        this.self = mesh.self();
        this.upstream = upstream;
        this.byTag = byTag;
        this.pins = pins;
        this.clock = clock;
        this.fresh = new Recent<>(clock, settings.maxTags(), settings.tagLife());
        this.maxStale = settings.tagStale();
        this.maxTags = settings.maxTags();
    }

    /**
     * Finds a tag.
     *
     * @throws NeverException when nobody knows it
     * @throws RetryLaterException when the upstream is away and nobody knows it well enough
     */
    public Resolution resolve(UpstreamRef repo, String tag) {
        List<Reply> replies = members.ask(new Question(repo, Optional.of(tag)));
        Optional<Tag> published = newest(Kind.PUBLISHED, repo, tag, replies, Reply::published);
        if (published.isPresent()) {
            adopt(repo, tag, published.get());
            return new Resolution(published.get().digest(), Optional.empty());
        }
        if (!upstream.serves(repo)) {
            return seen(repo, tag, replies)
                    .orElseThrow(() ->
                            new NeverException(
                                    "no member knows "
                                            + name(repo, tag)
                                            + ", and no upstream is configured for "
                                            + repo.registry()));
        }
        Optional<Digest> recent = fresh.get(name(repo, tag));
        if (recent.isPresent()) {
            return new Resolution(recent.get(), Optional.empty());
        }
        try {
            Digest digest = ask(repo, tag);
            fresh.put(name(repo, tag), digest);
            note(repo, tag, digest);
            return new Resolution(digest, Optional.empty());
        } catch (NeverException e) {
            table.remove(Kind.SEEN, repo, tag);
            throw e;
        } catch (IOException e) {
            Optional<Resolution> old = seen(repo, tag, replies);
            if (old.isEmpty()) {
                throw new RetryLaterException(e.getMessage() + "; no member knows the tag", e);
            }
            LOG.warn(
                    "Serving {} as it was {} s ago, since its upstream is away: {}",
                    name(repo, tag),
                    old.get().stale().orElse(Duration.ZERO).toSeconds(),
                    e.getMessage());
            return old.get();
        }
    }

    /** Publishes a tag: from now on the newest, also where clocks of other writers run ahead. */
    public void publish(UpstreamRef repo, String tag, Digest digest) {
        List<Reply> replies = members.ask(new Question(repo, Optional.of(tag)));
        Optional<Tag> old = newest(Kind.PUBLISHED, repo, tag, replies, Reply::published);
        if (old.isEmpty() && full()) {
            throw new RetryLaterException(
                    "this node keeps "
                            + maxTags
                            + " tags already (org.peeredge.dts.registry, tags.max)");
        }
        long now = clock.now().toEpochMilli();
        long time = Math.max(now, old.map(Tag::timeMillis).orElse(-1L) + 1);
        keep(repo, tag, new Tag(digest, time, self));
        LOG.info("Published {} as {}", name(repo, tag), digest);
    }

    /**
     * All names known here, at members and at the upstream, in order, at most 10,000.
     *
     * @throws NeverException when there is no such repository
     */
    public List<String> names(UpstreamRef repo) {
        TreeSet<String> names = new TreeSet<>(table.names(Kind.PUBLISHED, repo, MAX_NAMES));
        for (Reply reply : members.ask(new Question(repo, Optional.empty()))) {
            names.addAll(reply.names());
        }
        if (upstream.serves(repo)) {
            try {
                names.addAll(upstream.tags(repo));
            } catch (NeverException e) {
                LOG.trace("No tags upstream for {}", Repository.text(repo), e);
            } catch (IOException e) {
                LOG.debug("Tags of {} without its upstream's", Repository.text(repo), e);
                if (names.isEmpty()) {
                    throw new RetryLaterException(String.valueOf(e.getMessage()), e);
                }
            }
        }
        if (names.isEmpty()) {
            throw new NeverException("nobody knows the repository " + Repository.text(repo));
        }
        return names.stream().limit(MAX_NAMES).toList();
    }

    /** What this node itself knows of a published tag. */
    Optional<Tag> published(UpstreamRef repo, String tag) {
        return table.get(Kind.PUBLISHED, repo, tag);
    }

    /** What this node itself has seen of a tag at its upstream. */
    Optional<Tag> seen(UpstreamRef repo, String tag) {
        return table.get(Kind.SEEN, repo, tag);
    }

    /** The tags that this node has published and that stand, by {@code registry/repository:tag}. */
    Map<String, Tag> own() {
        return table.namesBy(self);
    }

    NodeId self() {
        return self;
    }

    private Digest ask(UpstreamRef repo, String tag) throws IOException {
        Optional<Digest> said = upstream.headManifest(repo, tag).digest();
        return said.isPresent() ? said.get() : byTag.fetch(repo, tag);
    }

    /** What a member published is kept here too: it outlives the publisher's absence. */
    void adopt(UpstreamRef repo, String tag, Tag published) {
        Optional<Tag> own = table.get(Kind.PUBLISHED, repo, tag);
        if (own.isPresent() || !full()) {
            keep(repo, tag, published);
        }
    }

    private void keep(UpstreamRef repo, String tag, Tag published) {
        table.offer(Kind.PUBLISHED, repo, tag, published)
                .filter(old -> old.node().equals(self))
                .filter(old -> !old.digest().equals(published.digest()))
                .ifPresent(old -> pins.moved(old.digest()));
    }

    private boolean full() {
        return table.count(Kind.PUBLISHED, maxTags) >= maxTags;
    }

    private void note(UpstreamRef repo, String tag, Digest digest) {
        long now = clock.now().toEpochMilli();
        Optional<Tag> kept = table.get(Kind.SEEN, repo, tag);
        boolean same =
                kept.isPresent()
                        && kept.get().digest().equals(digest)
                        && now - kept.get().timeMillis() < REWRITE_SEEN.toMillis();
        if (!same && (kept.isPresent() || table.count(Kind.SEEN, maxTags) < maxTags)) {
            if (kept.isPresent() && kept.get().timeMillis() > now) {
                // The clock was ahead when it was written.
                table.remove(Kind.SEEN, repo, tag);
            }
            table.offer(Kind.SEEN, repo, tag, new Tag(digest, now, self));
        }
    }

    private Optional<Resolution> seen(UpstreamRef repo, String tag, List<Reply> replies) {
        long now = clock.now().toEpochMilli();
        return newest(Kind.SEEN, repo, tag, replies, Reply::seen)
                .map(old ->
                        new Resolution(
                                old.digest(),
                                Optional.of(
                                        Duration.ofMillis(Math.max(0, now - old.timeMillis())))))
                .filter(r -> r.stale().orElse(Duration.ZERO).compareTo(maxStale) < 0);
    }

    private Optional<Tag> newest(
            Kind kind,
            UpstreamRef repo,
            String tag,
            List<Reply> replies,
            Function<Reply, Optional<Tag>> part) {
        List<Tag> all = new ArrayList<>();
        table.get(kind, repo, tag).ifPresent(all::add);
        replies.forEach(reply -> part.apply(reply).ifPresent(all::add));
        return all.stream().max(Tag.ORDER);
    }

    private static String name(UpstreamRef repo, String tag) {
        return Repository.text(repo) + ":" + tag;
    }
}
