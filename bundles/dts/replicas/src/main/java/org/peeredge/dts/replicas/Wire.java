// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.replicas;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Images.Name;
import org.peeredge.dts.api.Images.Part;
import org.peeredge.dts.api.Replicas;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;

/** The questions and answers of topic {@value #TOPIC}; see the README for their bytes. */
final class Wire {
    static final String TOPIC = "dts.replicas";

    /** Looks in one question: far from what a payload may hold. */
    static final int MAX_LOOKS = 1_000;

    private static final String NOBODY = "-";

    private Wire() {}

    /** A question. */
    sealed interface Question {
        byte[] write();
    }

    /**
     * "Keep this."
     *
     * @param leaseSeconds until asked again
     * @param keepers who keeps it, the member asked included or not
     */
    record Keep(Item item, long leaseSeconds, Set<NodeId> keepers) implements Question {
        @Override
        public byte[] write() {
            Lines lines = new Lines();
            lines.add(
                    "keep", item.id(), item.version(), item.copies(), leaseSeconds, list(keepers));
            for (Name n : item.names()) {
                lines.add("name", n.text(), n.manifest(), n.timeMillis(), n.node());
            }
            item.parts().forEach(p -> lines.add("part", p.digest(), p.sizeBytes()));
            return lines.bytes();
        }
    }

    /**
     * "How is it with these?"
     *
     * @param leaseSeconds 0, or how long to keep it from now
     * @param keepers told with a lease
     */
    record Look(Item.Id id, long leaseSeconds, Set<NodeId> keepers) {}

    /** Several of them; none: only the room is asked for. */
    record Looks(List<Look> looks) implements Question {
        @Override
        public byte[] write() {
            Lines lines = new Lines();
            looks.forEach(l -> lines.add("look", l.id(), l.leaseSeconds(), list(l.keepers())));
            return lines.bytes();
        }
    }

    /** "Let go of it." */
    record LetGo(Release release) implements Question {
        @Override
        public byte[] write() {
            return release.addTo(new Lines()).bytes();
        }
    }

    /** How it is with an item at a member. */
    enum State {
        /** All of it is there. */
        KEPT,
        /** Accepted, and on its way. */
        FETCHING,
        /** Not heard of, or not any more. */
        UNKNOWN
    }

    /** One item at a member. */
    record Held(Item.Id id, State state, long version) {}

    /**
     * An answer.
     *
     * @param roomBytes that the member still gives to copies for others; -1 none at all
     * @param refusal why a {@link Keep} was refused, or empty
     * @param releases of items that were asked for
     */
    record Answer(long roomBytes, String refusal, List<Held> held, List<Release> releases) {
        private static final int MAX_REFUSAL = 300;

        byte[] write() {
            Lines lines = new Lines();
            lines.add("room", roomBytes);
            if (!refusal.isEmpty()) {
                lines.add("refused", refusal.replaceAll("\\p{Cntrl}", " "));
            }
            held.forEach(h -> lines.add("item", h.id(), h.state(), h.version()));
            releases.forEach(r -> r.addTo(lines));
            return lines.bytes();
        }

        /** Reads a member's answer; throws {@code NeverException} that says what is wrong. */
        static Answer read(byte[] payload) {
            return checked(() -> {
                long room = -1;
                String refusal = "";
                List<Held> held = new ArrayList<>();
                List<Release> releases = new ArrayList<>();
                for (String[] w : Lines.read(payload)) {
                    switch (w[0]) {
                        case "room" -> room = Long.parseLong(w[1]);
                        case "refused" -> {
                            String why = String.join(" ", Arrays.copyOfRange(w, 1, w.length));
                            refusal = why.substring(0, Math.min(MAX_REFUSAL, why.length()));
                        }
                        case "item" ->
                                held.add(
                                        new Held(
                                                Item.Id.parse(w[1]),
                                                State.valueOf(w[2]),
                                                Long.parseLong(w[3])));
                        case "release" -> releases.add(Release.read(w));
                        default -> {
                            // a later release's
                        }
                    }
                }
                return new Answer(room, refusal, held, releases);
            });
        }
    }

    /** Reads a question; throws {@code NeverException} that says what is wrong. */
    static Question read(byte[] payload) {
        return checked(() -> {
            List<String[]> lines = Lines.read(payload);
            if (!lines.isEmpty() && lines.getFirst()[0].equals("keep")) {
                return keep(lines);
            }
            if (!lines.isEmpty() && lines.getFirst()[0].equals("release")) {
                return new LetGo(Release.read(lines.getFirst()));
            }
            List<Look> looks = new ArrayList<>();
            for (String[] w : lines) {
                if (w[0].equals("look") && looks.size() < MAX_LOOKS) {
                    looks.add(new Look(Item.Id.parse(w[1]), lease(w[2]), nodes(w[3])));
                }
            }
            return new Looks(looks);
        });
    }

    private static Keep keep(List<String[]> lines) {
        String[] head = lines.getFirst();
        List<Name> names = new ArrayList<>();
        List<Part> parts = new ArrayList<>();
        for (String[] w : lines) {
            switch (w[0]) {
                case "name" ->
                        names.add(
                                new Name(
                                        w[1],
                                        Digest.parse(w[2]),
                                        Long.parseLong(w[3]),
                                        new NodeId(w[4])));
                case "part" -> parts.add(new Part(Digest.parse(w[1]), Long.parseLong(w[2])));
                default -> {
                    // the first line, or a later release's
                }
            }
        }
        Item item =
                new Item(
                        Item.Id.parse(head[1]),
                        Long.parseLong(head[2]),
                        Integer.parseInt(head[3]),
                        names,
                        parts);
        return new Keep(item, lease(head[4]), nodes(head[5]));
    }

    private static long lease(String text) {
        long seconds = Long.parseLong(text);
        if (seconds < 0 || seconds > ReplicaSettings.MAX_LEASE_SECONDS) {
            throw new IllegalArgumentException("a lease of " + seconds + " s");
        }
        return seconds;
    }

    private static String list(Set<NodeId> nodes) {
        return nodes.isEmpty()
                ? NOBODY
                : nodes.stream().map(NodeId::hex).sorted().collect(Collectors.joining(","));
    }

    private static Set<NodeId> nodes(String text) {
        if (text.equals(NOBODY)) {
            return Set.of();
        }
        Set<NodeId> nodes = new TreeSet<>();
        for (String hex : text.split(",", 4 * Replicas.MAX_COPIES)) {
            nodes.add(new NodeId(hex));
        }
        return nodes;
    }

    private static <T> T checked(Supplier<T> reader) {
        try {
            return reader.get();
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            throw new NeverException("a malformed message of topic " + TOPIC, e);
        }
    }
}
