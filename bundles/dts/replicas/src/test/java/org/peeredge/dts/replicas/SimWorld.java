// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.replicas;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.peeredge.dts.api.Digest;
import org.peeredge.dts.api.Images.Part;
import org.peeredge.kernel.api.Clock;
import org.peeredge.kernel.api.Role;
import org.peeredge.kit.tck.TestMesh;

/**
 * Members in several LANs on one virtual clock: the real ledgers, rounds and signatures over a mesh
 * and stores in memory. The same seed gives the same run.
 */
final class SimWorld {
    static final Duration CHECK = Duration.ofMinutes(2);

    private final Random random;
    private final TestMesh mesh;
    final List<SimMember> members = new ArrayList<>();
    private long nowMillis = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
    private final long startMillis = nowMillis;

    final Clock clock =
            new Clock() {
                @Override
                public long nanos() {
                    return (nowMillis - startMillis) * 1_000_000;
                }

                @Override
                public Instant now() {
                    return Instant.ofEpochMilli(nowMillis);
                }
            };

    SimWorld(long seed) {
        random = new Random(seed);
        mesh = new TestMesh(clock);
    }

    static ReplicaSettings settings(int copies) {
        return new ReplicaSettings(
                copies, 50, CHECK, Duration.ofMinutes(30), Duration.ofHours(2), 1_000);
    }

    SimMember add(int lan, ReplicaSettings settings, Role... roles) {
        Instant now = clock.now();
        SimMember made =
                new SimMember(
                        this,
                        mesh.member(
                                now.minus(Duration.ofMinutes(5)),
                                now.plus(Duration.ofDays(400)),
                                roles),
                        lan,
                        settings);
        members.add(made);
        return made;
    }

    /** Everybody who is up looks once, in any order. */
    void round() {
        nowMillis += CHECK.toMillis();
        List<SimMember> order = new ArrayList<>(members);
        Collections.shuffle(order, random);
        order.stream().filter(m -> m.up).forEach(SimMember::look);
    }

    void pass(Duration time) {
        for (long i = 0; i < time.dividedBy(CHECK); i++) {
            round();
        }
    }

    /** An image of a manifest and layers that no other has. */
    List<Part> image(int layers, long layerBytes) {
        List<Part> parts = new ArrayList<>();
        for (int i = 0; i <= layers; i++) {
            byte[] hash = new byte[32];
            random.nextBytes(hash);
            parts.add(
                    new Part(
                            new Digest("sha256", HexFormat.of().formatHex(hash)),
                            i == 0 ? 1_000 : layerBytes));
        }
        return parts;
    }

    /** Members that are up and keep all of it for another, safe from eviction. */
    List<SimMember> keepers(List<Part> image) {
        return members.stream().filter(m -> m.up && m.keeps(image)).toList();
    }

    long placed() {
        return members.stream().mapToLong(SimMember::placed).sum();
    }
}
